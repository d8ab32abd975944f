/**
 * Stage 3, second part, `looks`: what each component looks at, for each payee and period, as a pair: sums
 * and ratios of measures, formulas of them, places among others. One row a component, payee, period and
 * value; with `field_value` where it is told apart by a field of the fact. A NULL divisor or number is no value.
 */
import {
  and, cases, cast, coalesce, col, compare, eq, type Expr, filter, int, isNotNull, isNull, join, type JoinInput, keep, minus, named, not, nothing, plus, project, type Relation, scan, type Statement, times, union, when, windowed, call, wide,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { asWide, CARRIED, extend, scanOf } from './arithmetic.ts';
import { COMPANY, type Gathered, type MeasureValue, type SimpleValue } from './gather.ts';
import { lowerNumber, type Lowered, type Scope } from './lower.ts';
import { casesOfPairs, divisorExpr, type Pair } from './lower-pair.ts';
import { type ParamsOf, paramScope } from './params.ts';
import { REF_ASSIGN, REF_COMPONENT, REF_GROUP, REF_LOOK, REF_WORLD } from './reference.ts';

export const LOOK = ['world', 'component', 'payee', 'period', 'part'] as const;
/** the payee himself; the company; kinds such as pod are numbered from here on */
export const GROUP = { payee: 0, company: 1, first: 2 } as const;

export function looksStages(measures: Statement, gathered: Gathered, options: { readonly grouped: boolean; readonly params: ParamsOf }): Statement[] {
  const simple: Statement = { name: 'looks', make: 'table', relation: simpleRows(measures, options.grouped, gathered.measures.some((m) => m.divisor >= WIDE_FROM)), key: [...LOOK, 'look', 'field_value'], about: 'what each component looks at, as pairs' };
  const ranks = gathered.values.filter((v) => v.kind === 'rank'), formulas = gathered.values.filter((v) => v.kind === 'formula' || v.kind === 'sample');
  if (ranks.length === 0 && formulas.length === 0) return [simple];
  const sums: Statement = { ...simple, name: 'sums', about: 'sums and ratios that components look at, as pairs' };
  const out: Statement[] = [sums];
  const worked = formulas.map((v) => formulaRows(v, sums, options.params));
  if (worked.length > 0) out.push({ name: 'worked', make: 'table', relation: union(worked), key: [...LOOK, 'look'], about: 'values worked out from several measures, as pairs' });
  const before = out.slice();
  if (ranks.length > 0) out.push({ name: 'ranks', make: 'table', relation: union(ranks.map((v) => rankRows(v, before, gathered))), key: [...LOOK, 'look'], about: 'the place of each payee, who shares it, and where he stands among those' });
  const columns = [...LOOK, 'look', 'field_value', 'num', 'den'];
  out.push({ ...simple, make: 'view', relation: union(out.map((s) => project(scanOf(s), keep(undefined, ...columns)))) });
  return out;
}

/** What every value is asked for: components, payees, periods. */
function asked(...more: JoinInput[]): Relation {
  return { kind: 'join', inputs: [
    { as: 'o', how: 'from', relation: scan(REF_WORLD) },
    { as: 'k', how: 'inner', relation: scan(REF_COMPONENT), on: eq(col('plan_world', 'k'), col('plan_world', 'o')) },
    { as: 'l', how: 'inner', relation: scan(REF_LOOK), on: and(eq(col('plan_world', 'l'), col('plan_world', 'o')), eq(col('component', 'l'), col('component', 'k'))) },
    { as: 'a', how: 'inner', relation: scan(REF_ASSIGN), on: and(eq(col('component', 'a'), col('component', 'k')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o'))) },
    ...more,
  ] };
}
const ROW_OF = [...keep('o', 'world'), ...keep('k', 'component'), ...keep('a', 'payee', 'period', 'part')];

/** parts of a unit that a value is kept in whose credits were divided by something: finer than what a cent could need, coarser than what was lost */
export const KEPT = 10_000n;

/** from here on what a value is kept in takes so many digits that they are taken off where it has no use for them */
const WIDE_FROM = CARRIED;

/** `fine`: some value is kept in very small parts of a unit. */
function simpleRows(measures: Statement, grouped: boolean, fine: boolean): Relation {
  const group: JoinInput = { as: 'g', how: 'left', relation: scan(REF_GROUP), on: and(
    eq(col('people_world', 'g'), col('people_world', 'o')), eq(col('plan', 'g'), col('plan', 'k')), eq(col('window', 'g'), col('window', 'k')), eq(col('group_kind', 'g'), col('group_kind', 'l')),
    eq(col('payee', 'g'), col('payee', 'a')), eq(col('period', 'g'), col('period', 'a')), eq(col('part', 'g'), col('part', 'a'))) };
  const subject = grouped ? cases([[eq(col('group_kind', 'l'), int(GROUP.payee)), col('payee', 'a')], [eq(col('group_kind', 'l'), int(GROUP.company)), cast(int(COMPANY), 'integer')]], col('subject', 'g')) : col('payee', 'a');
  const of = (alias: string, id: string, sameField: boolean): JoinInput => ({ as: alias, how: 'left', relation: scanOf(measures), on: and(
    eq(col('world', alias), col('world', 'o')), eq(col('plan', alias), col('plan', 'k')), eq(col('measure', alias), col(id, 'l')), eq(col('window', alias), col('window', 'k')),
    eq(col('period', alias), col('period', 'a')), eq(col('payee', alias), subject), ...(sameField ? [eq(col('field_value', alias), coalesce(col('field_value', 'm'), int(0)))] : [])) });
  const joined = filter(asked(...(grouped ? [group] : []), of('m', 'measure', false), of('m2', 'measure_2', true)), isNotNull(col('measure', 'l')));
  const zero = coalesce(col('num', 'm'), when(col('zero', 'l'), asWide(int(0)), nothing('wide')));
  const top = times(zero, col('mul', 'l')), alone = isNull(col('measure_2', 'l'));
  const rows = project(joined, [
    ...ROW_OF, ...keep('l', 'look'), ...(fine ? [named('kept', and(col('carried', 'l'), alone)), named('alone', and(alone, not(col('apart', 'l')))), named('div', asWide(col('div', 'l')))] : []), named('field_value', coalesce(col('field_value', 'm'), int(0))),
    named('num', top), named('den', times(asWide(when(isNull(col('measure_2', 'l')), asWide(int(1)), coalesce(col('num', 'm2'), asWide(int(0))))), col('div', 'l'))),
  ]);
  if (!fine) return rows;
  const read = project(rows, [...keep(undefined, ...LOOK, 'look', 'field_value', 'alone'),
    named('num', when(col('kept'), { kind: 'ratio', n: col('num'), d: col('div'), scale: KEPT, mode: 'half_away' }, col('num'))), named('den', when(col('kept'), asWide(int(KEPT)), col('den')))]);
  // the divisor of a quotient of sums is read again, where a sample must not be too small; what is told apart is added up, over one divisor
  const common = extend(read, [named('common', when(col('alone'), call('gcd', coalesce(col('num'), wide(0n)), col('den')), wide(1n)))]);
  return project(common, [...keep(undefined, ...LOOK, 'look', 'field_value'), named('num', call('quotient', col('num'), col('common'))), named('den', call('quotient', col('den'), col('common')))]);
}

/** A value that others are worked out from, joined under an alias: a divisor of 0 is no value. */
export function lookPair(alias: string): Pair {
  const num = col('num', alias), den = col('den', alias);
  return { n: when(compare('<', den, int(0)), call('negate', num), num), d: call('abs', call('nullif', den, int(0))) };
}

/** Names of measures → the pairs that are joined; asking joins. */
export function valueReader(value: MeasureValue, join_: (simple: MeasureValue) => string, scope: (names: (name: string) => Lowered | undefined) => Scope): Pair {
  switch (value.kind) {
    case 'simple': case 'rank': return lookPair(join_(value));
    case 'formula': return lowerNumber(value.formula, scope((name) => { const input = value.inputs.get(name); return input === undefined ? undefined : { kind: 'number', ...valueReader(input, join_, scope) }; }));
    case 'sample': {
      const of = lookPair(join_(value.of));
      // the denominator is found back from the pair: den = div · (sum below the line)
      const below = col('den', join_(value.of)), least = times(int(value.least.n), int(value.of.div), int(must(value.of.over).divisor));
      const enough = coalesce(compare('>=', times(call('abs', below), int(value.least.d)), least), { kind: 'literal', type: 'boolean', value: false });
      return casesOfPairs([[enough, of]], valueReader(value.otherwise, join_, scope));
    }
  }
}

function formulaRows(value: MeasureValue, sums: Statement, params: ParamsOf): Relation {
  const joins = new Map<number, JoinInput>();
  const ask = (v: MeasureValue): string => {
    assert(v.kind === 'simple', 'formulas are worked out from sums; places among others are not part of them');
    const alias = `v_${v.index}`;
    if (!joins.has(v.index)) joins.set(v.index, { as: alias, how: 'left', relation: scanOf(sums), on: lookOn(alias, v) });
    return alias;
  };
  const own = paramScope(value.index, params, value.kind === 'formula' ? value.plan.currency : '', value.measureOf.at);
  const pair = valueReader(value, ask, (names) => ({ ...own.scope, name: (typed) => (typed.ref.kind === 'measure' ? names(typed.ref.measure) : undefined) ?? own.scope.name(typed) }));
  const joined = filter(asked(...joins.values(), ...own.joins()), eq(col('look', 'l'), int(value.index)));
  return project(joined, [...ROW_OF, ...keep('l', 'look'), named('field_value', int(0)), named('num', asWide(pair.n)), named('den', divisorExpr(pair.d))]);
}
function lookOn(alias: string, value: SimpleValue): Expr {
  return and(eq(col('world', alias), col('world', 'o')), eq(col('component', alias), col('component', 'k')), eq(col('payee', alias), col('payee', 'a')), eq(col('period', alias), col('period', 'a')), eq(col('part', alias), col('part', 'a')), eq(col('look', alias), int(value.index)));
}

/** Places by a value, highest first; equal values share the first of their places. `position` tells those apart who share one. */
function rankRows(value: MeasureValue, before: readonly Statement[], gathered: Gathered): Relation {
  assert(value.kind === 'rank', 'a rank');
  const from = value.of.kind === 'simple' ? must(before[0]) : must(before[1]);
  const among = gathered.amongs.indexOf(value.among?.join('.') ?? '');
  const rows = project(join(
    ['v', filter(scanOf(from), eq(col('look'), int(value.of.index)))],
    ['inner', 'l', scan(REF_LOOK), and(eq(col('component', 'l'), col('component', 'v')), eq(col('look', 'l'), int(value.index)))],
    ['left', 'g', scan(REF_GROUP), and(eq(col('payee', 'g'), col('payee', 'v')), eq(col('period', 'g'), col('period', 'v')), eq(col('group_kind', 'g'), int(AMONG + among)), eq(col('part', 'g'), int(0)))],
  ), [
    ...keep('v', ...LOOK), named('peers', coalesce(col('subject', 'g'), cast(int(-1), 'integer'))),
    // nothing measured stands last; values are told apart to 10⁻¹⁵
    named('by_value', { kind: 'ratio', n: coalesce(lookPair('v').n, asWide(int(0))), d: coalesce(divisorExpr(lookPair('v').d), asWide(int(1))), scale: 10n ** 15n, mode: 'half_away' }),
  ]);
  const group = ['world', 'component', 'period', 'peers'];
  const order = [{ column: 'by_value', descending: true }, { column: 'payee', descending: false }];
  const placed = windowed(rows, [
    { name: 'position', fn: 'row_number', partition: group, order },
    { name: 'among_equals', fn: 'row_number', partition: [...group, 'by_value'], order: [{ column: 'payee', descending: false }] },
  ]);
  const place = plus(minus(col('position'), col('among_equals')), int(1));
  return project(placed, [...keep(undefined, ...LOOK), named('look', cast(int(value.index), 'integer')), named('field_value', int(0)), named('num', asWide(place)), named('den', asWide(int(1))), ...keep(undefined, 'position', 'peers')]);
}
/** group kinds of `ref_group` beyond this say who is compared with whom */
export const AMONG = 1000;
