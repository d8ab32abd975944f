/** `measures`, and measures that stand inside components: what is counted. */
import { closest } from './closest.ts';
import { find, hasRefusedKey, itemsOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { FACTOR, MONEY, NUMBER, PERCENT, sameType, typeName, YES_NO } from './formula-units.ts';
import type { Type } from './formula.ts';
import { checkName } from './names.ts';
import { measuresNamed } from './references.ts';
import type { At, Measure } from './plan.ts';
import { both, problem } from './problem.ts';
import { kindsFrom, whereOf } from './resolve-credits.ts';
import { componentNames, later, laterStage, measureNames, outOfRow, payeeNames, resultNames, rowNames, tableNames, termNames, together, typed } from './scopes.ts';
import type { PlanContext } from './scopes.ts';
import { humanised } from './titles.ts';

const FORMS = ['sum', 'count', 'distinct', 'ratio', 'formula'] as const;

/**
 * Resolves named measures when they are first asked for, so that a measure may name others in any
 * order; a measure that needs itself is reported with the path.
 */
export function measureLookup(entries: ReadonlyMap<string, Entry>, ctx: () => PlanContext): (name: string, asked: Node) => Measure | undefined {
  const done = new Map<string, Measure | undefined>();
  const open: string[] = [];
  return (name, asked) => {
    if (done.has(name)) return done.get(name);
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    if (open.includes(name)) {
      const path = [...open.slice(open.indexOf(name)), name];
      ctx().found.push(problem('plan.cycle', asked.at, `these measures need each other: ${path.join(' → ')}`, 'a measure is made of facts and of other measures; break the circle at one of them'));
      return undefined;
    }
    open.push(name);
    const measure = checkName(entry, 'a measure', ctx().found) ? resolveMeasure(ctx(), name, entry.value) : undefined;
    open.pop();
    done.set(name, measure);
    return measure;
  };
}

/** A measure of a component: the name of one, a formula of some, or a map. `name` is for a measure that has none. */
export function resolveMeasure(ctx: PlanContext, name: string, node: Node): Measure | undefined {
  if (node.kind === 'text') {
    if (node.text === '') return undefined;
    return ctx.measureNames.has(node.text.trim()) ? ctx.measure(node.text.trim(), node) : arithmetic(ctx, name, humanised(name), node, node.at);
  }
  if (node.kind !== 'map') return undefined;
  const title = textOf(find(node, 'title')) ?? humanised(name);
  const subject = find(node, 'for');
  if (subject !== undefined && textOf(subject) !== 'payee') {
    ctx.found.push(problem('plan.not_built_yet', subject.at, `a measure for \`${textOf(subject) ?? ''}\` is part of the plan language, but this version measures only for payees`, 'remove `for`'));
    return undefined;
  }
  const forms = FORMS.filter((k) => find(node, k) !== undefined);
  const form = forms[0];
  if (form === undefined || forms.length > 1) {
    const message = form === undefined ? `the measure \`${name}\` does not say what it counts` : `the measure \`${name}\` says in ${forms.length} ways what it counts: ${both(forms.map((k) => `\`${k}\``))}`;
    if (form !== undefined || !hasRefusedKey(node, 'measure')) ctx.found.push(problem('plan.measure', node.at, message, 'write one of `sum`, `count`, `distinct`, `ratio` or `formula`, such as `{ sum: amount, from: deal }`'));
    return undefined;
  }
  if (form === 'ratio') return refuseRowKeys(ctx, node, form) ? ratioMeasure(ctx, name, title, node) : undefined;
  if (form === 'formula') {
    const text = find(node, 'formula');
    return refuseRowKeys(ctx, node, form) && text?.kind === 'text' ? arithmetic(ctx, name, title, text, node.at) : undefined;
  }
  return overFacts(ctx, name, title, node, form);
}

/** `from`, `where` and `credited` pick facts; a ratio or a formula has none of its own. */
function refuseRowKeys(ctx: PlanContext, node: MapNode, form: string): boolean {
  const foreign = node.entries.filter((e) => ['from', 'where', 'credited'].includes(e.key));
  for (const entry of foreign) {
    ctx.found.push(problem('plan.measure', entry.at, `\`${entry.key}\` cannot stand beside \`${form}\`, which has no facts of its own`, form === 'ratio' ? `put it into both parts: \`ratio: [{ sum: a, from: deal, where: … }, { sum: b, from: deal, where: … }]\`` : `put it into the measures that the formula names`));
  }
  return foreign.length === 0;
}

function overFacts(ctx: PlanContext, name: string, title: string, node: MapNode, form: 'sum' | 'count' | 'distinct'): Measure | undefined {
  const from = find(node, 'from');
  if (form === 'count' && from !== undefined) {
    ctx.found.push(problem('plan.measure', from.at, '`count` names its facts itself, so `from` is one too many', `write \`count: ${textOf(from) ?? 'deal'}\` and remove \`from\``));
    return undefined;
  }
  const kinds = kindsFrom(ctx, form === 'count' ? find(node, 'count') : from, node.at, `the measure \`${name}\``);
  for (const kind of kinds ?? []) if (!ctx.measured.has(kind)) ctx.measured.set(kind, node.at);
  const where = whereOf(ctx, find(node, 'where'), kinds ?? []);
  const credited = creditedOf(ctx, find(node, 'credited'), kinds ?? []);
  const ofNode = form === 'count' ? undefined : find(node, form);
  const of = ofNode?.kind === 'text' && kinds !== undefined ? typed(ctx.found, ofNode, together(rowNames(ctx.kinds, kinds), outOfRow(ctx)), form === 'sum' ? [MONEY, NUMBER, PERCENT, FACTOR] : undefined) : undefined;
  if (kinds === undefined || where === 'broken' || credited === undefined) return undefined;
  const base = { name, title, subject: 'payee' as const, at: node.at, factors: [], limits: [], from: kinds, ...(where !== undefined && { where }), credited };
  if (form === 'count') return { ...base, kind: 'count', type: NUMBER };
  if (of === undefined) return undefined;
  return { ...base, kind: form, of: of.formula, type: form === 'sum' ? of.formula.type : NUMBER };
}

function creditedOf(ctx: PlanContext, node: Node | undefined, kinds: readonly string[]): string[] | undefined {
  if (node === undefined) return [];
  const rules = ctx.credits.filter((r) => r.from.some((k) => kinds.includes(k)));
  const names = rules.map((r) => r.name);
  const got = itemsOf(node).map((item) => {
    const name = textOf(item)?.trim() ?? '';
    if (names.includes(name) || (name === 'owner' && rules.length === 0)) return name;
    const near = closest(name, names);
    const hint = near !== undefined ? `did you mean \`${near}\`?` : names.length > 0 ? `rules that credit ${both(kinds)}: ${both(names)}` : 'define the rule under `credits`, or remove `credited`';
    if (kinds.length > 0) ctx.found.push(problem('plan.unknown_name', item.at, `no credit rule \`${name}\` credits ${both(kinds)}`, hint));
    return undefined;
  });
  return got.every((n) => n !== undefined) ? got : undefined;
}

function ratioMeasure(ctx: PlanContext, name: string, title: string, node: MapNode): Measure | undefined {
  const list = find(node, 'ratio');
  if (list?.kind !== 'list') return undefined;
  const [top, bottom] = list.items;
  if (list.items.length !== 2 || top === undefined || bottom === undefined) {
    ctx.found.push(problem('plan.measure', list.at, `a \`ratio\` has two parts, not ${list.items.length}`, 'write the measure above the line, then the one below it: `[won, closed]`'));
    return undefined;
  }
  const numerator = resolveMeasure(ctx, `${name}.numerator`, top);
  const denominator = resolveMeasure(ctx, `${name}.denominator`, bottom);
  if (numerator === undefined || denominator === undefined) return undefined;
  const type = quotient(numerator.type, denominator.type);
  if (type !== undefined) return { kind: 'ratio', name, title, subject: 'payee', type, numerator, denominator, at: node.at };
  ctx.found.push(problem('plan.unit', list.at, `\`${name}\` divides ${typeName(numerator.type)} by ${typeName(denominator.type)}`, 'divide money by money, a count by a count, or money by a count'));
  return undefined;
}

/** Like by like is a percentage; money for each of something is money. */
function quotient(a: Type, b: Type): Type | undefined {
  if (sameType(a, b)) return PERCENT;
  if (b.kind === 'money') return undefined;
  return b.kind === 'number' || b.kind === 'percent' || b.kind === 'factor' ? a : undefined;
}

function arithmetic(ctx: PlanContext, name: string, title: string, node: TextNode, at: At): Measure | undefined {
  const known = later(together(termNames(ctx.terms), payeeNames(ctx.kinds, ctx.terms)), 'in arithmetic of measures', 'use measures and plain numbers; a term can be the `target`, or stand in a table');
  const names = together(measureNames(ctx), known, tableNames(ctx), laterStage(componentNames(ctx), 'what is measured', 'name the measure of that component'), resultNames({}));
  const before = ctx.found.length;
  const got = typed(ctx.found, node, names, [MONEY, NUMBER, PERCENT, FACTOR, YES_NO]);
  if (got === undefined) return hintAtSum(ctx, node, before);
  if (got.formula.type.kind === 'yes_no') {
    ctx.found.push(problem('plan.measure', node.at, `\`${got.text}\` is a condition, not something that can be measured`, 'write the condition under `where` of a measure, or as a gate'));
    return undefined;
  }
  const used = measuresNamed(got.formula);
  const measures = used.map((m) => [m, ctx.measure(m, node)] as const);
  if (!measures.every((pair): pair is readonly [string, Measure] => pair[1] !== undefined)) return undefined;
  const only = measures.length === 1 && got.formula.kind === 'name' ? measures[0]?.[1] : undefined;
  if (only !== undefined) return { ...only, name, title };
  return { kind: 'formula', name, title, subject: 'payee', type: got.formula.type, formula: got.formula, measures: Object.fromEntries(measures), at };
}

/** `measure: amount` is the most frequent slip: a field of the fact in the place of a measure. */
function hintAtSum(ctx: PlanContext, node: TextNode, before: number): undefined {
  const kind = [...ctx.kinds.values()].find((k) => k.dated && k.fields.some((f) => f.name === node.text.trim()));
  if (kind !== undefined) {
    ctx.found.splice(before, ctx.found.length, problem('plan.measure', node.at, `\`${node.text.trim()}\` is a field of \`${kind.name}\`, not a measure`, `say what is done with it: \`{ sum: ${node.text.trim()}, from: ${kind.name} }\``));
  }
  return undefined;
}
