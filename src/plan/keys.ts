/**
 * The closed table of the keys of the plan language. From it come the schema, the JSON Schema for
 * editors, the errors for unknown keys and the order in which `check --resolved` prints. A key that
 * the language has but this version does not calculate stands here too (`built: false`), so that it
 * can be refused by name instead of being called unknown.
 */

/**
 * text       any scalar;  formula: a scalar that holds one;  number: a literal, a name, a formula or a table
 * measure    a name, a formula or a map of place `measure`
 * texts, numbers, measures, splits: one, or a list
 */
export type Shape =
  | 'text' | 'texts' | 'formula' | 'number' | 'numbers' | 'measure' | 'measures' | 'rows' | 'splits'
  | { readonly choice: readonly string[] }
  | { readonly place: Place }
  | { readonly map: Place | 'text' | 'number' | 'measure' | 'texts' };

export interface Key { readonly shape: Shape; readonly doc: string; readonly built: boolean }

export type Place =
  | 'plan' | 'workspace' | 'component' | 'table' | 'measure' | 'credit' | 'guardrail' | 'gate' | 'state' | 'fact' | 'release'
  | 'take_back' | 'draw' | 'pool' | 'limit' | 'convert' | 'exchange' | 'accounting' | 'source' | 'format' | 'round' | 'spelling';

function key(shape: Shape, doc: string): Key { return { shape, doc, built: true }; }
function later(doc: string): Key { return { shape: 'text', doc, built: false }; }

export const GRAINS = ['week', 'half month', 'month', 'quarter', 'half', 'year'] as const;
const TITLE = key('text', 'the heading in screens and statements');

/** Keys that this version understands at a place. */
export function isBuilt(place: Place, name: string): boolean {
  return Object.hasOwn(KEYS[place], name) && KEYS[place][name]?.built === true;
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
    pays_in: later('money of the payment'),
    calendar: key('text', 'how weeks, months, quarters and years lie'),
    period: key({ choice: GRAINS }, 'how often the plan is calculated'),
    incentive: key('number', 'pay at exactly 100 %'),
    base: later('salary, shown beside, never posted'),
    prorate: key({ choice: ['days', 'days after the first', 'none'] }, 'what part periods do to everything with a unit of time'),
    labels: key({ choice: ['standard', 'target-and-payout'] }, 'the word pack for screens and statements'),
    allow: key({ map: 'text' }, 'lint rule: why it does not hold here'),
    facts: key({ map: 'fact' }, 'kinds of facts and of reference rows, and their fields'),
    states: later('what held, and for how long'),
    credits: key({ map: 'credit' }, 'who is credited with what share'),
    measures: key({ map: 'measure' }, 'what is counted'),
    tables: key({ map: 'table' }, 'tables with a name'),
    guardrails: later('when a credit does not count'),
    components: key({ map: 'component' }, 'the parts of the pay'),
    cap: key('number', 'the sum of all components is at most this'),
    release: later('when an earning becomes payable'),
    take_back: later('when an earning goes back'),
    draw: later('tops up a weak period'),
    negative: later('what happens to pay below zero'),
    convert: later('the exchange rate of each payment'),
    accounting: later('over how many months the cost is spread in the books'),
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
    carry: later('adds a missed target to the next'),
    better: key({ choice: ['higher', 'lower'] }, 'whether more or less of the measure is better'),
    no_target: key('text', 'the attainment where the target is 0'),
    missing: key('text', 'the attainment where the measure has no value'),
    window: key('text', 'over what the measure accumulates'),
    period: key({ choice: GRAINS }, 'how often this component is calculated'),
    per: later('one calculation and one rounding for each fact or field'),
    of: later('what a rate is paid on'),
    rate: key('number', 'pay for each unit of the measure'),
    payout: key('number', 'share of the incentive that is paid'),
    amount: key('number', 'money that is paid'),
    components: key({ map: 'component' }, 'the parts of a group'),
    gates: key({ map: 'gate' }, 'what must hold for this to pay'),
    multiply: key({ map: 'number' }, 'factors on the pay'),
    cap: key('numbers', 'pays at most this'),
    floor: key('number', 'pays at least this'),
    pool: later('one pot that is shared'),
    limits: later('running limits, in order of date'),
    release: later('when an earning becomes payable'),
    take_back: later('when an earning goes back'),
    convert: later('the exchange rate of each payment'),
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
    average: later('the mean over the facts'),
    last: later('the last value of the facts'),
    ratio: key('measures', 'the first measure divided by the second'),
    formula: key('formula', 'arithmetic of measures'),
    rank: later('the place among the payees'),
    among: later('among whom the place is found'),
    from: key('texts', 'which kinds of facts'),
    for: key('text', 'whose number it is'),
    where: key('formula', 'only these facts'),
    credited: key('texts', 'only credits of these rules'),
    date: later('which date decides the period'),
    at: later('what holds at the start or the end of the window'),
    look_back: later('how many days before the end of the window count'),
    half_life: later('after how many days a value halves'),
    factors: later('factors on the value of each fact'),
    limits: later('running limits, in order of date'),
    min_sample: later('below this denominator something else is used'),
    otherwise: later('what is used where the sample is too small'),
  },
  credit: {
    title: TITLE,
    from: key('texts', 'which kinds of facts'),
    to: key('texts', 'the field that names who is credited; several share equally'),
    split: key('splits', 'shares that are taken from what is left; `rest` is what remains'),
    share: key('formula', 'the part that is credited'),
    where: key('formula', 'only these facts'),
    factor: later('a quality factor on the credit'),
    overlay: key({ choice: ['yes', 'no'] }, 'whether this is on top of the direct credits'),
    up: key('text', 'credits those above: the field of person that names the one above'),
    levels: key('text', 'how many levels up'),
    through: later('credits whoever touched the account'),
    look_back: later('how long before the fact a touch counts'),
    yields_to: later('no credit for a payee whom that rule credits'),
  },
  guardrail: {
    title: later('the heading'), from: later('which kinds of facts'), require: later('what must hold'), otherwise: later('what is done instead'),
    review: later('by when a person looks'), then: later('what the end of a hold does'),
  },
  gate: {
    title: TITLE,
    require: key('formula', 'what must hold'),
    otherwise: key('text', 'what is paid if it does not hold: a share, `at most` a share of the incentive, or hold'),
  },
  state: {
    title: later('the heading'), for: later('whose state it is'), from: later('which facts change it'), value: later('the field that holds it'),
    levels: later('the order of its values'), while: later('when it holds'), lasting: later('how long it must hold'), again_after: later('when it counts again'),
  },
  fact: {
    title: TITLE,
    fields: key({ map: 'text' }, 'name: type; money, number, percent, date, text, yes/no, payee, payees (a list), splits (a list with shares) or another kind'),
    derived: later('fields that are calculated from others'),
    runs: later('from when until when it lasts'),
    from: later('the kind that it is derived from'),
    where: later('which facts of that kind'),
    keep: later('whether the first or the last one counts'),
    per: later('one for each of these fields'),
    again_after: later('after how long another one counts'),
  },
  release: {
    title: later('the heading'), share: later('which part'), from: later('which event'), where: later('which of them'), within: later('in what time'),
    at: later('on which day'), after: later('how long after'), require: later('what must hold'), as: later('in which proportion'),
    instalments: later('in how many parts'), otherwise: later('what is done instead'),
  },
  take_back: {
    title: later('the heading'), from: later('which event'), where: later('which of them'), within: later('in what time'), share: later('which part'),
    amount: later('how much'), cap: later('at most how much of a period\'s pay'), instalments: later('in how many parts'),
  },
  draw: {
    amount: later('up to how much'), within: later('how long'), recover: later('how much of later pay goes back'), after: later('when recovery starts'),
    forgive: later('when the balance is dropped'),
  },
  pool: { share: later('how it is shared'), among: later('among whom') },
  limit: { at_most: later('the limit'), per: later('for each of what') },
  convert: { rate: later('the exchange rate'), at: later('of which day') },
  exchange: {
    rate: key('number', 'what one unit of the fact\'s currency is worth in the plan\'s; may read `currency`, `date` and `currency.RATE`'),
    at: key({ choice: ['date', 'period'] }, 'the rate of the day of the fact, or of the last day of the period'),
  },
  accounting: { capitalise: later('life of the asset in months'), expense_up_to: later('expensed at once up to this life') },
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
    release: later('unit of the parts of an earning'), paid: later('unit of what is paid'), total: later('unit of the sum with the base'),
  },
  /** any key: the spelling in the file */
  spelling: {},
};
