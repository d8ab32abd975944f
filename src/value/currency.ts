/**
 * ISO 4217: the currencies in use and how many digits their minor unit has. Data only.
 * State of the list: 1 January 2026. Metals, test codes and units without a minor unit (XAU, XDR, XTS …)
 * are left out: nobody is paid in them.
 */

const CODES_BY_DIGITS: readonly (readonly [digits: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [2, `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP
    GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT
    LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
    UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

/** code → digits of the minor unit: JPY 0, USD 2, KWD 3, CLF 4 */
export const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  CODES_BY_DIGITS.flatMap(([digits, codes]) => codes.trim().split(/\s+/).map((code) => [code, digits] as const)),
);

/** Codes withdrawn since 2015 that still stand in old exports → the code that took their place. */
export const WITHDRAWN: ReadonlyMap<string, string> = new Map([
  ['ANG', 'XCG'], ['BGN', 'EUR'], ['BYR', 'BYN'], ['CUC', 'CUP'], ['HRK', 'EUR'], ['LTL', 'EUR'],
  ['MRO', 'MRU'], ['SLL', 'SLE'], ['STD', 'STN'], ['VEF', 'VES'], ['ZWL', 'ZWG'],
]);
