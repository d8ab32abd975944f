/** When pay is payable, when it goes back, how it is limited, shared and settled, in words: one sentence a key. */
import { formatDay } from '../value/period.ts';
import { durationText } from './durations.ts';
import type { Component, Convert, Draw, Duration, Leaf, Num, Plan, ReleasePart, RunningLimit, TakeBack } from './plan.ts';
import { conditionWords, formulaWords, numberWords, percentWords, spaced } from './words-formula.ts';
import { describeTable } from './words-table.ts';
import type { TableUse } from './words-table.ts';

export function numWords(number: Num, use: TableUse | 'share'): string {
  return number.kind === 'formula' ? formulaWords(number.formula) : `(${describeTable(number.table, use === 'share' ? 'payout' : use)})`;
}

function length(duration: Duration): string {
  return durationText(duration);
}

/** `per`, `of`, `carry`. */
export function basisWords(leaf: Leaf): string[] {
  const per = leaf.per === undefined ? [] : [leaf.per.kind === 'fact' ? `Each ${spaced(leaf.per.of)} is calculated and rounded by itself.` : `Each ${leaf.per.path.map(spaced).join('\'s ')} is calculated and rounded by itself.`];
  const of = leaf.of === 'value' ? [] : [leaf.of === 'excess' ? 'It is paid on what is above the target.' : `It is paid on ${spaced(leaf.of.name).replace(/^.*\.of$/, 'another measure')}.`];
  const carry = leaf.carry === 'none' ? [] : ['What is missing to the target is added to the next one.'];
  return [...per, ...of, ...carry];
}

export function limitsWords(limits: readonly RunningLimit[], plan: Plan): string[] {
  return limits.map((limit) => {
    const much = limit.atMost.kind === 'times' ? `${limit.atMost.times === 1 ? 'once' : `${limit.atMost.times} times`}` : `${numberWords(limit.atMost.amount)} ${plan.currency}`;
    const who = limit.per === 'payee' ? 'to each payee' : limit.per === 'plan' ? 'to all payees together' : `for each ${limit.per.map(spaced).join('\'s ')}`;
    return `Over the plan it pays at most ${much} ${who}, in order of date (${spaced(limit.name)}); the rest is listed as unfunded.`;
  });
}

export function poolWords(leaf: Leaf): string[] {
  if (leaf.pool === undefined) return [];
  const { share, among } = leaf.pool;
  const who = among === undefined ? '' : ` among those of whom ${conditionWords(among.formula)}`;
  return [`The result is one pot, shared ${share === 'equal' ? 'equally' : `by ${numWords(share, 'share')}`}${who}.`];
}

/** Releases, take-backs and conversion, of a plan or of a component. */
export function payableWords(of: Pick<Component, 'release' | 'takeBack' | 'convert'>, plan: Plan): string[] {
  return [
    ...(of.release ?? []).map(releaseWords), ...(of.takeBack ?? []).map(takeBackWords),
    ...(of.convert === undefined ? [] : [convertWords(of.convert, plan)]),
  ];
}

function releaseWords(part: ReleasePart): string {
  const name = part.title === undefined ? `${percentWords(part.share)} (${spaced(part.name)})` : `${percentWords(part.share)} (${part.title})`;
  const day = { pay_day: 'at the pay day', quarter_end: 'at the end of the quarter', half_end: 'at the end of the half year', year_end: 'at the end of the year' }[part.day];
  const within = part.within === undefined ? '' : ` within ${length(part.within)}`;
  const must = part.require === undefined ? '' : `, if ${conditionWords(part.require.formula)}`;
  return `${name} ${part.instalments === undefined ? 'is' : 'are'} payable ${whenWords(part, day)}${within}${must}${instead(part)}.`;
}

function whenWords(part: ReleasePart, day: string): string {
  if (part.instalments !== undefined) return `in ${part.instalments.n} equal parts, one each ${part.instalments.unit.replace('_', ' ')}, from ${day.replace(/^at /, '')} on`;
  if (part.event !== undefined) return `when there is a ${spaced(part.event.from)} of what is paid for${part.event.where === undefined ? '' : ` where ${conditionWords(part.event.where.formula)}`}`;
  const grows = part.as === undefined ? undefined : spaced(part.as.name).replace(/\.as$/, '');
  if (part.after !== undefined) return `${length(part.after)} after the fact${grows === undefined ? '' : `, in proportion to ${grows}`}`;
  return grows === undefined ? day : `as ${grows} grows`;
}

function instead(part: ReleasePart): string {
  if (part.within === undefined && part.require === undefined) return '';
  const { otherwise } = part;
  if (otherwise.kind === 'share') return `; otherwise ${numWords(otherwise.share, 'share')} of it is`;
  return { lapse: '; otherwise it lapses', release: '; otherwise it is payable then', hold: '; otherwise it is held' }[otherwise.kind];
}

function takeBackWords(t: TakeBack): string {
  const where = t.where === undefined ? '' : ` where ${conditionWords(t.where.formula)}`;
  const within = t.within === undefined ? '' : ` within ${length(t.within)} of what was paid for`;
  const much = t.amount !== undefined ? `${numWords(t.amount, 'amount')}, at most what was paid, ` : t.share === undefined ? 'all of the pay for it ' : `${numWords(t.share, 'share')} of the pay for it `;
  const parts = t.instalments === undefined ? '' : `, in ${t.instalments.n} equal parts, one each ${t.instalments.unit.replace('_', ' ')}`;
  const cap = t.cap === undefined ? '' : `; at most ${percentWords(t.cap)} of a period's pay is taken, and the rest waits`;
  return `Where there is a ${spaced(t.from)}${where}${within}, ${much}goes back${parts}${cap}.`;
}

function convertWords(convert: Convert, plan: Plan): string {
  const when = { date: 'of the day of the fact', period: 'of the end of the period', payment: 'of the day of payment' }[convert.when];
  return `What is payable is converted to ${plan.paysIn} at ${numWords(convert.rate, 'factor')}, the rate ${when}.`;
}

/** `base`, `draw`, `negative`, `accounting`. */
export function settlementWords(plan: Plan): string[] {
  return [
    ...(plan.base === undefined ? [] : [`The salary, shown beside, is ${numWords(plan.base, 'amount')}.`]),
    ...(plan.draw === undefined ? [] : drawWords(plan.draw)),
    ...(plan.negative === 'carry' ? [] : [plan.negative === 'forgive' ? 'Pay below zero is dropped.' : 'Pay below zero is paid back.']),
    ...(plan.accounting === undefined ? [] : [accountingWords(plan)]),
  ];
}

function drawWords(draw: Draw): string[] {
  const within = draw.within === undefined ? '' : ` for ${length(draw.within)}`;
  const back = draw.recover === 'never' ? 'What was topped up never goes back.'
    : `What was topped up goes back from ${percentWords(draw.recover)} of the pay above it${draw.after === undefined ? '' : `, from ${length(draw.after)} after its start on`}${draw.forgive === undefined ? '' : `; what is left on ${formatDay(draw.forgive)} is dropped`}.`;
  return [`Pay is topped up to ${numWords(draw.amount, 'amount')}${within}.`, back];
}

function accountingWords(plan: Plan): string {
  const { capitalise, expenseUpTo } = plan.accounting ?? { capitalise: 0 };
  const months = (n: number): string => `${n} ${n === 1 ? 'month' : 'months'}`;
  return `In the books the cost is spread over ${months(capitalise)}${expenseUpTo === undefined ? '' : `, or expensed at once where that is at most ${months(expenseUpTo)}`}.`;
}
