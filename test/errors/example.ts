/** One entry of the table of examples, and a folder for those that need files. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../../src/value/diagnostic.ts';

export interface Example {
  /** one or two sentences after the code's own: why Trueup insists, or what is special */
  readonly about: string;
  /** text of the file that the diagnostic points into; its line is then quoted */
  readonly text?: string;
  /** Runs the real code on the smallest input that brings the diagnostic about; it may bring about others too. */
  readonly diagnose: () => readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
}

/** Runs the work in a folder of its own. What it says of the folder is said relative to it, as if it were the workspace. */
export async function inFolder(
  files: Readonly<Record<string, string | Buffer>>, work: (folder: string) => Promise<readonly Diagnostic[]>,
): Promise<readonly Diagnostic[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trueup-example-')));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const short = (text: string): string => text.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
    return (await work(folder)).map((one) => ({ ...one, file: short(one.file), message: short(one.message), hint: short(one.hint) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the work was refused with: an error that carries its diagnostic. */
export async function refusedWith(work: () => Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof Error && 'diagnostic' in error) return [error.diagnostic as Diagnostic];
    throw error;
  }
}
