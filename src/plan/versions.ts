/**
 * From the documents of plans to their versions: `amends` is laid over the version that it names.
 * Versions of one plan must neither overlap nor leave a gap.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { find } from './document.ts';
import type { MapNode } from './document.ts';
import type { Amends, Effective, PlanDocument } from './documents.ts';
import { overlay } from './overlay.ts';
import { problem } from './problem.ts';

/** `files`: everything that the document is made of, the amended versions too. */
export interface Version { readonly file: string; readonly files: readonly string[]; readonly name: string; readonly family: string; readonly root: MapNode; readonly effective: Effective | undefined }

export function versionsOf(plans: readonly PlanDocument[], found: Diagnostic[]): Version[] {
  const names = [...new Set(plans.map((p) => p.name))];
  return names.flatMap((name) => versionsOfOne(plans.filter((p) => p.name === name), found));
}

function versionsOfOne(documents: readonly PlanDocument[], found: Diagnostic[]): Version[] {
  const done = new Map<PlanDocument, Version>();
  const waiting = new Set(documents);
  // an amendment may amend an amendment: take, again and again, those whose base is there
  for (let before = -1; before !== waiting.size;) {
    before = waiting.size;
    for (const one of waiting) {
      const base = one.amends === undefined ? undefined : [...done.values()].find((v) => v.effective?.from === one.amends?.day);
      if (one.amends !== undefined && base === undefined) continue;
      const root = base === undefined ? one.root : overlay(base.root, one.root, found);
      const { file, name, family, effective } = one;
      done.set(one, { file, files: [...(base?.files ?? []), ...one.files], name, family, root, effective });
      waiting.delete(one);
    }
  }
  for (const one of waiting) {
    const { day, at } = one.amends as Amends;
    const known = documents.flatMap((d) => (d.effective && d !== one ? [formatDay(d.effective.from)] : []));
    found.push(problem('plan.amends_nothing', at, `\`${one.family}\` has no version from ${formatDay(day)} that could be amended`, known.length === 0 ? 'write the whole plan, without `amends`' : `it has versions from ${known.join(' and ')}`));
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
      found.push(problem('plan.versions_overlap', at, `two versions of \`${version.family}\` hold on the same days: ${spans}`, `end the first on ${formatDay(now.from)}, or start this one on ${formatDay(before.effective.to)}`));
    } else {
      found.push(problem('plan.versions_gap', at, `between two versions of \`${version.family}\` there are days without a plan: ${spans}`, `end the first on ${formatDay(now.from)}, start this one on ${formatDay(before.effective.to)}, or give this one a name of its own`));
    }
  }
}

export function span(e: Effective): string {
  return `${formatDay(e.from)} / ${formatDay(e.to)}`;
}
