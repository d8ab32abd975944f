/** `from` and `count`: which rows are looked at. */
import { closest } from './closest.ts';
import { itemsOf, textOf } from './document.ts';
import type { Node } from './document.ts';
import type { At } from './plan.ts';
import { both, problem } from './problem.ts';
import type { PlanContext } from './scopes.ts';

type Context = Pick<PlanContext, 'found' | 'kinds' | 'ready'>;

/**
 * The kinds of `from`, by their full names: kinds of fact, or one kind of reference rows; undefined
 * where one of them is unknown or has errors of its own.
 */
export function rowsFrom(ctx: Context, node: Node | undefined, at: At, what: string): string[] | undefined {
  const dated = [...ctx.kinds].filter(([key, k]) => k.dated && !key.includes('.')).map(([key]) => key);
  if (node === undefined) {
    const shown = dated.filter((name) => name !== 'earning');
    ctx.found.push(problem('plan.missing_key', at, `${what} does not say \`from\` which kind of facts`, shown.length === 0 ? 'add `from: deal`' : `add \`from: ${shown[0] ?? 'deal'}\`; kinds of fact: ${both(shown)}`));
    return undefined;
  }
  const names = itemsOf(node).map((item) => kindNamed(ctx, item, dated));
  if (names.length === 0 || !names.every((n) => n !== undefined)) return undefined;
  const reference = names.find((name) => ctx.kinds.get(name)?.dated === false);
  if (reference === undefined || names.length === 1) return names;
  ctx.found.push(problem('plan.measure', node.at, `rows of \`${reference}\` are not facts, so they cannot be counted together with other rows`, 'make a measure of each, and add them up in a formula'));
  return undefined;
}

function kindNamed(ctx: Context, item: Node, dated: readonly string[]): string | undefined {
  const name = textOf(item)?.trim() ?? '';
  const kind = ctx.kinds.get(name);
  if (kind?.name === 'person') {
    ctx.found.push(problem('plan.unknown_name', item.at, 'rows of `person` are payees, and no measure counts them', 'measure facts, or rows of another kind'));
    return undefined;
  }
  if (kind !== undefined) return ctx.ready(name, item) ? kind.name : undefined;
  const near = closest(name, [...ctx.kinds.keys()].filter((key) => !key.includes('.')));
  const shown = dated.filter((d) => d !== 'earning');
  const hint = near !== undefined ? `did you mean \`${near}\`?` : shown.length === 0 ? 'declare it under `facts`, and say in a source which file it comes from' : `kinds of fact: ${both(shown)}`;
  ctx.found.push(problem('plan.unknown_name', item.at, `there is no kind of fact \`${name}\``, hint));
  return undefined;
}
