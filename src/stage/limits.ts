/**
 * Running limits: at most so much pay, or so many times, over the plan version, in order of date and fact;
 * for each payee, for the whole plan, or for each value of a field. What is over it is listed, unfunded.
 */
import type { RunningLimit } from '../plan/plan.ts';
import {
  and, call, cast, coalesce, col, compare, eq, filter, int, join, keep, minus, named, type Named, project, type Relation, type Statement, sum, aggregate, union, when, wide, windowed,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { must } from '../value/diagnostic.ts';
import { multiply, powerOfTen, ratio } from '../value/rate.ts';
import { asWide, scanOf } from './arithmetic.ts';
import type { Catalogue, ComponentEntry } from './catalogue.ts';
import type { FactsBuilder } from './facts.ts';
import { digitsOf } from './lower.ts';

const TOP = ['world', 'component', 'payee', 'period'] as const;
const LINE = [...TOP, 'fact', 'fact_id', 'day'] as const;

/** Asks the facts for the fields that limits are counted by. */
export function askLimits(limited: readonly ComponentEntry[], catalogue: Catalogue, builders: ReadonlyMap<string, FactsBuilder>, kindOf: (c: ComponentEntry) => string): void {
  for (const c of limited) for (const l of c.spec.limits) if (Array.isArray(l.per)) fieldOf(c, l, catalogue, must(builders.get(kindOf(c))));
}
function fieldOf(c: ComponentEntry, limit: RunningLimit, catalogue: Catalogue, builder: FactsBuilder): Named {
  const path = limit.per as readonly string[];
  const out = builder.handedOn({ kind: 'name', name: path.join('.'), ref: { kind: 'field', path }, type: { kind: 'text' }, at: { start: 0, end: 0 } }, must(catalogue.plans[c.plan]).spec, c.spec.at);
  return named('by', cast(out.kind === 'number' ? out.n : out.expr, 'bigint'));
}

/** `lines`: fact by fact, what each component with limits would pay. Gives the same rows with what is funded beside it. */
export function fundedLines(lines: Relation, limited: readonly ComponentEntry[], catalogue: Catalogue, builders: ReadonlyMap<string, FactsBuilder>, kindOf: (c: ComponentEntry) => string): Relation {
  return union(limited.map((c) => {
    const builder = must(builders.get(kindOf(c)));
    const start: Relation = project(filter(lines, eq(col('component'), int(c.component))), [...keep(undefined, ...LINE), named('amount', asWide(col('amount'))), named('funded', asWide(col('amount')))]);
    return c.spec.limits.reduce((rows: Relation, limit) => withLimit(rows, c, limit, catalogue, builder), start);
  }));
}

function withLimit(rows: Relation, c: ComponentEntry, limit: RunningLimit, catalogue: Catalogue, builder: FactsBuilder): Relation {
  const field = Array.isArray(limit.per) ? fieldOf(c, limit, catalogue, builder) : undefined;
  const by = field === undefined ? rows : project(join(['l', rows], ['inner', 'f', builder.scan(), eq(col('fact', 'f'), col('fact', 'l'))]), [...keep('l', ...columnsOf(rows).map((x) => x.name)), named('by', coalesce(cast(columnIn(field), 'bigint'), int(-1)))]);
  const partition = ['world', 'component', ...(limit.per === 'payee' ? ['payee'] : []), ...(field === undefined ? [] : ['by'])];
  const order = ['day', 'fact_id', 'fact', 'payee'].map((column) => ({ column, descending: false }));
  if (limit.atMost.kind === 'times') {
    const counted = windowed(project(by, [...keep(undefined, ...columnsOf(by).map((x) => x.name)), named('paid', when(eq(col('funded'), int(0)), int(0), int(1)))]), [{ name: 'used', fn: 'sum', of: col('paid'), partition, order }]);
    return project(counted, [...keep(undefined, ...LINE, 'amount'), named('funded', when(compare('<=', col('used'), int(limit.atMost.times)), col('funded'), wide(0n)))]);
  }
  const currency = must(catalogue.plans[c.plan]).spec.currency, most = multiply(limit.atMost.amount, ratio(powerOfTen(digitsOf(currency))));
  const running = windowed(by, [{ name: 'running', fn: 'sum', of: col('funded'), partition, order }]);
  const highest = windowed(running, [{ name: 'highest', fn: 'max', of: col('running'), partition, order }]);
  const soFar = project(highest, [...keep(undefined, ...columnsOf(by).map((x) => x.name)), named('so_far', minus(col('running'), call('greatest', minus(col('highest'), wide(most.n / most.d)), wide(0n))))]);
  const before = windowed(soFar, [{ name: 'before', fn: 'lag', of: col('so_far'), before: wide(0n), partition, order }]);
  return project(before, [...keep(undefined, ...LINE, 'amount'), named('funded', minus(col('so_far'), col('before')))]);
}
const columnIn = (field: Named): Named['expr'] => (field.expr.kind === 'cast' && field.expr.of.kind === 'column' ? { ...field.expr, of: { ...field.expr.of, of: 'f' } } : field.expr);

/** Earnings less what limits leave unfunded. */
export function afterLimits(earnings: Statement, funded: Statement): Statement {
  const less = aggregate(scanOf(funded), keep(undefined, ...TOP), [named('unfunded', sum(minus(col('amount'), col('funded'))))]);
  const joined = join(['e', scanOf(earnings)], ['left', 'u', less, and(...TOP.map((k) => eq(col(k, 'u'), col(k, 'e'))))]);
  return { name: 'limited', make: 'table', key: [...TOP], about: 'earnings after running limits', relation: project(joined, [...keep('e', ...TOP, 'plan', 'held'), named('amount', cast(minus(asWide(col('amount', 'e')), coalesce(col('unfunded', 'u'), wide(0n))), 'bigint'))]) };
}
