/**
 * The closed table of the keys of the plan language. From it come the schema, the JSON Schema for
 * editors, the errors for unknown keys and the order in which `check --resolved` prints. What
 * the stages do not calculate yet is refused there, by name.
 */

/**
 * text       any scalar;  formula: a scalar that holds one;  number: a literal, a name, a formula or a table
 * measure    a name, a formula or a map of place `measure`
 * texts, numbers, measures, splits: one, or a list
 * guardrails: a list of names, or a map of place `guardrail`
 */
export type Shape =
  | 'text' | 'texts' | 'formula' | 'number' | 'numbers' | 'measure' | 'measures' | 'rows' | 'splits' | 'guardrails'
  | { readonly choice: readonly string[] }
  | { readonly place: Place }
  | { readonly map: Place | 'text' | 'number' | 'measure' | 'texts' };

export interface Key { readonly shape: Shape; readonly doc: string }

export type Place =
  | 'plan' | 'workspace' | 'component' | 'table' | 'measure' | 'credit' | 'guardrail' | 'gate' | 'state' | 'fact' | 'release'
  | 'take_back' | 'draw' | 'pool' | 'limit' | 'convert' | 'exchange' | 'accounting' | 'source' | 'format' | 'round' | 'spelling';

function key(shape: Shape, doc: string): Key { return { shape, doc }; }

export const GRAINS = ['week', 'half month', 'month', 'quarter', 'half', 'year'] as const;
const TITLE = key('text', 'the heading in screens and statements');

/** Whether the language has a key at a place. */
export function isKey(place: Place, name: string): boolean {
  return Object.hasOwn(KEYS[place], name);
}

/** What a place is called in a message. */
export const PLACE_NAMES: Readonly<Record<Place, string>> = {
  plan: 'a plan', workspace: 'trueup.yaml', component: 'a component', table: 'a table', measure: 'a measure', credit: 'a credit rule',
  guardrail: 'a guardrail', gate: 'a gate', state: 'a state', fact: 'a kind of fact', release: 'a release', take_back: 'a take-back',
  draw: 'a draw', pool: 'a pool', limit: 'a limit', convert: 'a conversion', exchange: '`exchange`', accounting: '`accounting`', source: 'a source',
  format: '`format`', round: '`round`', spelling: '`replace`',
};

export const KEYS: Readonly<Record<Place, Readonly<Record<string, Key>>>> = {
  plan: {
    plan: key('text', 'the name of the plan'),
    template: key('text', 'in place of `plan`: the name of what other plans are based on'),
    title: TITLE,
    purpose: key('text', 'what the plan shall achieve; of a version: why it changed'),
    effective: key('text', 'from the first day up to, not including, the second'),
    amends: key('text', 'lays its keys over the version of that date'),
    based_on: key('text', 'the template that this plan is laid over'),
    with: key({ map: 'text' }, 'values of terms'),
    for_each: key('text', 'a CSV file beside the plan: one plan for each row; the columns are terms'),
    terms: key({ map: 'text' }, 'the parameters of the plan: name: type [a unit of time] [= default]'),
    payees: key('formula', 'who is on the plan'),
    currency: key('text', 'money of the calculation'),
    exchange: key({ place: 'exchange' }, 'how money of facts in another currency is converted'),
    pays_in: key('text', 'money of the payment'),
    calendar: key('text', 'how weeks, months, quarters and years lie'),
    period: key({ choice: GRAINS }, 'how often the plan is calculated'),
    incentive: key('number', 'pay at exactly 100 %'),
    base: key('number', 'salary, shown beside, never posted'),
    prorate: key({ choice: ['days', 'days after the first', 'none'] }, 'what part periods do to everything with a unit of time'),
    labels: key({ choice: ['standard', 'target-and-payout'] }, 'the word pack for screens and statements'),
    allow: key({ map: 'text' }, 'lint rule: why it does not hold here'),
    facts: key({ map: 'fact' }, 'kinds of facts and of reference rows, and their fields'),
    states: key({ map: 'state' }, 'what held, and for how long'),
    credits: key({ map: 'credit' }, 'who is credited with what share'),
    measures: key({ map: 'measure' }, 'what is counted'),
    tables: key({ map: 'table' }, 'tables with a name'),
    guardrails: key('guardrails', 'when a credit does not count: names of guardrails, or a map of its own'),
    components: key({ map: 'component' }, 'the parts of the pay'),
    cap: key('number', 'the sum of all components is at most this'),
    release: key({ map: 'release' }, 'when an earning becomes payable'),
    take_back: key({ map: 'take_back' }, 'when an earning goes back'),
    draw: key({ place: 'draw' }, 'tops up a weak period'),
    negative: key({ choice: ['carry', 'pay back', 'forgive'] }, 'what happens to pay below zero'),
    convert: key({ place: 'convert' }, 'the exchange rate of each payment'),
    accounting: key({ place: 'accounting' }, 'over how many months the cost is spread in the books'),
    round: key({ place: 'round' }, 'what is rounded, to which unit'),
    sources: key({ map: 'source' }, 'which files hold the facts, and how their columns are read'),
  },
  workspace: {
    company: key('text', 'the name of the company'),
    currency: key('text', 'money of every plan that names no other'),
    calendar: key('text', 'how weeks, months, quarters and years lie'),
    zone: key('text', 'time zone of the dates'),
    defaults: key({ place: 'plan' }, 'plan keys for all plans'),
  },
  component: {
    title: TITLE,
    weight: key('number', 'share of the incentive of the plan, or of the group'),
    incentive: key('number', 'its own pay at exactly 100 %, outside of the weights'),
    measure: key('measure', 'what is looked at'),
    target: key('number', 'against what; attainment is measure ÷ target'),
    carry: key({ choice: ['shortfall', 'none'] }, 'adds a missed target to the next'),
    better: key({ choice: ['higher', 'lower'] }, 'whether more or less of the measure is better'),
    no_target: key('text', 'the attainment where the target is 0'),
    missing: key('text', 'the attainment where the measure has no value'),
    window: key('text', 'over what the measure accumulates'),
    period: key({ choice: GRAINS }, 'how often this component is calculated'),
    per: key('text', 'one calculation and one rounding for each fact or field'),
    of: key('measure', 'what a rate is paid on: value, excess (what is above the target), or another measure'),
    rate: key('number', 'pay for each unit of the measure'),
    payout: key('number', 'share of the incentive that is paid'),
    amount: key('number', 'money that is paid'),
    components: key({ map: 'component' }, 'the parts of a group'),
    gates: key({ map: 'gate' }, 'what must hold for this to pay'),
    multiply: key({ map: 'number' }, 'factors on the pay'),
    cap: key('numbers', 'pays at most this'),
    floor: key('number', 'pays at least this'),
    pool: key({ place: 'pool' }, 'one pot that is shared'),
    limits: key({ map: 'limit' }, 'running limits, in order of date'),
    release: key({ map: 'release' }, 'when an earning becomes payable'),
    take_back: key({ map: 'take_back' }, 'when an earning goes back'),
    convert: key({ place: 'convert' }, 'the exchange rate of each payment'),
    round: key({ place: 'round' }, 'what is rounded, to which unit'),
  },
  table: {
    title: TITLE,
    by: key('texts', 'what is looked up'),
    marginal: key('rows', 'each part at its own value'),
    retroactive: key('rows', 'the value reached, for everything from the first unit'),
    steps: key('rows', 'the value of the band reached'),
    points: key('rows', 'straight lines between points'),
    lookup: key('rows', 'the row of this word, code or yes/no'),
    beyond: key({ choice: ['flat', 'extend'] }, 'what follows after the last point'),
    otherwise: key('formula', 'what holds where no row does'),
  },
  measure: {
    title: TITLE,
    sum: key('formula', 'adds this up over the facts'),
    count: key('texts', 'counts the facts of these kinds'),
    distinct: key('formula', 'counts how many different values this has'),
    average: key('formula', 'the mean over the facts'),
    min: key('formula', 'the lowest value of the facts'),
    max: key('formula', 'the highest value of the facts'),
    first: key('formula', 'the first value of the facts'),
    last: key('formula', 'the last value of the facts'),
    ratio: key('measures', 'the first measure divided by the second'),
    formula: key('formula', 'arithmetic of measures'),
    rank: key('measure', 'the place among the payees, by this measure'),
    among: key('text', 'the field of person that tells the groups apart'),
    from: key('texts', 'which kinds of facts'),
    for: key('text', 'whose number it is'),
    where: key('formula', 'only these facts'),
    credited: key('texts', 'only credits of these rules'),
    date: key('text', 'which date decides the period'),
    at: key({ choice: ['start', 'end'] }, 'what holds at the start or the end of the window'),
    look_back: key('text', 'how many days before the end of the window count'),
    half_life: key('text', 'after how many days a value halves'),
    factors: key({ map: 'number' }, 'factors on the value of each fact'),
    limits: key({ map: 'limit' }, 'running limits, in order of date'),
    min_sample: key('text', 'below this denominator something else is used'),
    otherwise: key('measure', 'what is used where the sample is too small'),
  },
  credit: {
    title: TITLE,
    from: key('texts', 'which kinds of facts'),
    to: key('texts', 'the field that names who is credited; several share equally'),
    split: key('splits', 'shares that are taken from what is left; `rest` is what remains'),
    share: key('number', 'the part that is credited'),
    where: key('formula', 'only these facts'),
    factor: key('number', 'a quality factor on the credit'),
    overlay: key({ choice: ['yes', 'no'] }, 'whether this is on top of the direct credits'),
    up: key('text', 'credits those above: the field of person that names the one above'),
    levels: key('text', 'how many levels up'),
    through: key('text', 'credits whoever `to` names on facts of this kind for the same account'),
    look_back: key('text', 'how many days before the fact a touch counts'),
    yields_to: key('text', 'no credit for a payee whom that rule credits'),
  },
  guardrail: {
    title: TITLE,
    from: key('texts', 'which kinds of facts'),
    require: key('formula', 'what must hold'),
    otherwise: key('number', 'what is done instead: reject, hold, hold N days, or a factor'),
    review: key('text', 'by when a person looks'),
    then: key({ choice: ['pass', 'reject'] }, 'what the end of `hold N days` does'),
  },
  gate: {
    title: TITLE,
    require: key('formula', 'what must hold'),
    otherwise: key('text', 'what is paid if it does not hold: a share, `at most` a share of the incentive, or hold'),
  },
  state: {
    title: TITLE,
    for: key('text', 'whose state it is'),
    from: key('text', 'the kind of fact that changes it'),
    value: key('text', 'the field that holds it'),
    levels: key('texts', 'the order of its values'),
    while: key('formula', 'when it holds'),
    lasting: key('text', 'how many days it must hold; shorter stays are passed over'),
    again_after: key('text', 'after how many days it counts again'),
  },
  fact: {
    title: TITLE,
    fields: key({ map: 'text' }, 'name: type; money, number, percent, date, text, yes/no, payee, payees (a list), splits (a list with shares) or another kind'),
    derived: key({ map: 'number' }, 'fields that are calculated from others of the row'),
    runs: key('texts', 'from when until when it lasts: two fields of type date'),
    from: key('text', 'the kind that it is derived from'),
    where: key('formula', 'which facts of that kind'),
    keep: key({ choice: ['first', 'last'] }, 'whether the first or the last one counts'),
    per: key('texts', 'one for each of these fields'),
    again_after: key('text', 'after how many days another one counts'),
  },
  release: {
    title: TITLE,
    share: key('text', 'which part of the earning; all parts make 100 %'),
    from: key('text', 'the event that makes it payable: a kind of fact that names the fact which is paid for'),
    where: key('formula', 'only these events'),
    within: key('text', 'in what time the event must come'),
    at: key({ choice: ['pay day', 'quarter end', 'half end', 'year end'] }, 'on which day it is payable'),
    after: key('text', 'how long after the fact it is payable'),
    require: key('formula', 'what must hold on that day'),
    as: key('measure', 'a ratio for the fact: payable as it grows; with `after`, once, in this proportion'),
    instalments: key('text', 'in how many equal parts, and how often'),
    otherwise: key('number', 'what is done where the event does not come or the condition does not hold: lapse, release, hold, or a share'),
  },
  take_back: {
    title: TITLE,
    from: key('text', 'the event that takes back: a kind of fact that names the fact which was paid for'),
    where: key('formula', 'only these events'),
    within: key('text', 'only so long after the fact'),
    share: key('number', 'which part of the line goes back'),
    amount: key('number', 'how much goes back, at most the line'),
    cap: key('text', 'at most this part of a period\'s pay; the rest waits'),
    instalments: key('text', 'in how many equal parts, and how often'),
  },
  draw: {
    amount: key('number', 'up to how much a period is topped up'),
    within: key('text', 'for how long'),
    recover: key('text', 'how much of the pay above it goes back: never, or a share'),
    after: key('text', 'when recovery starts'),
    forgive: key('text', 'the day on which the balance is dropped'),
  },
  pool: { share: key('number', 'how it is shared: equal, or by a number of each payee'), among: key('formula', 'among whom') },
  limit: { at_most: key('text', 'the limit'), per: key('texts', 'for each of what') },
  convert: { rate: key('number', 'the exchange rate'), at: key({ choice: ['date', 'period', 'payment'] }, 'of which day the rate is') },
  exchange: {
    rate: key('number', 'what one unit of the fact\'s currency is worth in the plan\'s; may read `currency`, `date` and `currency.RATE`'),
    at: key({ choice: ['date', 'period'] }, 'the rate of the day of the fact, or of the last day of the period'),
  },
  accounting: { capitalise: key('text', 'life of the asset'), expense_up_to: key('text', 'expensed at once up to this life') },
  source: {
    title: TITLE,
    file: key('text', 'the file, relative to the workspace'),
    into: key('text', 'which kind its rows become'),
    id: key('formula', 'what makes a row unique'),
    date: key('formula', 'the day on which a fact counts'),
    where: key('formula', 'only these rows'),
    currency: key('text', 'the currency of its money'),
    fields: key({ map: 'text' }, 'field: the column, or a formula on columns'),
    always: key({ map: 'text' }, 'fields that are the same in every row'),
    replace: key({ map: 'spelling' }, 'column: how the file spells it: how we spell it'),
    format: key({ place: 'format' }, 'how the file is written'),
  },
  format: {
    delimiter: key({ choice: ['auto', ',', ';', '\t', 'tab'] }, 'what separates the columns'),
    encoding: key({ choice: ['auto', 'utf-8', 'utf-16', 'windows-1252'] }, 'how letters are stored'),
    decimal: key({ choice: ['.', ','] }, 'what stands before the decimals'),
    dates: key('text', 'how dates are written, such as YYYY-MM-DD or DD.MM.YYYY'),
  },
  round: {
    measure: key('text', 'unit of the measure'), days: key('text', 'unit of the share of days'), part: key('text', 'unit of each day-weighted part'),
    incentive: key('text', 'unit of the incentive of a window'), target: key('text', 'unit of the target'), attainment: key('text', 'unit of the attainment'),
    payout: key('text', 'unit of the share paid'), rate: key('text', 'unit of the rate'), factor: key('text', 'unit of a factor'),
    tier: key('text', 'unit of each part of a marginal table'), end: key('text', 'unit of the earning'),
    release: key('text', 'unit of the parts of an earning'), paid: key('text', 'unit of what is paid'), total: key('text', 'unit of the sum with the base'),
  },
  /** any key: the spelling in the file */
  spelling: {},
};
