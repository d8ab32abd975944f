import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ratio } from '../value/rate.ts';
import { cleanText, constantValue, hasNoWidth, isPlain, isProblem, storedValue } from './import-cells.ts';
import type { CellContext } from './import-cells.ts';
import { dateReader, orderProblem } from './import-dates.ts';
import { formatDay, parseDay } from '../value/period.ts';

const context = (over: Partial<CellContext> = {}): CellContext => ({ decimal: '.', dates: dateReader('YYYY-MM-DD'), currency: 'USD', ...over });
const codeOf = (text: string, type: Parameters<typeof storedValue>[1], over: Partial<CellContext> = {}): unknown => {
  const stored = storedValue(text, type, context(over));
  return isProblem(stored) ? stored.code : stored;
};

describe('numbers are exact, or refused', () => {
  test.each([
    ['12', 12_000_000n], ['-0.5', -500_000n], ['0.000001', 1n], ['1.5000000', 1_500_000n], ['1000000000000', 10n ** 18n],
    ['1.0000001', 'row.too_many_decimals'], ['1,234.5', 'row.number_format'], ['1.234.567', 'row.number_format'], ['1e3', 'row.not_a_number'],
    ['0x10', 'row.not_a_number'], ['1_000', 'row.not_a_number'], ['NaN', 'row.not_a_number'], ['Infinity', 'row.not_a_number'], ['١٢٣', 'row.not_a_number'],
    ['+5', 'row.not_a_number'], ['.5', 'row.not_a_number'], ['5.', 'row.not_a_number'], ['1000000000001', 'row.too_large'], ['9'.repeat(5000), 'row.too_large'],
  ])('%s', (text, stored) => { expect(codeOf(text, 'number')).toEqual(stored); });

  test.each([
    ['12.5%', 125_000n], ['12.5 %', 125_000n], ['0.125', 125_000n], ['-3%', -30_000n], ['100%', 1_000_000n], ['0.0001%', 1n],
    ['0.00001%', 'row.too_many_decimals'], ['12,5%', 'row.number_format'], ['%', 'row.not_a_number'],
  ])('percent %s', (text, stored) => { expect(codeOf(text, 'percent')).toEqual(stored); });

  test('a decimal comma where it is declared', () => {
    expect(codeOf('1234,5', 'number', { decimal: ',' })).toBe(1_234_500_000n);
    expect(codeOf('12,5%', 'percent', { decimal: ',' })).toBe(125_000n);
    expect(codeOf('1234,50', 'money', { decimal: ',' })).toBe(123_450n);
    expect(codeOf('1.234', 'number', { decimal: ',' })).toBe('row.number_format');
  });

  test('[A10] every number of six decimals comes back as it was written', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (parts) => {
      const digits = (parts < 0n ? -parts : parts).toString().padStart(7, '0');
      expect(codeOf(`${parts < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`, 'number')).toBe(parts);
    }));
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('money', 'number', 'percent', 'date', 'yes_no', 'text', 'payee'), (text, type) => {
      const stored = storedValue(text, type as 'money', context());
      if (isProblem(stored)) expect(stored.message.length * stored.hint.length).toBeGreaterThan(0);
    }));
  });
});

describe('money', () => {
  test('of facts is in minor units of the currency, of reference rows in millionths', () => {
    expect(codeOf('12.34', 'money')).toBe(1234n);
    expect(codeOf('1234', 'money', { currency: 'JPY' })).toBe(1234n);
    expect(codeOf('1.234', 'money', { currency: 'KWD' })).toBe(1234n);
    expect(codeOf('12.345', 'money', { currency: undefined })).toBe(12_345_000n);
  });
  test('1.005 USD is a bad row, not 1.01', () => { expect(codeOf('1.005', 'money')).toBe('row.too_many_decimals'); });
  test('numbers that a formula gives are exact, too', () => {
    expect(storedValue(ratio(5n, 4n), 'money', context())).toBe(125n);
    expect(storedValue(ratio(1n, 3n), 'money', context())).toMatchObject({ code: 'row.too_many_decimals', hint: expect.stringContaining('round(') });
    expect(storedValue(ratio(1n, 3n), 'number', context())).toMatchObject({ code: 'row.too_many_decimals' });
    expect(storedValue(ratio(10n ** 13n), 'number', context())).toMatchObject({ code: 'row.too_large' });
  });
});

describe('yes and no', () => {
  test.each([['yes', true], ['TRUE', true], ['1', true], ['Y', true], ['No', false], ['false', false], ['0', false], ['n', false], ['maybe', 'row.not_yes_no'], ['', null]])('%s', (text, stored) => {
    expect(codeOf(text, 'yes_no')).toBe(stored);
  });
});

describe('dates', () => {
  const read = (form: string, text: string): unknown => {
    const day = dateReader(form).read(text);
    return typeof day === 'number' ? formatDay(day) : day.message;
  };
  test('are read in the declared form alone', () => {
    expect(read('YYYY-MM-DD', '2024-02-29')).toBe('2024-02-29');
    expect(read('DD.MM.YYYY', '3.4.2025')).toBe('2025-04-03');
    expect(read('MM/DD/YYYY', '03/04/2025')).toBe('2025-03-04');
    expect(read('DD/MM/YYYY', '03/04/2025')).toBe('2025-04-03');
    expect(read('YYYY/DD/MM', '2025/04/03')).toBe('2025-03-04');
  });
  test.each([
    ['YYYY-MM-DD', '2025-02-29', '"2025-02-29" is not a day of the calendar, read as YYYY-MM-DD: February 2025 has 28 days.'],
    ['YYYY-MM-DD', '2025-13-01', '"2025-13-01" is not a day of the calendar, read as YYYY-MM-DD: there is no month 13.'],
    ['DD/MM/YYYY', '31/04/2025', '"31/04/2025" is not a day of the calendar, read as DD/MM/YYYY: April 2025 has 30 days.'],
    ['YYYY-MM-DD', '0000-01-01', '"0000-01-01" is not a day of the calendar, read as YYYY-MM-DD: there is no year 0.'],
    ['YYYY-MM-DD', '2025-01-01T10:00', '"2025-01-01T10:00" is not a date in the form YYYY-MM-DD.'],
    ['DD.MM.YYYY', '01x02x2025', '"01x02x2025" is not a date in the form DD.MM.YYYY.'],
  ])('%s: %s', (form, text, message) => { expect(read(form, text)).toBe(message); });
  test('hints go with what stands there', () => {
    const hint = (text: string): string => { const r = dateReader('YYYY-MM-DD').read(text); return typeof r === 'number' ? '' : r.hint; };
    expect(hint('2025-01-01 10:00')).toContain('left(column, 10)');
    expect(hint('45000')).toContain('spreadsheet');
    expect(hint('3/4/25')).toContain('two digits');
    expect(hint('3/4/2025')).toContain('declare how this file writes dates');
  });
  test('evidence for an order is gathered from the whole file', () => {
    const reader = dateReader('YYYY-MM-DD');
    expect(reader.evidence()).toBeUndefined();
    for (const text of ['01/02/2025', '13/02/2025', '28/02/2025']) reader.read(text);
    expect(reader.evidence()).toEqual({ count: 3, example: '01/02/2025', separator: '/', firstIsDay: 2, secondIsDay: 0 });
    expect(orderProblem(reader.evidence() as NonNullable<ReturnType<typeof reader.evidence>>, 'YYYY-MM-DD').hint).toBe('Write `format: { dates: DD/MM/YYYY }` for this source.');
    reader.read('2025-01-01');
    expect(reader.evidence()).toBeUndefined();
  });
  test('[A10] every day comes back in every form', () => {
    fc.assert(fc.property(fc.integer({ min: parseDay('0001-01-01') as number, max: parseDay('9999-12-31') as number }), fc.constantFrom('YYYY-MM-DD', 'DD.MM.YYYY', 'MM/DD/YYYY'), (day, form) => {
      const [year = '', month = '', date = ''] = formatDay(day).split('-');
      expect(dateReader(form).read(form.replace('YYYY', year).replace('MM', month).replace('DD', date))).toBe(day);
    }));
  });
});

describe('words', () => {
  test('what looks the same is the same', () => {
    expect(cleanText(' Ann ')).toBe('Ann');
    expect(cleanText('Ann\u00a0')).toBe('Ann');
    expect(cleanText('Jose\u0301')).toBe('Jos\u00e9');
    expect(cleanText('A\u200bnn\ufeff')).toBe('Ann');
    expect(cleanText('An\u200dn')).toBe('Ann');
    expect([hasNoWidth('A\u200bnn'), hasNoWidth('Ann')]).toEqual([true, false]);
  });
  test('joiners inside emoji and Persian words stay', () => {
    expect(cleanText('👩\u200d🚀')).toBe('👩\u200d🚀');
    expect(cleanText('می\u200cخواهم')).toBe('می\u200cخواهم');
  });
  test('cleaning twice is cleaning once, and plain text is left alone', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(cleanText(cleanText(text))).toBe(cleanText(text));
      if (isPlain(text)) expect(cleanText(text)).toBe(text);
    }));
  });
  test('ids that a spreadsheet has damaged are refused, as payees and as ids of references', () => {
    expect(codeOf('1.23457E+15', 'payee')).toBe('row.damaged_id');
    expect(codeOf('1,23457E+15', { entity: 'account' })).toBe('row.damaged_id');
    expect(codeOf('1.23457E+15', 'text')).toBe('1.23457E+15');
    expect(codeOf('E+15', 'payee')).toBe('E+15');
  });
  test('text has a limit, ids a smaller one', () => {
    expect(codeOf('x'.repeat(10_001), 'text')).toBe('row.text_too_long');
    expect(codeOf('x'.repeat(10_000), 'text')).toBe('x'.repeat(10_000));
    expect(codeOf('x'.repeat(501), 'payee')).toBe('row.text_too_long');
  });
  test('text that a spreadsheet would run is stored as it is', () => { expect(codeOf('=HYPERLINK("x")', 'text')).toBe('=HYPERLINK("x")'); });
});

test('constants of `always` are written as in a plan', () => {
  expect(constantValue('50k', 'number')).toEqual(ratio(50_000n));
  expect(constantValue('7.5%', 'percent')).toEqual(ratio(3n, 40n));
  expect(constantValue('2026-01-01', 'date')).toEqual({ day: parseDay('2026-01-01') });
  expect(constantValue('yes', 'yes_no')).toBe(true);
  expect(constantValue('yes', 'text')).toBe('yes');
});
