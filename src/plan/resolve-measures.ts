/** `measures`, and measures that stand inside components: what is counted. */
import { find, hasRefusedKey, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { FACTOR, MONEY, NUMBER, PERCENT, sameType, typeName } from './formula-units.ts';
import type { Type } from './formula.ts';
import { OVER_FACTS, overFacts } from './gathering.ts';
import { lazily } from './lazily.ts';
import { readLiteral } from './literal.ts';
import { checkName } from './names.ts';
import { arithmetic } from './measure-formula.ts';
import type { Measure, Subject } from './plan.ts';
import { both, problem } from './problem.ts';
import { pathOf } from './resolve-facts.ts';
import { subjectWords } from './row-scope.ts';
import type { PlanContext } from './scopes.ts';
import { reaches, subjectName, subjectOf, theSubject } from './subjects.ts';
import { humanised } from './titles.ts';

const FORMS = [...OVER_FACTS, 'ratio', 'formula', 'rank'] as const;
/** Keys that pick facts, or say what is done with each. */
const OF_FACTS = ['from', 'where', 'credited', 'date', 'at', 'look_back', 'half_life', 'factors', 'limits'];

/** Named measures, resolved when they are first asked for. */
export function measureLookup(entries: ReadonlyMap<string, Entry>, ctx: () => PlanContext): PlanContext['measure'] {
  return lazily('measure', ctx, (name) => {
    const entry = entries.get(name);
    return entry !== undefined && checkName(entry, 'a measure', ctx().found) ? resolveMeasure(ctx(), name, entry.value) : undefined;
  });
}

/**
 * A measure of a component: the name of one, a formula of some, or a map. `name` is for a measure that
 * has none; `inherited` is whose number the measure is that this one is a part of.
 */
export function resolveMeasure(ctx: PlanContext, name: string, node: Node, inherited?: Subject): Measure | undefined {
  if (node.kind === 'text') {
    if (node.text === '') return undefined;
    if (ctx.measureNames.has(node.text.trim())) return ctx.measure(node.text.trim(), node);
    const subject = subjectOf(ctx, node, inherited);
    return subject && arithmetic(ctx, { name, title: humanised(name), subject, at: node.at }, node);
  }
  if (node.kind !== 'map') return undefined;
  const title = textOf(find(node, 'title')) ?? humanised(name);
  const form = formOf(ctx, name, node);
  const subject = subjectOf(ctx, node, inherited);
  if (form === undefined || subject === undefined) return undefined;
  const base = { name, title, subject, at: node.at };
  if (form === 'ratio' || form === 'formula' || form === 'rank') {
    if (!refuseRowKeys(ctx, node, form)) return undefined;
    if (form === 'ratio') return ratioMeasure(ctx, base, node);
    if (form === 'rank') return rankMeasure(ctx, base, node);
    const text = find(node, 'formula');
    return text?.kind === 'text' ? arithmetic(ctx, base, text) : undefined;
  }
  return overFacts(ctx, base, node, form);
}

function formOf(ctx: PlanContext, name: string, node: MapNode): (typeof FORMS)[number] | undefined {
  const forms = FORMS.filter((k) => find(node, k) !== undefined);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    const message = form === undefined ? `the measure \`${name}\` does not say what it counts` : `the measure \`${name}\` says in ${forms.length} ways what it counts: ${both(forms.map((k) => `\`${k}\``))}`;
    if (form !== undefined || !hasRefusedKey(node, 'measure')) ctx.found.push(problem('plan.measure', node.at, message, 'write one of `sum`, `count`, `distinct`, `average`, `min`, `max`, `first`, `last`, `ratio`, `formula` or `rank`, such as `{ sum: amount, from: deal }`'));
    return undefined;
  }
  for (const [key, of] of [['among', 'rank'], ['min_sample', 'ratio'], ['otherwise', 'ratio']] as const) {
    const stray = form === of ? undefined : find(node, key);
    if (stray !== undefined) ctx.found.push(problem('plan.measure', stray.at, `\`${key}\` belongs to \`${of}\`, not to \`${form}\``, 'remove it'));
  }
  return form;
}

/** A ratio, a formula or a rank has no facts of its own. */
function refuseRowKeys(ctx: PlanContext, node: MapNode, form: 'ratio' | 'formula' | 'rank'): boolean {
  const foreign = node.entries.filter((e) => OF_FACTS.includes(e.key));
  const hint = { ratio: 'put it into both parts: `ratio: [{ sum: a, from: deal, where: … }, { sum: b, from: deal, where: … }]`', formula: 'put it into the measures that the formula names', rank: 'put it into the measure that is ranked' }[form];
  for (const entry of foreign) ctx.found.push(problem('plan.measure', entry.at, `\`${entry.key}\` cannot stand beside \`${form}\`, which has no facts of its own`, hint));
  return foreign.length === 0;
}

type Base = Pick<Measure, 'name' | 'title' | 'subject' | 'at'>;

function ratioMeasure(ctx: PlanContext, base: Base, node: MapNode): Measure | undefined {
  const list = find(node, 'ratio');
  if (list?.kind !== 'list') return undefined;
  const [top, bottom] = list.items;
  if (list.items.length !== 2 || top === undefined || bottom === undefined) {
    ctx.found.push(problem('plan.measure', list.at, `a \`ratio\` has two parts, not ${list.items.length}`, 'write the measure above the line, then the one below it: `[won, closed]`'));
    return undefined;
  }
  const numerator = partOf(ctx, base, 'numerator', top);
  const denominator = partOf(ctx, base, 'denominator', bottom);
  const sample = sampleOf(ctx, base, node, denominator?.type);
  if (numerator === undefined || denominator === undefined || sample === undefined) return undefined;
  const type = quotient(numerator.type, denominator.type);
  if (type === undefined) {
    ctx.found.push(problem('plan.unit', list.at, `\`${base.name}\` divides ${typeName(numerator.type)} by ${typeName(denominator.type)}`, 'divide money by money, a count by a count, or money by a count'));
    return undefined;
  }
  if (sample.otherwise !== undefined && !sameType(sample.otherwise.type, type)) {
    ctx.found.push(problem('plan.unit', find(node, 'otherwise')?.at ?? node.at, `\`${base.name}\` is ${typeName(type)}, but what is used below \`min_sample\` is ${typeName(sample.otherwise.type)}`, 'name a measure in the same unit'));
    return undefined;
  }
  return { kind: 'ratio', ...base, type, numerator, denominator, ...sample };
}

/** A part of a ratio: one that has no subject of its own has that of the whole. */
function partOf(ctx: PlanContext, base: Base, which: string, node: Node): Measure | undefined {
  const part = resolveMeasure(ctx, `${base.name}.${which}`, node, base.subject);
  if (part === undefined || reaches(ctx.kinds, base.subject, subjectName(part.subject))) return part;
  ctx.found.push(problem('plan.measure', node.at, `\`${base.name}\` is a number of ${subjectWords(subjectName(base.subject))}, and its ${which} one of ${subjectWords(subjectName(part.subject))}: which of them, ${theSubject(base.subject)} does not say`, 'give both the same `for`'));
  return undefined;
}

/** `min_sample` and `otherwise` stand together; undefined where one of them has errors. */
function sampleOf(ctx: PlanContext, base: Base, node: MapNode, type: Type | undefined): Pick<Extract<Measure, { kind: 'ratio' }>, 'minSample' | 'otherwise'> | undefined {
  const least = find(node, 'min_sample'), other = find(node, 'otherwise');
  // a list or a map has been reported with its key
  if (least !== undefined && least.kind !== 'text') return undefined;
  if (least === undefined && other === undefined) return {};
  if (least === undefined || other === undefined) {
    ctx.found.push(problem('plan.measure', (least ?? other)?.at ?? node.at, least === undefined ? '`otherwise` has no effect without `min_sample`' : `\`${base.name}\` does not say what is used below \`min_sample\``, least === undefined ? 'add `min_sample: 20`: below this denominator `otherwise` is used' : 'add `otherwise` and the name of a measure'));
    return undefined;
  }
  const literal = readLiteral(least.text);
  const written = type?.kind === 'percent' || type?.kind === 'factor' ? type.kind : 'number';
  if (literal?.kind !== 'number' || literal.written !== written) {
    ctx.found.push(problem('plan.unit', least.at, `\`min_sample: ${least.text.trim()}\` is not ${type === undefined ? 'a number' : typeName(type)}, which the denominator is`, 'write one number, such as `min_sample: 20`'));
    return undefined;
  }
  const otherwise = partOf(ctx, base, 'otherwise', other);
  return otherwise && { minSample: literal.value, otherwise };
}

/** Like by like is a percentage; money for each of something is money. */
function quotient(a: Type, b: Type): Type | undefined {
  const counted = [a, b].every((t) => t.kind === 'money' || t.kind === 'number' || t.kind === 'percent' || t.kind === 'factor');
  if (!counted) return undefined;
  if (sameType(a, b)) return PERCENT;
  return b.kind === 'money' ? undefined : a;
}

function rankMeasure(ctx: PlanContext, base: Base, node: MapNode): Measure | undefined {
  const inner = find(node, 'rank');
  const of = inner && resolveMeasure(ctx, `${base.name}.rank`, inner, 'payee');
  const amongNode = find(node, 'among');
  const bare: Node | undefined = amongNode?.kind === 'text' ? { ...amongNode, text: amongNode.text.trim().replace(/^payee\./, '') } : undefined;
  const among = bare === undefined ? undefined : pathOf(ctx, bare, 'person');
  if (of === undefined || inner === undefined || (amongNode !== undefined && among === undefined)) return undefined;
  if (base.subject !== 'payee' || of.subject !== 'payee') {
    ctx.found.push(problem('plan.measure', inner.at, `places are those of payees, but \`${of.name}\` is a number of ${subjectWords(subjectName(of.subject !== 'payee' ? of.subject : base.subject))}`, 'rank a measure of each payee'));
    return undefined;
  }
  if (![MONEY, NUMBER, PERCENT, FACTOR].some((t) => sameType(t, of.type))) {
    ctx.found.push(problem('plan.unit', inner.at, `\`${of.name}\` is ${typeName(of.type)}, which has no order by size`, 'rank a sum, a count or a ratio'));
    return undefined;
  }
  return { kind: 'rank', ...base, type: NUMBER, of, ...(among !== undefined && { among }) };
}
