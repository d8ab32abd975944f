/**
 * From the files of plans to one document a plan: each over its template and the defaults of the
 * workspace, and once for each row of its `for_each`. What comes of versions is in `versions.ts`.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { partsOf } from '../value/day.ts';
import { formatDay, parseDay } from '../value/period.ts';
import type { Day } from '../value/period.ts';
import { find, textOf } from './document.ts';
import type { Entry, MapNode } from './document.ts';
import type { FileReader, PlanFile } from './files.ts';
import { forEach } from './for-each.ts';
import { without } from './overlay.ts';
import type { At } from './plan.ts';
import { problem } from './problem.ts';
import { isMisspelt } from './schema.ts';
import { basedOn } from './templates.ts';
import type { Templates } from './templates.ts';

export interface Effective { readonly from: Day; readonly to: Day }
export interface Amends { readonly day: Day; readonly at: At }
/**
 * One plan, or one amendment of a version (then `root` is the amendment alone).
 * `files`: everything that it is made of. `family`: the name in its file, which the plans of a `for_each` share.
 */
export interface PlanDocument {
  readonly file: string;
  readonly files: readonly string[];
  readonly name: string;
  readonly family: string;
  readonly root: MapNode;
  readonly effective: Effective | undefined;
  readonly amends?: Amends;
}
export interface Documents { readonly plans: readonly PlanDocument[]; readonly usedTemplates: ReadonlySet<string> }

export function documentsOf(files: readonly PlanFile[], templates: Templates, defaults: MapNode, read: FileReader, found: Diagnostic[]): Documents {
  const used = new Set<string>();
  const whole = files.filter((f) => find(f.root, 'amends') === undefined).flatMap((file) => {
    const based = basedOn(file.root, templates, defaults, found);
    // a template whose plan cannot be read is not unused
    used.add(textOf(find(file.root, 'based_on'))?.trim() ?? '');
    if (based === undefined) return [];
    for (const name of based.templates) used.add(name);
    return expanded(file, based.root, { files: [...based.files, file.file], effective: effectiveOf(file.name, based.root, found) }, based.root, read, found);
  });
  const amendments = files.filter((f) => find(f.root, 'amends') !== undefined).flatMap((file): PlanDocument[] => {
    const amends = amendsOf(file, found);
    // without its base an amendment is a torso, and everything said about it would mislead
    if (amends === undefined) return [];
    const based = find(file.root, 'based_on');
    if (based !== undefined) found.push(problem('plan.template', based.at, 'an amendment is laid over the version that it amends, not over a template', 'remove `based_on`, or write a whole version: without `amends`, with `based_on`'));
    const family = whole.filter((d) => d.family === file.name);
    const rest = { files: [file.file], effective: effectiveOf(file.name, file.root, found), amends };
    const root = without(file.root, 'amends', 'based_on');
    const names = [...new Set(family.map((d) => d.name))];
    if (find(root, 'for_each') !== undefined || names.length === 0) return expanded(file, root, rest, family[0]?.root ?? root, read, found);
    // what amends a plan of many rows amends the plan of each row
    return names.map((name) => ({ ...rest, file: file.file, name, family: file.name, root }));
  });
  return { plans: [...whole, ...amendments], usedTemplates: used };
}

type Rest = Pick<PlanDocument, 'files' | 'effective' | 'amends'>;

function expanded(file: PlanFile, root: MapNode, rest: Rest, terms: MapNode, read: FileReader, found: Diagnostic[]): PlanDocument[] {
  const each = forEach(file.name, root, terms, read, found);
  const bare = without(root, 'based_on', 'for_each');
  const one = { ...rest, file: file.file, family: file.name };
  if (each === undefined) return [{ ...one, name: file.name, root: bare }];
  return each.rows.map((row) => ({ ...one, name: row.name, files: [...rest.files, each.file], root: withValues(bare, row.with) }));
}

function withValues(root: MapNode, given: MapNode): MapNode {
  const entry: Entry = { key: 'with', at: given.at, value: given };
  return { ...root, entries: [...without(root, 'with').entries, entry] };
}

function amendsOf(file: PlanFile, found: Diagnostic[]): Amends | undefined {
  const node = find(file.root, 'amends');
  const text = textOf(node);
  if (node === undefined || text === undefined || text === '') return undefined;
  const day = parseDay(text.trim());
  if (day !== undefined) return { day, at: node.at };
  found.push(problem('plan.bad_date', node.at, `\`${text}\` is not a day`, 'write the first day of the version that is amended, such as 2026-01-01'));
  return undefined;
}

function effectiveOf(name: string, root: MapNode, found: Diagnostic[]): Effective | undefined {
  const node = find(root, 'effective');
  if (node === undefined) {
    const at = find(root, 'plan')?.at ?? root.at;
    if (!isMisspelt(root, 'effective')) found.push(problem('plan.no_effective', at, `\`${name}\` does not say when it holds`, 'add `effective: 2026-01-01 / 2027-01-01`: from the first day up to, not including, the second'));
    return undefined;
  }
  const text = textOf(node) ?? '';
  const parts = text.split('/').map((p) => p.trim());
  const days = parts.map((p) => parseDay(p));
  const [from, to] = days;
  if (parts.length !== 2 || from === undefined || to === undefined) {
    const wrong = parts.find((_, i) => days[i] === undefined) ?? text;
    const message = parts.length !== 2 ? `\`effective: ${text}\` must name two days` : `\`${wrong}\` in \`effective\` is not a day of the calendar`;
    found.push(problem('plan.bad_date', node.at, message, 'write `effective: 2026-01-01 / 2027-01-01`: from the first day up to, not including, the second'));
    return undefined;
  }
  if (from >= to) {
    found.push(problem('plan.bad_date', node.at, `\`effective\` ends on ${formatDay(to)}, which is not after its first day, ${formatDay(from)}`, 'the second day is the first one on which the plan no longer holds'));
    return undefined;
  }
  if (partsOf(from).date === 1 && partsOf(to + 1).date === 1) {
    found.push(problem('plan.bad_date', node.at, `\`effective: ${text}\` leaves out ${formatDay(to)}: the second day is the first one on which the plan no longer holds`, `write \`effective: ${formatDay(from)} / ${formatDay(to + 1)}\` to include it`, 'warning'));
  }
  return { from, to };
}
