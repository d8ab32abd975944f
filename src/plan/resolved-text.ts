/**
 * A plan as YAML with every default written out, for `check --resolved`. Reading the text again gives
 * a plan with the same fingerprint, so what is shown is all that there is (but for a default of trueup.yaml
 * that the plan has `removed`).
 */
import { formatCalendar, formatDay } from '../value/period.ts';
import { formatRatio, multiply, ratio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { formulaText } from './formula-text.ts';
import type { Type } from './formula.ts';
import { limitsOut, mapOf, ofOut, payableOut, poolOut, settlementOut } from './resolved-payment.ts';
import type { Out, Writers } from './resolved-payment.ts';
import { readsOf } from './references.ts';
import type { Read } from './references.ts';
import { keysOf } from './table-cells.ts';
import { must } from '../value/diagnostic.ts';
import { bareKind } from './kinds.ts';
import type { Component, Gate, Limit, Measure, Num, Plan, Roundings, Table, TableRow, Term, Window } from './plan.ts';
import { creditOut, guardrailOut, kindOut, measureOut, stateOut } from './resolved-facts.ts';

export function resolvedText(plan: Plan): string {
  return `${print(planOut(plan), '')}\n`;
}

function planOut(plan: Plan): Out {
  const named = namedMeasures(plan);
  const write = writers(named);
  const { base, ...settlement } = settlementOut(plan, write);
  return {
    plan: plan.plan,
    title: plan.title,
    purpose: plan.purpose === '' ? undefined : plan.purpose,
    effective: `${formatDay(plan.effective.from)} / ${formatDay(plan.effective.to)}`,
    terms: mapOf(plan.terms, (t) => t.name, termOut),
    with: mapOf(plan.terms.filter((t) => t.given !== undefined), (t) => t.name, (t) => termValue(t, t.given as Ratio | string)),
    payees: plan.payees === 'all' ? 'all' : plan.payees.text,
    currency: plan.currency,
    pays_in: plan.paysIn === plan.currency ? undefined : plan.paysIn,
    exchange: plan.exchange && { rate: numOut(plan.exchange.rate), at: plan.exchange.when },
    calendar: formatCalendar(plan.calendar),
    period: plan.period,
    incentive: plan.incentive && numOut(plan.incentive),
    base,
    prorate: plan.prorate === 'days_after_first' ? 'days after the first' : plan.prorate,
    facts: mapOf(plan.kinds, (k) => bareKind(k.name), (k) => kindOut(k, numOut)),
    states: mapOf(plan.states, (st) => st.name, stateOut),
    // kinds that no rule credits have a rule `owner` each; one entry cannot say several of them, and none says the same
    credits: mapOf(plan.credits.filter((c) => plan.credits.filter((other) => other.name === c.name).length === 1), (c) => c.name, (c) => creditOut(c, numOut)),
    guardrails: mapOf(plan.guardrails, (g) => g.name, (g) => guardrailOut(g, numOut)),
    tables: namedTables(plan),
    measures: mapOf([...named.values()], (m) => m.name, (m) => measureOut(m, named, numOut)),
    components: mapOf(plan.components, (c) => c.name, (c) => componentOut(c, named, {})),
    cap: plan.cap && limitOut(plan.cap),
    ...payableOut(plan, write),
    ...settlement,
    round: roundOut(plan.round),
    labels: plan.labels,
  };
}

function writers(named: ReadonlyMap<string, Measure>): Writers {
  return { number: numOut, measure: (m) => (named.get(m.name) === undefined ? measureOut(m, named, numOut) : m.name) };
}

function termOut(term: Term): string {
  const unit = term.every === undefined ? '' : ` a ${term.every}`;
  return `${term.type}${unit}${term.fallback === undefined ? '' : ` = ${termValue(term, term.fallback)}`}`;
}

function termValue(term: Term, value: Ratio | string): string {
  if (typeof value === 'string') return value;
  return literal(value, term.type === 'percent' || term.type === 'factor' ? term.type : 'number');
}

function literal(value: Ratio, written: 'number' | 'percent' | 'factor'): string {
  return formulaText({ kind: 'number', value, written, at: { start: 0, end: 0 } });
}

function componentOut(c: Component, named: ReadonlyMap<string, Measure>, around: Roundings): Out {
  const write = writers(named);
  const base = { title: c.title, weight: c.weight && numOut(c.weight), incentive: c.incentive && numOut(c.incentive) };
  // a group's roundings reach its parts; `end` stands at the top only
  const round = roundOut(Object.fromEntries(Object.entries(c.round).filter(([point]) => around.end === undefined || point !== 'end')));
  const rest = {
    gates: mapOf(c.gates, (g) => g.name, gateOut),
    multiply: mapOf(c.multiply, (m) => m.name, (m) => numOut(m.factor)),
    cap: c.caps.length === 0 ? undefined : c.caps.map(limitOut),
    floor: c.floor && limitOut(c.floor),
    ...payableOut(c, write),
    round,
  };
  const when = { window: windowText(c.window), period: c.period };
  if (c.kind === 'group') return { ...base, ...when, components: mapOf(c.components, (x) => x.name, (x) => componentOut(x, named, c.round)), ...rest };
  const target = c.target && { target: numOut(c.target), better: c.better, no_target: shareOut(c.noTarget) };
  const measure = c.measure && { measure: write.measure(c.measure), ...target, missing: shareOut(c.missing) };
  return { ...base, ...measure, ...when, ...ofOut(c, write), ...(c.pay && { [c.pay.form]: numOut(c.pay.number) }), pool: poolOut(c.pool, write), limits: limitsOut(c.limits), ...rest };
}

function shareOut(share: Ratio | 'hold'): string {
  return share === 'hold' ? 'hold' : literal(share, 'percent');
}

function windowText(window: Window): string {
  return window.kind === 'period' ? 'period' : window.kind === 'whole' ? `whole ${window.of}` : `${window.of} to date`;
}

function gateOut(gate: Gate): Out {
  const { otherwise } = gate;
  return { title: gate.title, require: gate.text, otherwise: otherwise.kind === 'hold' ? 'hold' : otherwise.kind === 'share' ? formulaText(otherwise.of) : `at most ${formulaText(otherwise.share)}` };
}

function limitOut(limit: Limit): Out {
  return numOut(limit.amount);
}

function numOut(number: Num): Out {
  return number.kind === 'formula' ? number.text : tableOut(number.table);
}

function tableOut(table: Table): Out {
  const by = keysOf(table).map((key) => formulaText(key));
  return { title: table.title, by: by.length === 1 ? by[0] : by, [table.kind]: rowsOut(table), beyond: table.kind === 'points' ? table.beyond : undefined };
}

function rowsOut(table: Table): Out {
  if (table.outer !== undefined) {
    const { rows, otherwise } = table.outer;
    return new Map([...rows.map((r) => [keyText(r, table.by.type), rowsOut(r.table)] as const), ...(otherwise === undefined ? [] : [['otherwise', otherwiseOut(otherwise)] as const])]);
  }
  const rows = table.rows.map((r) => [keyText(r, table.by.type), r.right === undefined ? formulaText(r.value) : [formulaText(r.value), formulaText(r.right)]] as const);
  return new Map<string, Out>([...rows, ...(table.otherwise === undefined ? [] : [['otherwise', formulaText(table.otherwise)] as const])]);
}

/** One value for all that is left, or rows. */
function otherwiseOut(table: Table): Out {
  const inner = table.outer;
  if (table.rows.length === 0 && inner === undefined && table.otherwise !== undefined) return formulaText(table.otherwise);
  return inner !== undefined && inner.rows.length === 0 && inner.otherwise !== undefined ? otherwiseOut(inner.otherwise) : rowsOut(table);
}

/** Tables that formulas read by name. What one is read at that is called is said where it is called. */
function namedTables(plan: Plan): Out | undefined {
  const reads = new Map<string, Read[]>();
  for (const read of readsOf(plan)) reads.set(read.name, [...(reads.get(read.name) ?? []), read]);
  return mapOf([...reads].sort(([a], [b]) => (a < b ? -1 : 1)), ([name]) => name, ([, all]) => namedTable(all));
}

function namedTable(reads: readonly Read[]): Out {
  const read = reads.find((r) => r.called !== true) ?? must(reads[0]);
  const out = tableOut(read.table);
  // without `by` a table is read at the attainment here and at the value there
  const several = new Set(reads.filter((r) => r.called !== true).map((r) => keysOf(r.table).map(formulaText).join(','))).size > 1;
  return several ? { ...(out as object), by: undefined } : out;
}

function keyText(row: Pick<TableRow, 'key' | 'over'>, by: Type): string {
  if (typeof row.key === 'string') return row.key === 'otherwise' ? '"otherwise"' : row.key;
  if (typeof row.key === 'boolean') return row.key ? 'yes' : 'no';
  const key = by.kind === 'date' ? formatDay(Number(row.key.n)) : literal(row.key, by.kind === 'percent' || by.kind === 'factor' ? by.kind : 'number');
  return row.over ? `over ${key}` : key;
}

function roundOut(round: Roundings): Out | undefined {
  const percent = ['days', 'attainment', 'payout', 'rate', 'factor'];
  return mapOf(Object.entries(round), ([point]) => point, ([point, r]) => {
    const unit = percent.includes(point) ? `${formatRatio(multiply(r.unit, ratio(100n)))}%` : formatRatio(r.unit);
    return r.mode === 'half_away' ? unit : `${unit} ${r.mode}`;
  });
}

/** Measures that are called by their name: by tables, gates, ratios, arithmetic, or by more than one component. */
function namedMeasures(plan: Plan): Map<string, Measure> {
  const named = new Map<string, Measure>();
  const visit = (m: Measure): void => {
    if (!m.name.includes('.')) named.set(m.name, m);
    inside(m);
  };
  const inside = (m: Measure): void => {
    if (m.kind === 'ratio') { visit(m.numerator); visit(m.denominator); if (m.otherwise !== undefined) visit(m.otherwise); }
    if (m.kind === 'rank') visit(m.of);
    if (m.kind === 'formula') Object.values(m.measures).forEach(visit);
  };
  const component = (c: Component): void => {
    if (c.kind === 'leaf' && c.measure !== undefined) {
      // one that stands in the component has its name
      if (c.measure.name === c.name && !c.measure.at.path.startsWith('measures.')) inside(c.measure);
      else visit(c.measure);
    }
    if (c.kind === 'leaf' && typeof c.of === 'object') visit(c.of);
    for (const part of c.release ?? []) if (part.as !== undefined) visit(part.as);
    for (const g of c.gates) for (const t of g.require) if (t.left.kind === 'measure') visit(t.left.measure);
    if (c.kind === 'group') c.components.forEach(component);
  };
  plan.components.forEach(component);
  for (const part of plan.release) if (part.as !== undefined) visit(part.as);
  plan.measures.forEach(visit);
  return named;
}

/** Block style for maps; a list of one is printed as its one item where the language reads it so. */
function print(out: Out, indent: string): string {
  if (typeof out === 'string') return scalar(out, false);
  if (isList(out)) return flow(out);
  return entriesOut(out).map(([key, value]) => {
    const v = value;
    const name = scalar(key, true);
    if (typeof v === 'string') return `${indent}${name}: ${scalar(v, false)}`;
    if (isList(v)) return `${indent}${name}: ${v.length === 1 && v[0] !== undefined && typeof v[0] === 'string' ? scalar(v[0], false) : flow(v)}`;
    return `${indent}${name}:\n${print(v, `${indent}  `)}`;
  }).join('\n');
}

function flow(out: Out): string {
  if (typeof out === 'string') return scalar(out, true);
  if (isList(out)) return `[${out.map(flow).join(', ')}]`;
  return `{ ${entriesOut(out).map(([key, value]) => `${scalar(key, true)}: ${flow(value)}`).join(', ')} }`;
}

function entriesOut(out: Exclude<Out, string | readonly Out[]>): readonly (readonly [string, Out])[] {
  const entries: readonly (readonly [string, Out | undefined])[] = out instanceof Map ? [...(out as ReadonlyMap<string, Out>)] : Object.entries(out);
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

function isList(out: Out): out is readonly Out[] {
  return Array.isArray(out);
}

/** Plain where YAML reads it back as the same text; else in double quotes. */
function scalar(text: string, narrow: boolean): string {
  const plain = /^[A-Za-z0-9_(][A-Za-z0-9_ .%()<>=+*/"-]*$/.test(text) && !/[ ]$|: | #|\s{2}/.test(text);
  const wide = !narrow && /^[A-Za-z0-9_(][A-Za-z0-9_ .,%()<>=+*/"-]*$/.test(text) && !/[ ]$|: | #|\s{2}/.test(text);
  return plain || wide ? text : JSON.stringify(text);
}
