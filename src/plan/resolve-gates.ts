/** `gates`: conditions on pay, and what is paid where one does not hold. */
import { ratio } from '../value/rate.ts';
import { entriesOf, find, hasRefusedKey, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { isNumeric, PERCENT, YES_NO } from './formula-units.ts';
import type { Typed } from './formula.ts';
import { checkName } from './names.ts';
import type { Comparison, Gate, Otherwise, Test } from './plan.ts';
import { problem } from './problem.ts';
import { typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';

export interface GateUse {
  readonly names: Names;
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
  const got = typed(ctx.found, require, use.names, [YES_NO]);
  if (got === undefined || otherwise === undefined) return undefined;
  const title = textOf(find(node, 'title'));
  return { name: entry.key, ...(title !== undefined && { title }), require: testsOf(ctx, require, got.formula) ?? [], condition: got.formula, text: got.text, otherwise, at: entry.at };
}

/** The condition as a row of comparisons that must all hold; undefined where it is anything else. */
function testsOf(ctx: PlanContext, node: TextNode, formula: Typed): Test[] | undefined {
  if (formula.kind !== 'op') return undefined;
  const [a, b, c] = formula.args;
  if (a === undefined || b === undefined) return undefined;
  if (formula.op === 'and') {
    const [left, right] = [testsOf(ctx, node, a), testsOf(ctx, node, b)];
    return left && right && [...left, ...right];
  }
  if (formula.op === 'between' && c !== undefined) {
    const [low, high] = [testOf(ctx, node, a, '>=', b), testOf(ctx, node, a, '<=', c)];
    return low && high && [low, high];
  }
  const op = (['=', '<>', '<', '<=', '>', '>='] as const).find((o) => o === formula.op);
  const test = op && testOf(ctx, node, a, op, b);
  return test && [test];
}

const MIRROR: Readonly<Record<Comparison, Comparison>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** One measure, `attainment` or `value` on one side, and what is known without facts on the other. */
function testOf(ctx: PlanContext, node: TextNode, a: Typed, op: Comparison, b: Typed): Test | undefined {
  const turned = isKnown(a) && !isKnown(b);
  const [subject, right] = turned ? [b, a] : [a, b];
  const left = isKnown(right) && isNumeric(right.type) ? subjectOf(ctx, node, subject) : undefined;
  return left && { left, op: turned ? MIRROR[op] : op, right };
}

function subjectOf(ctx: PlanContext, node: TextNode, side: Typed): Test['left'] | undefined {
  if (side.kind !== 'name') return undefined;
  if (side.ref.kind === 'result') return side.ref.what === 'attainment' || side.ref.what === 'value' ? { kind: side.ref.what } : undefined;
  if (side.ref.kind !== 'measure') return undefined;
  const measure = ctx.measure(side.ref.measure, node);
  return measure && { kind: 'measure', measure };
}

/** Literals, terms, fields of the payee and edges of the period. */
function isKnown(formula: Typed): boolean {
  if (formula.kind === 'name') return formula.ref.kind === 'term' || formula.ref.kind === 'payee_field' || formula.ref.kind === 'period';
  return formula.kind === 'call' || formula.kind === 'op' ? formula.args.every(isKnown) : formula.kind !== 'read';
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
    const share = typed(ctx.found, rest, use.names, [PERCENT]);
    return share && { kind: 'at_most', share: share.formula };
  }
  if (text === 'reject' || text === 'nothing' || text === 'none') {
    ctx.found.push(problem('plan.gate', node.at, `a gate cannot \`${text}\``, 'write `0%` (pays nothing), another share of the pay, `at most 50%` of the incentive, or `hold`'));
    return undefined;
  }
  const share = typed(ctx.found, node, use.names, [PERCENT]);
  return share && { kind: 'share', of: share.formula };
}
