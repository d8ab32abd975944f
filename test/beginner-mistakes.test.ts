/**
 * What a beginner does wrong first, and what he reads then. Each file of `test/mistakes` is a plan with one
 * mistake, beside a small workspace without any, and the whole answer of `check`: the text is the product,
 * so it is compared as text. `UPDATE_GOLDEN=1` writes the answers anew; read the difference as a beginner.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkPlans } from '../src/app/check.ts';
import { readWorkspace } from '../src/plan/workspace.ts';
import { type Diagnostic, hasErrors } from '../src/value/diagnostic.ts';
import { renderDiagnostics } from '../src/value/render.ts';

const FOLDER = join(import.meta.dirname, 'mistakes');
const MARK = /^=== (.+) ===$/m;
const SAYS = 'check says';
const BESIDE: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'sources/crm.yaml': `facts:
  deal: { fields: { owner: payee, sdr: payee, stage: text, won: yes/no, amount: money } }
sources:
  deals: { file: data-in/deals.csv, into: deal, id: id, date: closed, fields: { owner: owner, sdr: sdr, stage: stage, won: won = "yes", amount: amount } }
  people: { file: data-in/people.csv, into: person, id: name, fields: { role: role, quota: quota, target_incentive: target_incentive } }
`,
};

interface Mistake { readonly name: string; readonly about: string; readonly files: ReadonlyMap<string, string>; readonly says: string }

function read(name: string): Mistake {
  const [about = '', ...parts] = readFileSync(join(FOLDER, name), 'utf8').split(MARK);
  const files = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) files.set(parts[i] as string, (parts[i + 1] as string).replace(/^\n/, ''));
  const says = files.get(SAYS) ?? '';
  files.delete(SAYS);
  return { name, about, files, says };
}

const MISTAKES = readdirSync(FOLDER).sort().map(read);

async function answerTo({ files }: Mistake): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly text: string }> {
  const all = new Map([...Object.entries(BESIDE), ...files]);
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => [...all.keys()].filter((f) => f.startsWith(`${folder}/`)), text: (path) => all.get(path) });
  const later = value === undefined || hasErrors(diagnostics) ? [] : await checkPlans(value, undefined);
  const found = [...diagnostics, ...later];
  return { diagnostics: found, text: `${renderDiagnostics(found, (file) => all.get(file))}\n` };
}

describe.each(MISTAKES)('$name', (mistake) => {
  test('is answered as it is written here', async () => {
    const { text } = await answerTo(mistake);
    if (process.env['UPDATE_GOLDEN'] !== undefined) {
      const parts = [...mistake.files].map(([path, content]) => `=== ${path} ===\n${content}`);
      writeFileSync(join(FOLDER, mistake.name), `${mistake.about}${parts.join('')}=== ${SAYS} ===\n${text}`);
    } else expect(text).toBe(mistake.says);
  });

  test('has one answer a place, with file, line, column and what to do', async () => {
    const { diagnostics } = await answerTo(mistake);
    expect(diagnostics.length).toBeGreaterThan(0);
    // one mistake is told once; where it stands in several cells of one table, once a cell
    expect(new Set(diagnostics.map((d) => `${d.code} ${d.file}:${d.line}`)).size).toBe(1);
    expect(new Set(diagnostics.map((d) => `${d.file}:${d.line}:${d.column}`)).size).toBe(diagnostics.length);
    for (const { file, line, column, hint } of diagnostics) {
      expect(mistake.files.has(file) && line > 0 && column > 0).toBe(true);
      expect(hint).toMatch(/^.{10,}$/);
    }
  });
});

test('there are at least forty mistakes', () => {
  expect(MISTAKES.length).toBeGreaterThanOrEqual(40);
});
