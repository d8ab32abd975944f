/**
 * Expected rows beside each lesson, and the rule for changed amounts: the newest line of the changelog that
 * names a lesson has the mark of its expected payouts. So a changed cent needs a line that says why.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, lessons, type Lesson, type Stages } from './corpus.ts';

const folder = (name: string): string => join(EXAMPLES, name, 'expected');

export function expectedOf(name: string): Stages {
  const dir = folder(name);
  return new Map(existsSync(dir) ? readdirSync(dir).sort().map((file) => [file, readFileSync(join(dir, file), 'utf8')]) : []);
}
export function writeExpected(name: string, stages: Stages): void {
  const dir = folder(name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  for (const [file, text] of stages) writeFileSync(join(dir, file), text);
}

/** At most three differing rows of each file, `-` what is expected and `+` what is. */
export function differences(expected: Stages, got: Stages): string[] {
  return [...new Set([...expected.keys(), ...got.keys()])].sort().flatMap((file) => {
    const before = (expected.get(file) ?? '').split('\n'), now = (got.get(file) ?? '').split('\n');
    const gone = before.filter((line) => !now.includes(line)), come = now.filter((line) => !before.includes(line));
    const rows = [...gone.slice(0, 3).map((line) => `  - ${line}`), ...come.slice(0, 3).map((line) => `  + ${line}`)];
    if (rows.length > 0) return [`${file}: ${gone.length} rows gone, ${come.length} new`, ...rows];
    return expected.get(file) === got.get(file) ? [] : [`${file}: the same rows, in another order or another number of times`];
  });
}
/** What differs from what is expected, engine by engine. */
export function wrong({ name, stages }: Lesson): string[] {
  const expected = expectedOf(name);
  return Object.entries(stages).flatMap(([engine, got]) => differences(expected, got).map((line) => (line.startsWith('  ') ? line : `${name}, ${engine}: ${line}`)));
}

// ---- the changelog ----

const LINE = /^- Golden amounts of (.+?): (\S.*)$/gm, MARK = /`([a-z0-9-]+)` ([0-9a-f]{8})/g;

/** Eight digits for the expected payouts, whatever ends their lines. */
export function markOf(payouts: string): string {
  return createHash('sha256').update(payouts.replaceAll('\r\n', '\n')).digest('hex').slice(0, 8);
}
/** The newest mark of each lesson; the newest line stands first. */
export function marksIn(changelog: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, marks = ''] of changelog.matchAll(LINE)) for (const [, name = '', mark = ''] of marks.matchAll(MARK)) if (!found.has(name)) found.set(name, mark);
  return found;
}
/** Lessons whose expected payouts no line of the changelog explains, each with its mark. */
export function unexplained(changelog: string, payouts: ReadonlyMap<string, string>): [string, string][] {
  const marks = marksIn(changelog);
  return [...payouts].map(([name, text]): [string, string] => [name, markOf(text)]).filter(([name, mark]) => marks.get(name) !== mark);
}
/** The line to write, but for the reason. */
export const lineFor = (lost: readonly (readonly [string, string])[]): string => `- Golden amounts of ${lost.map(([name, mark]) => `\`${name}\` ${mark}`).join(', ')}: WHY`;
export const expectedPayouts = (): Map<string, string> => new Map(lessons().map((name) => [name, expectedOf(name).get('payouts.csv') ?? '']));
