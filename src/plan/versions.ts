/**
 * From the plan files to one document a version: `defaults` of the workspace below it, `amends` laid
 * over the version that it names. Versions of one plan must neither overlap nor leave a gap.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { formatDay, parseDay } from '../value/period.ts';
import type { Day } from '../value/period.ts';
import { find, textOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import type { PlanFile } from './files.ts';
import type { At } from './plan.ts';
import { problem } from './problem.ts';

export interface Effective { readonly from: Day; readonly to: Day }
/** `files`: everything that the document is made of, the amended versions too. */
export interface Version { readonly file: string; readonly files: readonly string[]; readonly name: string; readonly root: MapNode; readonly effective: Effective | undefined }

export function versionsOf(plans: readonly PlanFile[], defaults: MapNode | undefined, found: Diagnostic[]): Version[] {
  const names = [...new Set(plans.map((p) => p.name))];
  return names.flatMap((name) => versionsOfOne(plans.filter((p) => p.name === name), defaults, found));
}

function versionsOfOne(files: readonly PlanFile[], defaults: MapNode | undefined, found: Diagnostic[]): Version[] {
  const done = new Map<PlanFile, Version>();
  const dated = files.flatMap((f) => {
    const amends = amendsOf(f, found);
    // without its base an amendment is a torso, and everything said about it would mislead
    return amends === 'unreadable' ? [] : [{ f, effective: effectiveOf(f, found), amends }];
  });
  const waiting = new Set(dated);
  // an amendment may amend an amendment: take, again and again, those whose base is there
  for (let before = -1; before !== waiting.size;) {
    before = waiting.size;
    for (const one of waiting) {
      const base = one.amends === undefined ? undefined : [...done.values()].find((v) => v.effective?.from === one.amends?.day);
      if (one.amends !== undefined && base === undefined) continue;
      const root = base === undefined ? withDefaults(defaults, one.f.root) : amended(base.root, one.f.root);
      const files = [...(base?.files ?? []), one.f.file];
      done.set(one.f, { file: one.f.file, files, name: one.f.name, root, effective: one.effective });
      waiting.delete(one);
    }
  }
  for (const one of waiting) {
    const { day, at } = one.amends as { day: Day; at: At };
    const known = dated.flatMap((d) => (d.effective && d !== one ? [formatDay(d.effective.from)] : []));
    found.push(problem('plan.amends_nothing', at, `\`${one.f.name}\` has no version from ${formatDay(day)} that could be amended`, known.length === 0 ? 'write the whole plan, without `amends`' : `it has versions from ${known.join(' and ')}`));
  }
  const versions = [...done.values()].sort((a, b) => (a.effective?.from ?? 0) - (b.effective?.from ?? 0));
  checkSpans(versions, found);
  return versions;
}

function checkSpans(versions: readonly Version[], found: Diagnostic[]): void {
  for (const [i, version] of versions.entries()) {
    const before = versions[i - 1];
    const now = version.effective;
    if (before?.effective === undefined || now === undefined || before.effective.to === now.from) continue;
    const at = find(version.root, 'effective')?.at ?? version.root.at;
    const line = find(before.root, 'effective')?.at.line ?? 0;
    const other = `${before.file}, line ${line}`;
    const spans = `${span(before.effective)} (${other}) and ${span(now)}`;
    if (before.effective.to > now.from) {
      found.push(problem('plan.versions_overlap', at, `two versions of \`${version.name}\` hold on the same days: ${spans}`, `end the first on ${formatDay(now.from)}, or start this one on ${formatDay(before.effective.to)}`));
    } else {
      found.push(problem('plan.versions_gap', at, `between two versions of \`${version.name}\` there are days without a plan: ${spans}`, `end the first on ${formatDay(now.from)}, start this one on ${formatDay(before.effective.to)}, or give this one a name of its own`));
    }
  }
}

export function span(e: Effective): string {
  return `${formatDay(e.from)} / ${formatDay(e.to)}`;
}

function withDefaults(defaults: MapNode | undefined, root: MapNode): MapNode {
  return defaults === undefined ? root : (overlay(defaults, root) as MapNode);
}

function amended(base: MapNode, change: MapNode): MapNode {
  return overlay(base, { ...change, entries: change.entries.filter((e) => e.key !== 'amends') }) as MapNode;
}

/** Maps merge by key, everything else replaces, `removed` deletes. */
export function overlay(old: Node | undefined, next: Node): Node {
  if (old?.kind !== 'map' || next.kind !== 'map') return next;
  const entries = old.entries.flatMap((e) => {
    const change = next.entries.find((n) => n.key === e.key);
    if (change === undefined) return [e];
    return isRemoved(change.value) ? [] : [{ key: e.key, at: change.at, value: overlay(e.value, change.value) }];
  });
  const added = next.entries.filter((n) => !old.entries.some((e) => e.key === n.key) && !isRemoved(n.value));
  return { kind: 'map', entries: [...entries, ...added], at: next.at };
}

function isRemoved(node: Node): boolean {
  return node.kind === 'text' && node.text === 'removed';
}

function amendsOf(file: PlanFile, found: Diagnostic[]): { day: Day; at: At } | 'unreadable' | undefined {
  const node = find(file.root, 'amends');
  const text = textOf(node);
  if (node === undefined || text === undefined) return undefined;
  const day = parseDay(text.trim());
  if (day !== undefined) return { day, at: node.at };
  found.push(problem('plan.bad_date', node.at, `\`${text}\` is not a day`, 'write the first day of the version that is amended, such as 2026-01-01'));
  return 'unreadable';
}

function effectiveOf(file: PlanFile, found: Diagnostic[]): Effective | undefined {
  const node = find(file.root, 'effective');
  if (node === undefined) {
    const at = find(file.root, 'plan')?.at ?? file.root.at;
    found.push(problem('plan.no_effective', at, `\`${file.name}\` does not say when it holds`, 'add `effective: 2026-01-01 / 2027-01-01`: from the first day up to, not including, the second'));
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
  return { from, to };
}
