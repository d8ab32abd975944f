/**
 * A plan in words: one sentence a key. `check --resolved`, statements and explanations print these, so
 * that a payee reads the same words everywhere.
 */
import { formatDay } from '../value/period.ts';
import { formatCalendar } from '../value/period.ts';
import { formatRatio } from '../value/rate.ts';
import type { Component, Gate, Leaf, Limit, Measure, Num, Plan, Term, Window } from './plan.ts';
import { both } from './problem.ts';
import { describeCredit } from './words-credits.ts';
import { describeGuardrail, describeKind, describeState, gatheringWords, subjectSuffix } from './words-facts.ts';
import { readsOf } from './references.ts';
import { humanised } from './titles.ts';
import { COMPARISON_WORDS, conditionWords, formulaWords, numberWords, percentWords, spaced } from './words-formula.ts';
import { basisWords, limitsWords, numWords, payableWords, poolWords, settlementWords } from './words-payment.ts';
import { describeTable, isNothing } from './words-table.ts';

export { describeCredit } from './words-credits.ts';
export { describeTable } from './words-table.ts';

/** Sentences about the whole plan, in the order of its keys; each ends with a full stop. */
export function describePlan(plan: Plan): string[] {
  const named = measuresByName(plan);
  return [
    `${plan.title} (${plan.plan}).`,
    ...(plan.purpose === '' ? [] : [`Its purpose: ${ended(plan.purpose)}`]),
    `It holds from ${formatDay(plan.effective.from)} to ${formatDay(plan.effective.to - 1)}, both days included.`,
    plan.payees === 'all' ? 'It is for everybody.' : `It is for everybody of whom ${conditionWords(plan.payees.formula)}.`,
    `It is calculated for each ${plan.period}, in ${plan.currency}${plan.paysIn === plan.currency ? '' : `, and paid in ${plan.paysIn}`}${plan.calendar.kind === 'months' && plan.calendar.start === 1 ? '' : `, on the calendar "${formatCalendar(plan.calendar)}"`}.`,
    ...exchangeWords(plan),
    ...plan.terms.map(termWords),
    ...(plan.incentive === undefined ? [] : [`At exactly 100 % it pays ${numWords(plan.incentive, 'amount')}.`]),
    ...prorateWords(plan),
    ...plan.kinds.flatMap(describeKind),
    ...plan.states.map(describeState),
    ...plan.credits.map(describeCredit),
    ...plan.guardrails.map(describeGuardrail),
    ...named.map((m) => `${m.title} is ${m.kind === 'ratio' || m.kind === 'formula' ? '' : 'the '}${describeMeasure(m)}.`),
    ...tablesWords(plan),
    ...plan.components.flatMap((c) => describeComponent(c, plan)),
    ...(plan.cap === undefined ? [] : [`All components together pay at most ${limitWords(plan.cap, plan)}.`]),
    ...payableWords(plan, plan),
    ...settlementWords(plan),
    ...roundingWords(plan),
  ];
}

/** Tables that formulas read by name, which say no more than that name. */
function tablesWords(plan: Plan): string[] {
  const tables = new Map(readsOf(plan).map((read) => [read.name, read.table]));
  return [...tables].map(([name, table]) => {
    const title = table.title ?? humanised(name);
    return `${title}, ${describeTable(table, 'factor')}.`;
  });
}

function exchangeWords({ exchange, currency }: Plan): string[] {
  if (exchange === undefined) return [];
  const day = exchange.when === 'date' ? 'on the day of each fact' : 'on the last day of the period';
  return [`Money in another currency is converted into ${currency} at ${numWords(exchange.rate, 'target')}, as it is ${day}; what has no rate does not count.`];
}

/** "amount of deal where stage is Won" */
export function describeMeasure(measure: Measure): string {
  const whose = subjectSuffix(measure.subject);
  switch (measure.kind) {
    case 'sum': return `${formulaWords(measure.of)} of ${gatheringWords(measure)}${whose}`;
    case 'count': return `number of ${gatheringWords(measure)}${whose}`;
    case 'distinct': return `number of different values of ${formulaWords(measure.of)} of ${gatheringWords(measure)}${whose}`;
    case 'average': return `average ${formulaWords(measure.of)} of ${gatheringWords(measure)}${whose}`;
    case 'min': return `lowest ${formulaWords(measure.of)} of ${gatheringWords(measure)}${whose}`;
    case 'max': return `highest ${formulaWords(measure.of)} of ${gatheringWords(measure)}${whose}`;
    case 'first': case 'last': return `${measure.kind} ${formulaWords(measure.of)} of ${gatheringWords(measure)}${whose}`;
    case 'ratio': return `${partWords(measure.numerator)} ÷ ${partWords(measure.denominator)}${sampleWords(measure)}${whose}`;
    case 'formula': return `${formulaWords(measure.formula)}${whose}`;
    case 'rank': return `place by ${partWords(measure.of)}${measure.among === undefined ? '' : `, among those of the same ${measure.among.map(spaced).join('\'s ')}`}`;
  }
}

function sampleWords(measure: Extract<Measure, { kind: 'ratio' }>): string {
  if (measure.minSample === undefined || measure.otherwise === undefined) return '';
  return ` (${partWords(measure.otherwise)} where ${partWords(measure.denominator)} is below ${numberWords(measure.minSample)})`;
}

function partWords(measure: Measure): string {
  return /\.(numerator|denominator|otherwise|rank)$/.test(measure.name) ? describeMeasure(measure) : spaced(measure.name);
}

/** Sentences about one component; those of a group are followed by those of its parts. */
export function describeComponent(component: Component, plan: Plan): string[] {
  const parts = component.kind === 'group' ? component.components.flatMap((c) => describeComponent(c, plan)) : [];
  const base = component.kind === 'leaf' ? leafWords(component, plan) : [`It is the sum of ${both(component.components.map((c) => c.title))}.`];
  const weight = component.weight === undefined ? [] : [`It has ${numWords(component.weight, 'weight')} of the incentive.`];
  const own = component.incentive === undefined ? [] : [`At exactly 100 % it pays ${numWords(component.incentive, 'amount')}, outside of the weights.`];
  const after = [
    ...component.gates.map((g) => gateWords(g)),
    ...component.multiply.map((m) => `The pay is multiplied by ${spaced(m.name)}: ${numWords(m.factor, 'factor')}.`),
    ...(component.caps.length === 0 ? [] : [`It pays at most ${component.caps.map((c) => limitWords(c, plan)).join(', and at most ')}.`]),
    ...(component.floor === undefined ? [] : [`It pays at least ${limitWords(component.floor, plan)}.`]),
    ...limitsWords(component.limits, plan), ...(component.kind === 'leaf' ? poolWords(component) : []), ...payableWords(component, plan),
  ];
  const period = component.period === plan.period ? [] : [`It is calculated for each ${component.period}.`];
  return [`${component.title}:`, ...base, ...period, ...windowWords(component.window), ...weight, ...own, ...after, ...parts];
}

/** Measures that are 0 where there is nothing to measure; the others have no value then. */
const ALWAYS: ReadonlySet<Measure['kind']> = new Set(['sum', 'count', 'distinct', 'rank']);

function leafWords(leaf: Leaf, plan: Plan): string[] {
  const measure = leaf.measure === undefined ? undefined : leaf.measure.name === leaf.name || leaf.measure.name.endsWith('.measure') ? `${leaf.measure.kind === 'ratio' || leaf.measure.kind === 'formula' ? '' : 'the '}${describeMeasure(leaf.measure)}` : lowerFirst(leaf.measure.title);
  const looked = measure === undefined ? [] : leaf.target === undefined ? [`We look at ${measure}.`] : [`We compare ${measure} with ${numWords(leaf.target, 'target')}.`];
  const lower = leaf.target !== undefined && leaf.better === 'lower' ? ['Less is better: attainment is the target divided by the measure.'] : [];
  const holds = [
    ...(leaf.target === undefined ? [] : [`Where the target is 0, ${leaf.noTarget === 'hold' ? 'the pay is held' : `the attainment is ${percentWords(leaf.noTarget)}`}.`]),
    ...(leaf.measure !== undefined && !ALWAYS.has(leaf.measure.kind) ? [`Where the measure has no value, ${leaf.missing === 'hold' ? 'the pay is held' : `the attainment is ${percentWords(leaf.missing)}`}.`] : []),
  ];
  return [...looked, ...lower, ...basisWords(leaf), payWords(leaf, plan), ...holds];
}

function payWords(leaf: Leaf, plan: Plan): string {
  if (leaf.pay === undefined) return 'It is shown, and pays nothing.';
  const { form, number } = leaf.pay;
  if (number.kind === 'table') {
    const text = describeTable(number.table, form, form === 'payout' ? incentiveWords(leaf, plan) : undefined);
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }
  const value = formulaWords(number.formula);
  if (form === 'amount') return `It pays ${value}.`;
  if (form === 'payout') return `It pays ${value} of ${incentiveWords(leaf, plan)}.`;
  const type = number.formula.type.kind;
  return type === 'percent' ? `It pays ${value} of it.` : type === 'factor' ? `It pays ${value} the base rate (incentive ÷ target) for each unit.` : `It pays ${value} for each.`;
}

function incentiveWords(leaf: Leaf, plan: Plan): string {
  const own = leaf.incentive ?? plan.incentive;
  return own?.kind === 'formula' && own.formula.kind === 'name' ? formulaWords(own.formula) : 'the incentive';
}

function gateWords(gate: Gate): string {
  const tests = gate.require.map((t) => {
    const left = t.left.kind === 'measure' ? shortName(t.left.measure) : t.left.kind === 'attainment' ? 'attainment' : 'the measure';
    const must = t.op === '=' ? 'must be' : t.op === '<>' ? 'must not be' : `must be ${COMPARISON_WORDS[t.op].replace(/^is /, '')}`;
    return `${left} ${must} ${formulaWords(t.right)}`;
  });
  const { otherwise } = gate;
  const else_ = otherwise.kind === 'hold' ? 'the pay is held' : otherwise.kind === 'at_most' ? `it pays at most ${formulaWords(otherwise.share)}` : isNothing(otherwise.of) ? 'it pays nothing' : `it pays ${formulaWords(otherwise.of)} of what it would`;
  // what is no row of comparisons is said as it stands
  const text = tests.length > 0 ? both(tests) : `it is required that ${conditionWords(gate.condition)}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}; otherwise ${else_}.`;
}

/** `grr` is said "GRR": three letters are an abbreviation. */
function shortName(measure: Measure): string {
  return measure.name.length <= 3 ? measure.name.toUpperCase() : spaced(measure.name);
}

function limitWords(limit: Limit, plan: Plan): string {
  return limit.kind === 'share' ? `${numWords(limit.amount, 'limit')} of the incentive` : `${numWords(limit.amount, 'limit')} ${plan.currency}`;
}

function windowWords(window: Window): string[] {
  if (window.kind === 'period') return [];
  return [window.kind === 'to_date' ? `It counts from the start of the ${window.of} to date, against the target so far, less what was paid before.` : `It counts over the whole ${window.of}, against the full target, less what was paid before.`];
}

function termWords(term: Term): string {
  const value = term.given ?? term.fallback;
  const unit = term.every === undefined ? '' : ` a ${term.every}`;
  const text = value === undefined ? '' : typeof value === 'string' ? value : term.type === 'percent' ? percentWords(value) : numberWords(value);
  return `${spaced(term.name).charAt(0).toUpperCase()}${spaced(term.name).slice(1)} is ${term.type}${unit}${value === undefined ? ', from the payee or his role' : `, ${text} where the payee and his role have none`}.`;
}

function prorateWords(plan: Plan): string[] {
  const timed = plan.terms.some((t) => t.every !== undefined) || [plan.incentive, ...plan.components.flatMap(knownNumbers)].some((n) => n?.kind === 'formula' && / a (day|week|month|quarter|half|year)\b/.test(n.text));
  if (!timed) return [];
  if (plan.prorate === 'none') return ['Amounts with a unit of time are paid in full for part periods.'];
  return [`Amounts with a unit of time are scaled by the days on the plan${plan.prorate === 'days_after_first' ? ', without the first day' : ''}.`];
}

function knownNumbers(c: Component): (Num | undefined)[] {
  return c.kind === 'leaf' ? [c.incentive, c.target] : [c.incentive, ...c.components.flatMap(knownNumbers)];
}

function roundingWords(plan: Plan): string[] {
  return Object.entries(plan.round).map(([point, r]) => {
    const what = point === 'end' ? 'each earning' : `the ${spaced(point)}`;
    return `We round ${what} to ${formatRatio(r.unit)}${r.mode === 'half_away' ? ', half away from zero' : `, always ${r.mode}`}.`;
  });
}

/** Measures with a name of their own, which sentences of components only name. */
function measuresByName(plan: Plan): Measure[] {
  const found = new Map<string, Measure>();
  const visit = (m: Measure | undefined, owner: string): void => {
    if (m === undefined) return;
    if (m.name !== owner && !m.name.includes('.')) found.set(m.name, m);
    if (m.kind === 'ratio') { visit(m.numerator, ''); visit(m.denominator, ''); visit(m.otherwise, ''); }
    if (m.kind === 'rank') visit(m.of, '');
    if (m.kind === 'formula') for (const inner of Object.values(m.measures)) visit(inner, '');
  };
  const component = (c: Component): void => {
    if (c.kind === 'leaf') visit(c.measure, c.name);
    for (const g of c.gates) for (const t of g.require) if (t.left.kind === 'measure') visit(t.left.measure, '');
    if (c.kind === 'group') c.components.forEach(component);
  };
  plan.components.forEach(component);
  for (const m of plan.measures) visit(m, '');
  return [...found.values()];
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
