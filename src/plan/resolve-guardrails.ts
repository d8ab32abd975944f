/** `guardrails`: conditions on credits. A plan names those of the workspace, or has its own. */
import { compare, ZERO } from '../value/rate.ts';
import { closest } from './closest.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { readDuration } from './durations.ts';
import { YES_NO } from './formula-units.ts';
import { readLiteral } from './literal.ts';
import { checkName } from './names.ts';
import type { Duration, Guardrail } from './plan.ts';
import { both, problem } from './problem.ts';
import { resolveNumber } from './resolve-tables.ts';
import { rowScope, rowUse } from './row-scope.ts';
import { rowsFrom } from './rows-from.ts';
import { typed } from './scopes.ts';
import type { PlanContext } from './scopes.ts';

const REVIEW: Duration = { n: 10, unit: 'business_day' };

/** The active guardrails of a plan, in order. */
export function resolveGuardrails(ctx: PlanContext, node: Node | undefined, shared: ReadonlyMap<string, Entry>): Guardrail[] {
  const entries = node?.kind === 'list' ? node.items.flatMap((item) => named(ctx, item, shared) ?? []) : entriesOf(node);
  return [...new Set(entries)].flatMap((entry) => resolveGuardrail(ctx, entry) ?? []);
}

function named(ctx: PlanContext, item: Node, shared: ReadonlyMap<string, Entry>): Entry | undefined {
  const name = textOf(item)?.trim() ?? '', entry = shared.get(name);
  if (entry !== undefined || name === '') return entry;
  const near = closest(name, shared.keys());
  const hint = near !== undefined ? `did you mean \`${near}\`?` : shared.size === 0 ? 'define it in a file of the folder `guardrails`: `guardrails: { small: { from: deal, require: amount >= 500 } }`' : `guardrails: ${both([...shared.keys()])}`;
  ctx.found.push(problem('plan.unknown_name', item.at, `there is no guardrail \`${name}\``, hint));
  return undefined;
}

/** One guardrail; undefined where it has errors. */
export function resolveGuardrail(ctx: PlanContext, entry: Entry): Guardrail | undefined {
  const { value: node } = entry;
  if (node.kind !== 'map' || !checkName(entry, 'a guardrail', ctx.found)) return undefined;
  const before = ctx.found.length;
  const from = rowsFrom(ctx, find(node, 'from'), entry.at, `the guardrail \`${entry.key}\``);
  const requireNode = find(node, 'require');
  if (requireNode === undefined) ctx.found.push(problem('plan.missing_key', entry.at, `the guardrail \`${entry.key}\` does not say what it requires`, 'add `require`, such as `require: amount >= 500`'));
  if (from === undefined) return undefined;
  const require = requireNode?.kind === 'text' ? typed(ctx.found, requireNode, rowScope(ctx, from, 'payee'), [YES_NO]) : undefined;
  const otherwise = otherwiseOf(ctx, node, from);
  const review = reviewOf(ctx, find(node, 'review'));
  const then = find(node, 'then');
  if (then !== undefined && otherwise !== undefined && (otherwise.kind !== 'hold' || otherwise.days === undefined)) {
    ctx.found.push(problem('plan.guardrail', then.at, '`then` says what the end of `hold N days` does, and nothing is held for some days here', 'write `otherwise: hold 30 days`, or remove `then`'));
  }
  const title = textOf(find(node, 'title'));
  if (require === undefined || requireNode === undefined || otherwise === undefined || ctx.found.slice(before).some((d) => d.severity === 'error')) return undefined;
  return {
    name: entry.key, ...(title !== undefined && { title }), from, require: { ...require, at: requireNode.at }, otherwise, review, then: textOf(then) === 'pass' ? 'pass' : 'reject', at: entry.at,
  };
}

/** reject (where nothing is said), hold, hold 30 days, or a factor on the credit. */
function otherwiseOf(ctx: PlanContext, guardrail: MapNode, from: readonly string[]): Guardrail['otherwise'] | undefined {
  const node = find(guardrail, 'otherwise');
  const text = textOf(node)?.trim() ?? '';
  if (node === undefined || text === 'reject') return { kind: 'reject' };
  if (text === 'hold') return { kind: 'hold' };
  const held = /^hold\s+(.+)$/.exec(text)?.[1];
  if (held !== undefined && node.kind === 'text') {
    const length = readDuration(held);
    if (length?.unit === 'day') return { kind: 'hold', days: length.n };
    ctx.found.push(problem('plan.guardrail', node.at, `\`${text}\` does not say for how many days`, 'write `hold 30 days`'));
    return undefined;
  }
  const factor = resolveNumber(ctx, node, { ...rowUse(ctx, from, 'payee'), place: 'factor' });
  const literal = readLiteral(text);
  if (literal?.kind === 'number' && compare(literal.value, ZERO) < 0) {
    ctx.found.push(problem('plan.guardrail', node.at, `\`${text}\` would turn the credit round`, 'write the part that counts, such as `80%`, or `reject`'));
    return undefined;
  }
  return factor && { kind: 'factor', factor };
}

function reviewOf(ctx: PlanContext, node: Node | undefined): Duration {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return REVIEW;
  const length = readDuration(text);
  if (length === undefined) ctx.found.push(problem('plan.bad_value', node.at, `\`review: ${text}\` is not a length of time`, 'write `10 business days` or `14 days`'));
  return length ?? REVIEW;
}
