/**
 * What every stage of a run gives, as CSV for people to review: names instead of codes, exact numbers, sorted.
 * A number without a finite decimal form is a fraction (`1/3`); pay before its rounding that is finer than 10⁻⁶
 * ends in `…`. Rows of measures, attainment (of components with a target) and earnings that are 0 throughout and not held are left out;
 * payouts are complete, as `trueup export` writes them.
 */
import { isNoneZero } from '../../src/app/explain-place.ts';
import { type Row, rowsOf } from '../../src/app/cells.ts';
import type { Calculation } from '../../src/app/calculate.ts';
import { exportEarnings } from '../../src/app/export-earnings.ts';
import { relationOf } from '../../src/app/run-relations.ts';
import { HELD_REASONS } from '../../src/app/held.ts';
import type { ProgramRunner } from '../../src/engine/engine.ts';
import type { Kind } from '../../src/plan/plan.ts';
import type { Type } from '../../src/plan/formula.ts';
import { scan } from '../../src/relation/relation.ts';
import { HELD } from '../../src/stage/attainment.ts';
import type { ComponentEntry } from '../../src/stage/catalogue.ts';
import type { DirectRule } from '../../src/stage/gather.ts';
import { OUTCOME } from '../../src/stage/guards.ts';
import { contentKey } from '../../src/stage/reads.ts';
import { REF_ROUTE } from '../../src/stage/reference.ts';
import { must } from '../../src/value/diagnostic.ts';
import { formatDay } from '../../src/value/period.ts';
import { type Ratio, ratio } from '../../src/value/rate.ts';
import { type Names, namesOf } from './names.ts';
import { paymentTables } from './payments.ts';
import { csvOf, digitsOf, exact, inUnits, type Line, scaled } from './text.ts';

/** Files of `expected/`, each only where it has rows. */
export async function stagesOf(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[]): Promise<ReadonlyMap<string, string>> {
  const names = await namesOf(engine, calculation, kinds);
  const read = async (name: string): Promise<Row[]> => {
    const made = calculation.compiled.program.statements.some((s) => s.name === name);
    return made ? rowsOf(await engine.read(relationOf(calculation, name))) : [];
  };
  const of: Run = { calculation, names, read };
  const routes = rowsOf(await engine.read(scan(REF_ROUTE)));
  const files: [string, string][] = [
    ['credits.csv', csvOf(['fact', 'date', 'payee', 'via', 'rule', 'share', 'guardrails'], await credits(of, routes), 3)],
    ['measures.csv', csvOf([...KEY, 'by', 'measure', 'result'], await measures(of), 4)],
    ['attainment.csv', csvOf([...KEY, 'by', 'measure', 'target', 'attainment', 'held'], await attainment(of), 4)],
    ['earnings.csv', csvOf([...KEY, 'by', 'table', 'gated', 'factored', 'limited', 'so_far', 'before', 'earned', 'held'], await earnings(of), 4)],
    ['payouts.csv', await payouts(calculation, engine)],
    ['lines.csv', csvOf([...KEY, 'fact', 'amount'], await lines(of), 4)],
    ...await paymentTables(engine, calculation),
  ];
  return new Map(files.filter(([, text]) => text !== ''));
}

const KEY = ['plan', 'component', 'payee', 'period'] as const;
interface Run { readonly calculation: Calculation; readonly names: Names; readonly read: (name: string) => Promise<Row[]> }

const small = (row: Row, name: string): number => Number(row[name]);
const wide = (row: Row, name: string): bigint => BigInt(String(row[name] ?? 0));
const entryOf = ({ calculation }: Run, row: Row): ComponentEntry => must(calculation.catalogue.components[small(row, 'component')]);
const currencyOf = ({ calculation }: Run, entry: ComponentEntry): string => must(calculation.catalogue.plans[entry.plan]).spec.currency;

/** Plan (with its version, where there are several), component, payee and period of a row. */
function keyOf(run: Run, row: Row): Line {
  const entry = entryOf(run, row), { plans } = run.calculation.catalogue, { spec } = must(plans[entry.plan]);
  const several = plans.filter((p) => p.spec.plan === spec.plan).length > 1;
  return {
    plan: several ? `${spec.plan}@${formatDay(spec.effective.from)}` : spec.plan, component: entry.path.join('.'), payee: run.names.subject(small(row, 'payee')),
    period: run.calculation.catalogue.periodOf(small(row, 'period')).label,
  };
}

// ---- credits ----

async function credits(run: Run, routes: readonly Row[]): Promise<Line[]> {
  const { gathered } = run.calculation.catalogue, used = usedRoutes(run);
  const guards = [...new Map(gathered.rules.flatMap((r) => r.guards).map((g) => [contentKey(g), g.name])).values()];
  const outcomes = Object.entries(OUTCOME).filter(([, n]) => n !== OUTCOME.pass);
  return (await run.read('credits')).flatMap((row): Line[] => {
    const rule = must(gathered.rules[small(row, 'rule')]);
    const said = guards.flatMap((guard, i) => outcomes.filter(([, n]) => n === small(row, `guard_${i}`)).map(([word]) => `${guard}: ${word}`));
    const line = { fact: run.names.fact(wide(row, 'fact')), date: formatDay(small(row, 'day')), share: exact(ratio(run.names.takesBack(wide(row, 'fact')) ? -wide(row, 'share') : wide(row, 'share'), gathered.shareDivisor)), guardrails: said.join(', ') };
    // those above are credited at the grain of measures: here they are written out
    return [...used.get(rule.index) ?? []].flatMap((route): Line[] => {
      const name = ruleName(run, rule, route);
      if (route === 0) return [{ ...line, payee: run.names.subject(small(row, 'payee')), rule: name }];
      return routes.filter((r) => small(r, 'route') === route && small(r, 'payee') === small(row, 'payee') && small(r, 'stint') === small(row, 'stint'))
        .map((r) => ({ ...line, payee: run.names.subject(small(r, 'subject')), via: run.names.subject(small(r, 'via')), rule: name }));
    });
  });
}

/** For whom the credits of each rule are measured: 0 is whoever is credited. */
function usedRoutes(run: Run): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  const pairs = run.calculation.catalogue.gathered.measures.flatMap((m) => [...m.terms.map((t) => ({ rules: t.column.rules, route: t.route })), ...m.rows?.columns ?? []]);
  for (const { rules, route } of pairs) for (const rule of rules) found.set(rule, (found.get(rule) ?? new Set()).add(route));
  return found;
}
/** Rules that credit alike are one in a program; those above have the name of the rule that has `up`. */
function ruleName({ calculation: { catalogue } }: Run, { rule, kind }: DirectRule, index: number): string {
  const route = catalogue.gathered.routes.find((r) => r.index === index);
  if (route === undefined) return rule.name;
  const names = catalogue.plans.flatMap((p) => p.spec.credits.filter((r) => r.from.includes(kind) && r.up?.field === route.field && r.up.levels === route.levels).map((r) => r.name));
  return [...new Set(names)].join(' or ');
}

// ---- measures and attainment ----

const shown = (value: Ratio, type: Type, currency: string): string => exact(type.kind === 'money' ? ratio(value.n, value.d * digitsOf(currency)) : value);
/** A pair of a row; undefined where it has no value. */
function pairIn(row: Row, n: string, d: string): Ratio | undefined {
  const top = row[n], bottom = row[d];
  return top === null || top === undefined || bottom === null || bottom === undefined || BigInt(String(bottom)) === 0n ? undefined : ratio(BigInt(String(top)), BigInt(String(bottom)));
}

async function measures(run: Run): Promise<Line[]> {
  const { values } = run.calculation.catalogue.gathered;
  // a ratio with a smallest sample is shown as what is used, not as what it would be
  const sampled = new Set(values.flatMap((v) => (v.kind === 'sample' ? [v.of.index] : [])));
  return (await run.read('looks')).flatMap((row): Line[] => {
    const entry = entryOf(run, row), { measureOf } = must(values[small(row, 'look')]), value = pairIn(row, 'num', 'den');
    if (value?.n === 0n || (value === undefined && isNoneZero(must(values[small(row, 'look')]))) || sampled.has(small(row, 'look'))) return [];
    return [{ ...keyOf(run, row), by: run.names.key(entry, wide(row, 'field_value')), measure: measureOf.name, result: value === undefined ? 'none' : shown(value, measureOf.type, currencyOf(run, entry)) }];
  });
}

async function attainment(run: Run): Promise<Line[]> {
  return (await run.read('attainment')).flatMap((row): Line[] => {
    const entry = entryOf(run, row), { spec } = entry, held = heldWords(row);
    if (spec.kind !== 'leaf' || spec.measure === undefined || (spec.target === undefined && held === '')) return [];
    const x = row['has_value'] === true ? pairIn(row, 'x_n', 'x_d') : undefined, t = pairIn(row, 'target_n', 'target_d'), a = pairIn(row, 'a_n', 'a_d');
    if (held === '' && [x, t, a].every((v) => v === undefined || v.n === 0n)) return [];
    const number = (v: Ratio | undefined): string => (v === undefined ? '' : shown(v, must(spec.measure).type, currencyOf(run, entry)));
    const by = wide(row, 'line') === 0n ? wide(row, 'field_value') : wide(row, 'line');
    return [{ ...keyOf(run, row), by: run.names.key(entry, by), measure: number(x), target: number(t), attainment: a === undefined ? '' : exact(a), held }];
  });
}

function heldWords(row: Row): string {
  const why = Object.entries(HELD).find(([, code]) => code === small(row, 'held'))?.[0] as keyof typeof HELD;
  return why === 'no' ? '' : HELD_REASONS[why].words;
}

// ---- earnings ----

/** Name of the step → its column. */
const STEPS = { table: 'raw', gated: 'gated', factored: 'factored', limited: 'limited' } as const;

/** Parts of groups and single lines step by step; then each top-level component with what it earned before. A step that changes nothing is blank. */
async function earnings(run: Run): Promise<Line[]> {
  const columns = Object.entries(STEPS);
  const steps = (row: Row): Line => Object.fromEntries(columns.map(([name, column], i) => {
    const amount = wide(row, column), before = columns[i - 1];
    return [name, before !== undefined && wide(row, before[1]) === amount ? '' : scaled(amount, currencyOf(run, entryOf(run, row)))];
  }));
  const idle = (row: Row): boolean => Object.values(STEPS).every((c) => wide(row, c) === 0n) && heldWords(row) === '';
  const levels = run.calculation.compiled.program.statements.filter((s) => /^earned_\d+$/.test(s.name));
  const all = (await Promise.all(levels.map((s) => run.read(s.name)))).flat(), place = (row: Row): string => ['component', 'payee', 'period'].map((c) => row[c]).join('|');
  const several = new Map([...Map.groupBy(all, place)].map(([key, rows]) => [key, rows.length > 1]));
  const parts = all.filter((row) => !idle(row) && (row['parent'] !== null || wide(row, 'line') !== 0n || several.get(place(row)) === true))
    .map((row): Line => ({ ...keyOf(run, row), by: run.names.key(entryOf(run, row), wide(row, 'line')), ...steps(row), held: heldWords(row) }));
  const tops = (await run.read('earnings')).filter((row) => !idle(row) || wide(row, 'amount') !== 0n).map((row): Line => {
    const units = (name: string): string => inUnits(wide(row, name), currencyOf(run, entryOf(run, row)));
    return { ...keyOf(run, row), ...steps(row), so_far: units('so_far'), before: wide(row, 'before') === 0n ? '' : units('before'), earned: units('amount'), held: heldWords(row) };
  });
  return [...parts, ...tops];
}

async function payouts(calculation: Calculation, engine: ProgramRunner): Promise<string> {
  let text = '';
  for await (const piece of exportEarnings(calculation, engine)) text += piece;
  return text;
}

async function lines(run: Run): Promise<Line[]> {
  return (await run.read('attributed')).filter((row) => wide(row, 'amount') !== 0n)
    .map((row) => ({ ...keyOf(run, row), fact: run.names.fact(wide(row, 'fact')), amount: inUnits(wide(row, 'amount'), currencyOf(run, entryOf(run, row))) }));
}
