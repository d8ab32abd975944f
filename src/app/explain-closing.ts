/** From the pay of parts, groups and lines to what is paid: days in groups, pots, rounding, earlier periods, running limits, the cap of the plan. */
import type { ProgramRunner } from '../engine/engine.ts';
import { spaced } from '../plan/words-formula.ts';
import { limitsWords } from '../plan/words-payment.ts';
import { and, col, eq, filter, int, join, keep, or, project, type Relation, scan, union } from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { SCALE } from '../stage/arithmetic.ts';
import { HELD } from '../stage/attainment.ts';
import type { ComponentEntry } from '../stage/catalogue.ts';
import { FIGURE } from '../stage/figures.ts';
import { rootOf } from '../stage/row-scope.ts';
import { factTable } from '../stage/store.ts';
import { toMinor } from '../value/money.ts';
import { formatDay } from '../value/period.ts';
import { divideRounded, equal, ONE, ratio, type Ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { nameOf } from './explain-facts.ts';
import { type Place, rowAt } from './explain-place.ts';
import { smallOf, smallOrNull, textIn, wideOf } from './explain-rows.ts';
import { bareValue, moneyWords, plainMoney, plainNumber, plainScaled, scaledWords } from './explain-words.ts';
import type { ExplainedComponent, Step } from './explanation.ts';
import { relationOf } from './run-relations.ts';

/** What others have to do with a payee's pay: those who share a pot with him; facts of a running limit, in order. */
export interface Others { readonly pots: readonly Row[]; readonly weights: readonly Row[]; readonly funded: readonly Row[] }

export async function readOthers(engine: ProgramRunner, calculation: Calculation, entries: readonly ComponentEntry[]): Promise<Others> {
  const names = calculation.compiled.program.statements.map((s) => s.name);
  const of = (some: readonly ComponentEntry[]): ReturnType<typeof or> => or(...some.map((c) => eq(col('component'), int(c.component))));
  const read = async (relation: Relation, sorted: readonly string[]): Promise<Row[]> => rowsOf(await engine.read(relation, sorted));
  const here = (name: string, some: readonly ComponentEntry[]): Relation => filter(relationOf(calculation, name), and(eq(col('world'), int(0)), of(some)));
  const pools = entries.filter((c) => c.spec.pool !== undefined), limited = entries.filter((c) => c.spec.limits.length > 0);
  const lines = names.includes('lines') ? 'lines' : 'earnings';
  const shares = pools.length === 0 ? [] : await read(here(lines, pools), ['component', 'period', 'payee']);
  const earned = pools.length === 0 ? [] : await read(union(names.filter((n) => /^earned_\d+$/.test(n)).map((n) => here(n, pools))), ['component', 'period', 'payee']);
  const key = (r: Row): string => [r['component'], r['period'], r['payee'], r['line'] ?? 0n].join('|');
  const given = new Map(shares.map((r) => [key(r), wideOf(r, 'limited')]));
  return {
    pots: earned.map((r) => ({ ...r, given: given.get(key(r)) ?? 0n })),
    weights: pools.length === 0 || !names.includes('figures') ? [] : await read(here('figures', pools), []),
    funded: (await Promise.all(limited.map((c) => fundedRows(engine, calculation, c, here('funded', [c]))))).flat(),
  };
}
/** Facts under a running limit, with their ids. */
async function fundedRows(engine: ProgramRunner, { catalogue }: Calculation, c: ComponentEntry, funded: Relation): Promise<Row[]> {
  const name = c.spec.kind === 'leaf' && c.spec.per?.kind === 'fact' ? c.spec.per.of : c.value?.kind === 'simple' ? c.value.measure.terms[0]?.column.value.kind : undefined;
  const kind = catalogue.kinds.find((k) => k.name === name);
  if (kind === undefined) return [];
  const joined = join(['l', funded], ['inner', 'f', scan(factTable(rootOf(kind, catalogue.kinds))), eq(col('row', 'f'), col('fact', 'l'))]);
  return rowsOf(await engine.read(project(joined, [...keep('l', ...columnsOf(funded).map((x) => x.name)), ...keep('f', 'id')]), ['day', 'id', 'fact', 'payee']));
}

const scaledMinor = (minor: Ratio): bigint => divideRounded(minor.n * SCALE, minor.d, 'half_away');

/** Of several groups, or of one that he was in for some of his days: each counts for its share of days. */
export function daysStep(place: Place, parts: readonly ExplainedComponent[]): Step[] {
  const rows = place.rows.of('earned', place.entry.component, place.step.period), groups = parts.filter((p) => p.group !== undefined);
  if (groups.length === 0 || (rows.length === 1 && wideOf(rows[0], 'days_n') === wideOf(rows[0], 'days_d'))) return [];
  const each = groups.map((group, i) => {
    const row = rows[i], days = ratio(wideOf(row, 'days_n'), wideOf(row, 'days_d')), before = wideOf(row, 'limited');
    return { group: group.group ?? '', days, before, after: divideRounded(before * days.n, days.d, 'half_away') };
  });
  const sum = each.reduce((n, e) => n + e.after, 0n), money = (scaled: bigint): string => scaledWords(scaled, place.currency);
  const said = each.map((e) => `${e.group}: ${money(e.before)} × ${bareValue(e.days, { kind: 'percent' }, place.currency)} of your days = ${money(e.after)}`);
  return [{ step: 'days', text: `Each group counts for your days in it. ${said.join('; ')}.${each.length > 1 ? ` Together ${money(sum)}.` : ''}`, numbers: { amount: plainScaled(sum, place.currency) },
    rows: each.map((e) => ({ group: e.group, days: plainNumber(e.days), before: plainScaled(e.before, place.currency), after: plainScaled(e.after, place.currency) })) }];
}
/** What a component gives before pots and rounding: its parts by days. */
export function givenBy(place: Pick<Place, 'rows' | 'entry' | 'step'>): bigint {
  return place.rows.of('earned', place.entry.component, place.step.period).reduce((n, r) => n + divideRounded(wideOf(r, 'limited') * wideOf(r, 'days_n'), wideOf(r, 'days_d'), 'half_away'), 0n);
}

/** One pot for several payees: how large, among whom, and who has the odd cent. */
export function potStep(place: Place, others: Others): Step[] {
  const { spec } = place.entry, { pool } = spec, own = rowAt(place, 'earned');
  if (pool === undefined || own === undefined) return [];
  const { currency } = place, lines = spec.kind === 'leaf' && spec.per !== undefined, same = lines ? 'line' : 'part';
  const mine = others.pots.filter((r) => r['component'] === place.entry.component && r['period'] === place.step.period && r[same] === own[same]);
  const weigh = (index: number | undefined, r: Row): Ratio | undefined => {
    const found = index === undefined ? undefined : others.weights.find((w) => w['look'] === FIGURE + index && ['component', 'period', 'payee', 'part', 'line'].every((k) => w[k] === r[k]));
    return typeof found?.['n'] === 'bigint' && typeof found['d'] === 'bigint' && found['d'] !== 0n ? ratio(found['n'], found['d']) : undefined;
  };
  const { share, among } = place.entry.figures.pool ?? {};
  const people = mine.map((r) => {
    const meets = among === undefined || weigh(among.index, r)?.n === 1n, number = share === undefined ? ONE : weigh(share.index, r) ?? ratio(0n);
    return { payee: smallOf(r, 'payee'), weight: meets ? number : ratio(0n), given: wideOf(r, 'given'), raw: wideOf(r, 'limited') };
  }).sort((a, b) => a.payee - b.payee);
  const pot = lines ? people.reduce((n, p) => n + p.raw, 0n) : people.reduce((n, p) => (p.raw > n ? p.raw : n), people[0]?.raw ?? 0n);
  const sharing = people.filter((p) => p.weight.n !== 0n), name = (payee: number): string => { const person = place.calculation.catalogue.personOf(payee); return person === undefined ? '' : nameOf(person); };
  const given = people.find((p) => p.payee === place.person.payee)?.given ?? 0n;
  const how = share === undefined ? 'shared equally' : 'shared in proportion to a number of each';
  const whom = sharing.length === 0 ? 'nobody meets the condition, so nobody has a share' : `${how} among ${sharing.length}: ${sharing.slice(0, 12).map((p) => (share === undefined ? name(p.payee) : `${name(p.payee)} (${bareValue(p.weight, { kind: 'number' }, currency)})`)).join(', ')}${sharing.length > 12 ? ' …' : ''}`;
  const odd = sharing.length > 1 && new Set(sharing.map((p) => p.given)).size > 1 && share === undefined ? ' What cannot be shared goes to the first of them, one cent each.' : '';
  return [{ step: 'pot', text: `The pot is ${scaledWords(pot, currency)}, ${whom}. Your part is ${scaledWords(given, currency)}.${odd}`, numbers: { pot: plainScaled(pot, currency), unit: plainMoney(unitOf(place), currency), part: plainScaled(given, currency) },
    rows: people.map((p) => ({ payee: name(p.payee), mine: p.payee === place.person.payee ? 'yes' : 'no', weight: plainNumber(p.weight), part: plainScaled(p.given, currency) })) }];
}
/** The unit to which earnings are rounded, in minor units. */
function unitOf(place: Place): Ratio {
  const unit = { ...place.plan.spec.round, ...place.entry.spec.round }.end?.unit;
  return unit === undefined ? ONE : toMinor(unit, place.currency);
}

export function roundingStep(place: Place, before: bigint, after: bigint): Step[] {
  const { currency } = place, exact = scaledMinor(ratio(after));
  if (exact === before) return [];
  const end = { ...place.plan.spec.round, ...place.entry.spec.round }.end, unit = unitOf(place);
  const to = equal(unit, ONE) && (end === undefined || end.mode === 'half_away') ? '' : ` ${end === undefined || end.mode === 'half_away' ? '' : `${end.mode} `}to ${bareValue(end?.unit ?? ONE, { kind: 'number' }, currency)} ${currency}`;
  return [{ step: 'rounding', text: `Rounded${to}: ${scaledWords(before, currency)} becomes ${moneyWords(ratio(after), currency)}.`,
    numbers: { before: plainScaled(before, currency), after: plainMoney(ratio(after), currency), residue: plainScaled(before - exact, currency), unit: plainMoney(unit, currency), mode: end?.mode ?? 'half_away' } }];
}

/** Of top-level components: rounding, what earlier periods paid, running limits, and the cap of the plan. `lined`: each line is rounded by itself. */
export function closingSteps(place: Place, others: Others, lined: boolean): Step[] {
  const earning = rowAt(place, 'earnings'), payout = rowAt(place, 'payouts');
  if (earning === undefined || payout === undefined) return [];
  const { currency, entry } = place, steps: Step[] = [];
  const money = (minor: bigint): string => moneyWords(ratio(minor), currency), plain = (minor: bigint): string => plainMoney(ratio(minor), currency);
  const soFar = wideOf(earning, 'so_far'), before = wideOf(earning, 'before'), amount = wideOf(earning, 'amount');
  if (!lined) steps.push(...roundingStep(place, wideOf(earning, 'limited'), soFar));
  if (entry.spec.window.kind !== 'period') {
    const earlier = before === 0n ? 'nothing paid for earlier periods' : `paid for earlier periods ${money(before)}`;
    steps.push({ step: 'true_up', text: `So far this ${entry.spec.window.of === 'half' ? 'half-year' : entry.spec.window.of} ${money(soFar)}, ${earlier}, so ${money(amount)} for ${place.step.label.label}.`,
      numbers: { so_far: plain(soFar), before: plain(before), amount: plain(amount) } });
  }
  const left = rowAt(place, 'limited'), funded = left === undefined || entry.spec.limits.length === 0 ? amount : wideOf(left, 'amount');
  if (entry.spec.limits.length > 0) steps.push(...limitsStep(place, others, amount, funded));
  const paid = wideOf(payout, 'payout'), cap = place.rows.cap(place.plan.plan, place.step.period);
  if (paid !== funded && cap !== undefined) steps.push(planCap(place, cap, funded, paid));
  return steps;
}

/** The cap of the plan, shared out over its components. */
function planCap(place: Place, cap: bigint, before: bigint, after: bigint): Step {
  const { currency, calculation, rows, step, entry } = place, plain = (minor: bigint): string => plainMoney(ratio(minor), currency), money = (minor: bigint): string => moneyWords(ratio(minor), currency);
  const parts = calculation.catalogue.components.filter((c) => c.plan === entry.plan && c.parent === null).flatMap((c) => rows.of('payouts', c.component, step.period).map((r) => ({ c, amount: wideOf(r, 'amount'), paid: wideOf(r, 'payout') })));
  return { step: 'plan_cap', text: `The plan pays at most ${money(cap)} for ${step.label.label} in all; this component's part of it is ${money(after)} instead of ${money(before)}.`, numbers: { cap: plain(cap), before: plain(before), after: plain(after) },
    rows: parts.map((p) => ({ component: p.c.spec.name, mine: p.c === entry ? 'yes' : 'no', before: plain(p.amount), after: plain(p.paid) })) };
}

/** What running limits leave, fact by fact in order of date; the rest is listed, and unfunded. */
function limitsStep(place: Place, { funded }: Others, before: bigint, after: bigint): Step[] {
  const { currency, entry, step } = place, plain = (minor: bigint): string => plainMoney(ratio(minor), currency), money = (minor: bigint): string => moneyWords(ratio(minor), currency);
  const all = funded.filter((r) => r['component'] === entry.component), wanted = entry.spec.limits.some((l) => l.per === 'plan') ? all : all.filter((r) => r['payee'] === place.person.payee);
  const rule = limitsWords(entry.spec.limits, place.plan.spec).join(' ');
  const text = before === after ? 'Nothing of this is cut.' : `${money(before)} becomes ${money(after)}; ${money(before - after)} is unfunded.`;
  return [{ step: 'limits', text: `${rule} ${text}`, numbers: { before: plain(before), after: plain(after), ...Object.fromEntries(entry.spec.limits.map((l) => [`limit ${l.name}`, l.atMost.kind === 'times' ? `${l.atMost.times} times` : plain(toMinor(l.atMost.amount, currency).n / toMinor(l.atMost.amount, currency).d)])), per: entry.spec.limits.map((l) => (Array.isArray(l.per) ? l.per.join('.') : String(l.per))).join(', ') },
    rows: wanted.map((r) => ({ id: textIn(r['id']), date: formatDay(smallOf(r, 'day')), payee: String(place.calculation.catalogue.personOf(smallOf(r, 'payee'))?.id ?? ''), mine: r['payee'] === place.person.payee && r['period'] === step.period ? 'yes' : 'no', before: plain(wideOf(r, 'amount')), after: plain(wideOf(r, 'funded')) })) }];
}

export function heldSteps(place: Place): Step[] {
  const row = place.entry.spec.kind === 'group' ? undefined : rowAt(place, 'earned'), held = smallOrNull(row, 'held') ?? HELD.no;
  if (held === HELD.no || held === HELD.gate) return [];
  const why: Readonly<Record<number, string>> = {
    [HELD.no_target]: 'no target is known for you here', [HELD.no_value]: 'there is nothing to measure yet', [HELD.no_reading]: 'what the table is read by has no value yet',
    [HELD.no_row]: 'the table of the plan has no row for this', [HELD.factor]: 'a factor has no value yet', [HELD.no_group]: `you were in no ${spaced(place.entry.group ?? 'group')} whose result it looks at`,
  };
  return [{ step: 'held', text: `This pay is held for now, because ${why[held] ?? 'something is missing'}. It is not lost: it is calculated again with every run.`, numbers: {} }];
}
