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
import type { Component, CreditRule, Gate, Limit, Measure, Num, Plan, Roundings, Table, TableRow, Term, Window } from './plan.ts';

/** What is printed: a text, or a map. Lists of texts and maps are printed in brackets. */
type Out = string | readonly Out[] | { readonly [key: string]: Out | undefined };

export function resolvedText(plan: Plan): string {
  return `${print(planOut(plan), '')}\n`;
}

function planOut(plan: Plan): Out {
  const named = namedMeasures(plan);
  return {
    plan: plan.plan,
    title: plan.title,
    purpose: plan.purpose === '' ? undefined : plan.purpose,
    effective: `${formatDay(plan.effective.from)} / ${formatDay(plan.effective.to)}`,
    terms: mapOf(plan.terms, (t) => t.name, termOut),
    with: mapOf(plan.terms.filter((t) => t.given !== undefined), (t) => t.name, (t) => termValue(t, t.given as Ratio | string)),
    payees: plan.payees === 'all' ? 'all' : plan.payees.text,
    currency: plan.currency,
    exchange: plan.exchange && { rate: numOut(plan.exchange.rate), at: plan.exchange.when },
    calendar: formatCalendar(plan.calendar),
    period: plan.period,
    incentive: plan.incentive && numOut(plan.incentive),
    prorate: plan.prorate === 'days_after_first' ? 'days after the first' : plan.prorate,
    credits: mapOf(plan.credits, (c) => c.name, creditOut),
    measures: mapOf([...named.values()], (m) => m.name, (m) => measureOut(m, named)),
    components: mapOf(plan.components, (c) => c.name, (c) => componentOut(c, named, {})),
    cap: plan.cap && limitOut(plan.cap),
    round: roundOut(plan.round),
    labels: plan.labels,
  };
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

function creditOut(rule: CreditRule): Out {
  const to = rule.to.map((p) => p.join('.'));
  return {
    title: rule.title,
    from: [...rule.from],
    to: rule.split.length > 0 ? undefined : to,
    split: rule.split.length === 0 ? undefined : rule.split.map((step) => mapOf(step, (s) => s.to.join('.'), (s) => (s.share === 'rest' ? 'rest' : numOut(s.share))) ?? {}),
    share: rule.share === undefined ? '100%' : numOut(rule.share),
    where: rule.where?.text,
    overlay: rule.overlay ? 'yes' : 'no',
    up: rule.up?.field,
    levels: rule.up === undefined ? undefined : String(rule.up.levels),
  };
}

function measureOut(measure: Measure, named: ReadonlyMap<string, Measure>): Out {
  const part = (m: Measure): Out => (named.get(m.name) === undefined ? measureOut(m, named) : m.name);
  switch (measure.kind) {
    case 'ratio': return { title: measure.title, ratio: [part(measure.numerator), part(measure.denominator)] };
    case 'formula': return { title: measure.title, formula: formulaText(measure.formula) };
    case 'rank': return { title: measure.title, rank: part(measure.of), among: measure.among?.join('.') };
    default: {
      const over = { where: measure.where?.text, credited: measure.credited.length === 0 ? undefined : [...measure.credited] };
      if (measure.kind === 'count') return { title: measure.title, count: [...measure.from], ...over };
      return { title: measure.title, [measure.kind]: formulaText(measure.of), from: [...measure.from], ...over };
    }
  }
}

function componentOut(c: Component, named: ReadonlyMap<string, Measure>, around: Roundings): Out {
  const base = { title: c.title, weight: c.weight && numOut(c.weight), incentive: c.incentive && numOut(c.incentive) };
  // a group's roundings reach its parts; `end` stands at the top only
  const round = roundOut(Object.fromEntries(Object.entries(c.round).filter(([point]) => around.end === undefined || point !== 'end')));
  const rest = {
    gates: mapOf(c.gates, (g) => g.name, gateOut),
    multiply: mapOf(c.multiply, (m) => m.name, (m) => numOut(m.factor)),
    cap: c.caps.length === 0 ? undefined : c.caps.map(limitOut),
    floor: c.floor && limitOut(c.floor),
    round,
  };
  const when = { window: windowText(c.window), period: c.period };
  if (c.kind === 'group') return { ...base, ...when, components: mapOf(c.components, (x) => x.name, (x) => componentOut(x, named, c.round)), ...rest };
  const target = c.target && { target: numOut(c.target), better: c.better, no_target: shareOut(c.noTarget) };
  const measure = c.measure && { measure: named.get(c.measure.name) === undefined ? measureOut(c.measure, named) : c.measure.name, ...target, missing: shareOut(c.missing) };
  return { ...base, ...measure, ...when, ...(c.pay && { [c.pay.form]: numOut(c.pay.number) }), ...rest };
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
  const rows = mapOf(table.rows, (r) => keyText(r, table.by.type), (r) => (r.right === undefined ? formulaText(r.value) : [formulaText(r.value), formulaText(r.right)]));
  const otherwise = table.otherwise && { otherwise: formulaText(table.otherwise) };
  return { title: table.title, by: formulaText(table.by), [table.kind]: { ...(rows as object), ...otherwise }, beyond: table.kind === 'points' ? table.beyond : undefined };
}

function keyText(row: TableRow, by: Type): string {
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
    if (m.kind === 'ratio') { visit(m.numerator); visit(m.denominator); }
    if (m.kind === 'formula') Object.values(m.measures).forEach(visit);
  };
  const component = (c: Component): void => {
    if (c.kind === 'leaf' && c.measure !== undefined) {
      if (c.measure.name === c.name) inside(c.measure);
      else visit(c.measure);
    }
    for (const g of c.gates) for (const t of g.require) if (t.left.kind === 'measure') visit(t.left.measure);
    if (c.kind === 'group') c.components.forEach(component);
  };
  plan.components.forEach(component);
  plan.measures.forEach(visit);
  return named;
}

function mapOf<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => Out): Out | undefined {
  return items.length === 0 ? undefined : Object.fromEntries(items.map((item) => [key(item), value(item)]));
}

/** Block style for maps; a list of one is printed as its one item where the language reads it so. */
function print(out: Out, indent: string): string {
  if (typeof out === 'string') return scalar(out, false);
  if (isList(out)) return flow(out);
  return Object.entries(out).filter(([, v]) => v !== undefined).map(([key, value]) => {
    const v = value as Out;
    const name = scalar(key, true);
    if (typeof v === 'string') return `${indent}${name}: ${scalar(v, false)}`;
    if (isList(v)) return `${indent}${name}: ${v.length === 1 && v[0] !== undefined && typeof v[0] === 'string' ? scalar(v[0], false) : flow(v)}`;
    return `${indent}${name}:\n${print(v, `${indent}  `)}`;
  }).join('\n');
}

function flow(out: Out): string {
  if (typeof out === 'string') return scalar(out, true);
  if (isList(out)) return `[${out.map(flow).join(', ')}]`;
  const entries = Object.entries(out).filter(([, v]) => v !== undefined);
  return `{ ${entries.map(([key, value]) => `${scalar(key, true)}: ${flow(value as Out)}`).join(', ')} }`;
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
