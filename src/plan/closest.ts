/** Names that a mistyped word may stand for. */
import { byCodePoint } from '../value/code-points.ts';

/**
 * "Did you mean": the candidate that a mistyped word most likely stands for.
 *
 * A candidate counts when at most two edits, and at most a third of the word's letters, lie between
 * them; swapping two neighbours is one edit, and capitals do not count. Of equally near ones the first wins.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let limit = Math.min(2, Math.floor(word.length / 3));
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance > limit) continue;
    best = candidate;
    if (distance === 0) break;
    limit = distance - 1;
  }
  return best;
}

/** The few that are nearest, by the same measure, nearest first; then those that have the word in them. */
export function nearest(word: string, candidates: Iterable<string>, most: number): readonly string[] {
  const wanted = word.toLowerCase(), limit = Math.min(2, Math.max(1, Math.floor(word.length / 3)));
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    const own = candidate.toLowerCase();
    const distance = Math.abs(own.length - wanted.length) > limit ? limit + 1 : editDistance(wanted, own);
    if (distance <= limit || (wanted !== '' && own.includes(wanted))) found.push({ candidate, distance });
  }
  return found.sort((a, b) => a.distance - b.distance || byCodePoint(a.candidate, b.candidate)).slice(0, most).map((f) => f.candidate);
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforePrevious, j - 2) + 1);
      }
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
