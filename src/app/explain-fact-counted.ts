/** Which components gathered one fact, of whom and in which periods, and what was paid for it alone. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Measure } from '../plan/plan.ts';
import { and, col, eq, filter, int, keep, project } from '../relation/relation.ts';
import { asksForLines, hasLines } from '../stage/attributed.ts';
import type { ComponentEntry, PlanEntry } from '../stage/catalogue.ts';
import type { MeasureValue } from '../stage/gather.ts';
import { type AskedSum, linesRelation } from '../stage/lines.ts';
import { must } from '../value/diagnostic.ts';
import { ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { smallOf, wideOf } from './explain-rows.ts';
import { keyOfSum, type ListedSum, lookedAt, sumsBehind } from './explain-sums.ts';
import { plainMoney, plainValue } from './explain-words.ts';
import type { CountedCredit } from './fact-explanation.ts';
import { relationOf } from './run-relations.ts';

/** Whose measures may have it: payees by code, and the row of a kind (a pod, an account), or the company, that it counts for. */
export interface Subject { readonly code: number; readonly of: 'payee' | 'company' | { readonly entity: string }; readonly name: string }
interface Asking { readonly plan: PlanEntry; readonly entry: ComponentEntry; readonly subject: Subject; readonly listed: ListedSum }

export async function countedOf(engine: ProgramRunner, calculation: Calculation, fact: bigint, subjects: readonly Subject[]): Promise<CountedCredit[]> {
  const { catalogue: { plans, components } } = calculation;
  const asking = components.flatMap((entry) => { const plan = must(plans[entry.plan]); return subjects.filter((s) => isOf(s, plan, calculation)).flatMap((subject) => sumsFor(entry, plan, subject, calculation).map((listed): Asking => ({ plan, entry, subject, listed }))); });
  const rows = await gatheredRows(engine, calculation, fact, asking.flatMap(askedFor)), paid = await paidRows(engine, calculation, fact);
  return asking.flatMap((a): CountedCredit[] => {
    const { plan: { spec }, entry, subject, listed } = a;
    const own = askedFor(a).flatMap((asked) => rows.get(keyOfSum(asked)) ?? []), [first] = own;
    if (first === undefined) return [];
    const periods = [...new Set(own.map((r) => smallOf(r, 'period')))].map((p) => calculation.catalogue.periodOf(p)).sort((x, y) => x.from - y.from);
    const value = own.filter((r) => r['period'] === first['period']).reduce((n, r) => n + wideOf(r, 'num'), 0n);
    const person = calculation.catalogue.personOf(subject.code), lined = entry.parent === null && subject.of === 'payee' && listed.role === 'measure' && asksForLines(entry, calculation.catalogue) && hasLines(entry);
    return [{
      plan: spec.plan, component: entry.path.join('.'), title: entry.spec.title, measure: listed.title, role: listed.role, payee: subject.of === 'payee' ? must(person).id : null, name: subject.name,
      periods: periods.map((p) => p.label), value: plainValue(ratio(value, listed.sum.divisor), listed.type, spec.currency), currency: listed.type.kind === 'money' ? spec.currency : '',
      paid: entry.spec.kind === 'leaf' && entry.spec.pay === undefined ? [] : lined ? paidOf(paid, a, calculation) : null, pays_in: spec.currency,
    }];
  });
}

/** People are asked where they are on the plan, groups everywhere. */
function isOf({ of, code }: Subject, plan: PlanEntry, { catalogue }: Calculation): boolean {
  const person = of === 'payee' ? catalogue.personOf(code) : undefined;
  return of !== 'payee' || (person !== undefined && (plan.counted ?? plan.members).has(person));
}

/** Each sum that the component looks at and that is one of this subject; of accounts that are summed up, those behind each. */
function sumsFor(entry: ComponentEntry, plan: PlanEntry, subject: Subject, { catalogue: { gathered } }: Calculation): ListedSum[] {
  const codeOf = (v: MeasureValue): number | undefined => (sameSubject(v.subject, subject.of) ? subject.code : undefined);
  const sums = (role: ListedSum['role'], value: MeasureValue, measure: Measure): ListedSum[] => sumsBehind({ role: role === 'divisor' ? 'measure' : role, value, measure }, codeOf);
  const all = lookedAt(entry, plan, gathered).flatMap((l) => [...sumsBehind(l, codeOf), ...sumsBehind(l, () => 0).flatMap((s) => (s.sum.book ?? []).flatMap((t) => [...t.inputs.values()].flatMap((v) => sums(s.role, v, v.measureOf))))]);
  return all.filter((l, i) => all.findIndex((x) => x.sum === l.sum) === i);
}
const sameSubject = (a: MeasureValue['subject'], b: Subject['of']): boolean => (typeof a === 'object' ? typeof b === 'object' && a.entity === b.entity : a === b);
const askedFor = ({ plan, entry, subject, listed }: Asking): AskedSum[] => entry.window.steps.map((s) => ({ plan: plan.plan, window: entry.window.id, period: s.period, measure: listed.sum.index, subject: subject.code }));

/** Rows that count something, by sum, in order of time. */
async function gatheredRows(engine: ProgramRunner, { compiled, catalogue }: Calculation, fact: bigint, asked: readonly AskedSum[]): Promise<ReadonlyMap<string, readonly Row[]>> {
  const statement = (name: string) => must(compiled.program.statements.find((s) => s.name === name));
  const once = [...new Map(asked.map((a) => [keyOfSum(a), a])).values()];
  const lines = once.length === 0 ? undefined : linesRelation(once, { credits: statement('credits'), measures: statement('measures'), gathered: catalogue.gathered, kinds: catalogue.kinds, builders: compiled.builders });
  if (lines === undefined) return new Map();
  const columns = keep(undefined, 'plan', 'window', 'period', 'measure', 'subject', 'fact', 'num');
  const rows = rowsOf(await engine.read(project(filter(lines, eq(col('fact'), int(fact))), columns), ['period'])).filter((r) => wideOf(r, 'num') !== 0n);
  return Map.groupBy(rows, (r) => ['plan', 'window', 'period', 'measure', 'subject'].map((k) => r[k]).join('|'));
}

async function paidRows(engine: ProgramRunner, calculation: Calculation, fact: bigint): Promise<Row[]> {
  if (!calculation.compiled.program.statements.some((s) => s.name === 'attributed')) return [];
  return rowsOf(await engine.read(filter(relationOf(calculation, 'attributed'), and(eq(col('world'), int(0)), eq(col('fact'), int(fact)))), ['period', 'component', 'payee']));
}
function paidOf(rows: readonly Row[], { entry, subject, plan }: Asking, { catalogue }: Calculation): NonNullable<CountedCredit['paid']> {
  return rows.filter((r) => r['component'] === entry.component && r['payee'] === subject.code && wideOf(r, 'amount') !== 0n)
    .map((r) => ({ period: catalogue.periodOf(smallOf(r, 'period')).label, amount: plainMoney(ratio(wideOf(r, 'amount')), plan.spec.currency) }));
}
