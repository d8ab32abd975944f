/** `gates`: conditions on pay, as comparisons of what is measured with what is known without facts. */
import { ratio } from '../value/rate.ts';
import { entriesOf, find, hasRefusedKey, placeOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { formulaText } from './formula-text.ts';
import { PERCENT, YES_NO } from './formula-units.ts';
import type { Type, Typed } from './formula.ts';
import { checkName } from './names.ts';
import type { Comparison, Gate, Otherwise, Test } from './plan.ts';
import { problem } from './problem.ts';
import { componentNames, measureNames, payeeNames, periodNames, resultNames, tableNames, termNames, together, typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';

export interface GateUse {
  readonly results: Readonly<Partial<Record<'attainment' | 'value', Type>>>;
  readonly hasIncentive: boolean;
}

export function resolveGates(ctx: PlanContext, node: Node | undefined, use: GateUse): Gate[] {
  return entriesOf(node).flatMap((entry) => {
    if (entry.value.kind !== 'map' || !checkName(entry, 'a gate', ctx.found)) return [];
    const gate = resolveGate(ctx, entry, entry.value, use);
    return gate === undefined ? [] : [gate];
  });
}

function resolveGate(ctx: PlanContext, entry: Entry, node: MapNode, use: GateUse): Gate | undefined {
  const require = find(node, 'require');
  if (require === undefined) {
    if (hasRefusedKey(node, 'gate')) return undefined;
    ctx.found.push(problem('plan.missing_key', entry.at, `the gate \`${entry.key}\` does not say what it requires`, 'add `require`, such as `require: grr >= 92%`'));
    return undefined;
  }
  const otherwise = resolveOtherwise(ctx, find(node, 'otherwise'), use);
  if (require.kind !== 'text') return undefined;
  const names = together(resultNames(use.results), measureNames(ctx), knownNames(ctx), componentNames(ctx), tableNames(ctx));
  const got = typed(ctx.found, require, names, [YES_NO]);
  if (got === undefined || otherwise === undefined) return undefined;
  const tests = testsOf(ctx, require, got.formula);
  const title = textOf(find(node, 'title'));
  return tests && { name: entry.key, ...(title !== undefined && { title }), require: tests, condition: got.formula, text: got.text, otherwise, at: entry.at };
}

/** What is known of a payee and a period without facts. */
export function knownNames(ctx: PlanContext): Names {
  return together(termNames(ctx.terms), payeeNames(ctx.kinds), periodNames);
}

function testsOf(ctx: PlanContext, node: TextNode, formula: Typed): Test[] | undefined {
  if (formula.kind === 'op') {
    const [a, b, c] = formula.args;
    if (formula.op === 'and' && a !== undefined && b !== undefined) {
      const [left, right] = [testsOf(ctx, node, a), testsOf(ctx, node, b)];
      return left && right && [...left, ...right];
    }
    if (formula.op === 'between' && a !== undefined && b !== undefined && c !== undefined) {
      const [low, high] = [testOf(ctx, node, formula, a, '>=', b), testOf(ctx, node, formula, a, '<=', c)];
      return low && high && [low, high];
    }
    const op = (['=', '<>', '<', '<=', '>', '>='] as const).find((o) => o === formula.op);
    if (op !== undefined && a !== undefined && b !== undefined) {
      const test = testOf(ctx, node, formula, a, op, b);
      return test && [test];
    }
  }
  return refuse(ctx, node, formula, 'a gate compares measures, joined by `and`');
}

const MIRROR: Readonly<Record<Comparison, Comparison>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function testOf(ctx: PlanContext, node: TextNode, whole: Typed, a: Typed, op: Comparison, b: Typed): Test | undefined {
  const [left, right, turned] = readsFacts(a) || !readsFacts(b) ? [a, b, op] : [b, a, MIRROR[op]];
  if (readsFacts(right)) return refuse(ctx, node, whole, 'a gate compares one measure with what is known without facts (a number, a term, a field of the payee)');
  const subject = subjectOf(ctx, node, left);
  return subject === undefined ? refuse(ctx, node, whole, 'a gate has a measure, `attainment` or `value` alone on one side') : { left: subject, op: turned, right };
}

function subjectOf(ctx: PlanContext, node: TextNode, side: Typed): Test['left'] | undefined {
  if (side.kind !== 'name') return undefined;
  if (side.ref.kind === 'result') return side.ref.what === 'attainment' || side.ref.what === 'value' ? { kind: side.ref.what } : undefined;
  if (side.ref.kind !== 'measure') return undefined;
  const measure = ctx.measure(side.ref.measure, node);
  return measure && { kind: 'measure', measure };
}

function readsFacts(formula: Typed): boolean {
  if (formula.kind === 'name') return formula.ref.kind === 'measure' || formula.ref.kind === 'result' || formula.ref.kind === 'component';
  return (formula.kind === 'call' || formula.kind === 'op') && formula.args.some(readsFacts);
}

function refuse(ctx: PlanContext, node: TextNode, part: Typed, only: string): undefined {
  ctx.found.push(problem('plan.not_built_yet', placeOf(node, part.at), `\`${formulaText(part)}\` is part of the plan language, but this version does not calculate it in a gate yet: ${only}`, 'write a comparison such as `grr >= 92%`; name what is calculated as a measure of its own'));
  return undefined;
}

function resolveOtherwise(ctx: PlanContext, node: Node | undefined, use: GateUse): Otherwise | undefined {
  if (node?.kind !== 'text') return { kind: 'share', of: { kind: 'number', value: ratio(0n), written: 'percent', type: PERCENT, at: { start: 0, end: 0 } } };
  const text = node.text.trim();
  if (text === 'hold') return { kind: 'hold' };
  const limit = /^at\s+most\s+/.exec(node.text);
  if (limit !== null) {
    const skipped = limit[0].length;
    const rest: TextNode = { ...node, text: node.text.slice(skipped), inner: node.inner === 0 ? 0 : node.inner + skipped };
    if (!use.hasIncentive) {
      ctx.found.push(problem('plan.pay_form', node.at, `\`${text}\` is a share of the incentive, but there is no incentive here`, 'add `incentive` to the plan or to the component'));
    }
    const share = typed(ctx.found, rest, knownNames(ctx), [PERCENT]);
    return share && { kind: 'at_most', share: share.formula };
  }
  if (text === 'reject' || text === 'nothing' || text === 'none') {
    ctx.found.push(problem('plan.gate', node.at, `a gate cannot \`${text}\``, 'write `0%` (pays nothing), another share of the pay, `at most 50%` of the incentive, or `hold`'));
    return undefined;
  }
  const share = typed(ctx.found, node, knownNames(ctx), [PERCENT]);
  return share && { kind: 'share', of: share.formula };
}
