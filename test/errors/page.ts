/**
 * docs/errors.md is written from the examples: a heading for each code, what it means, and what
 * the reader sees. `npm run errors` writes it; errors.test.ts fails where it is out of date.
 */
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import { CODES } from '../../src/value/diagnostic.ts';
import { renderDiagnostic } from '../../src/value/render.ts';
import type { Example } from './example.ts';

export const PAGE = 'docs/errors.md';

const INTRODUCTION = `# What Trueup may say, and what to do

Written by \`npm run errors\` from the examples in \`test/errors/\`: each one is the smallest input that
brings the message about. Every message has a code, a place, what is wrong, and what to do. With
\`--json\` a command gives the same as data.
`;

/** Areas in the order of a reader's work; a new prefix of a code needs a line here. */
const AREAS: Readonly<Record<string, string>> = {
  plan: 'Plans',
  test: 'Tests of plans',
  source: 'Sources',
  import: 'Importing',
  file: 'Files of a source',
  row: 'Rows of a source',
  run: 'Running plans',
  explain: 'Explaining pay',
  ledger: 'The ledger',
  book: 'The book of record',
  engine: 'The store and the engine',
  cli: 'Commands',
};

interface One { readonly example: Example; readonly diagnostic: Diagnostic; readonly text: string }
export type Shown = ReadonlyMap<Code, One>;

/** Runs every example. `wrong`: those that do not bring their own code about, and what they say instead. */
export async function show(examples: Readonly<Partial<Record<Code, Example>>>): Promise<{ readonly shown: Shown; readonly wrong: readonly string[] }> {
  const shown = new Map<Code, One>();
  const wrong: string[] = [];
  for (const code of codes()) {
    const example = examples[code];
    if (!example) continue;
    const all = await example.diagnose();
    const diagnostic = all.find((one) => one.code === code);
    if (diagnostic) shown.set(code, { example, diagnostic, text: renderDiagnostic(diagnostic, example.text) });
    else wrong.push(`${code}: ${all.map((one) => `${one.code} (${one.message})`).join(', ') || 'says nothing'}`);
  }
  return { shown, wrong };
}

export function page(shown: Shown): string {
  const parts = [INTRODUCTION];
  for (const [area, title] of Object.entries(AREAS)) {
    const ofArea = codes().filter((code) => areaOf(code) === area && shown.has(code));
    if (ofArea.length > 0) parts.push(`## ${title}\n`, ...ofArea.map((code) => section(code, shown)));
  }
  return parts.join('\n');
}

export function section(code: Code, shown: Shown): string {
  const one = shown.get(code);
  if (!one) return '';
  return `### ${code}\n\n${CODES[code]}. ${one.example.about}\n\n\`\`\`text\n${one.text}\n\`\`\`\n`;
}

/** code → its section of the page, as it stands there */
export function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/^(?=##+ )/m).filter((part) => part.startsWith('### '));
  return new Map(parts.map((part) => [part.slice(4, part.indexOf('\n')), part.trimEnd()]));
}

export function codes(): Code[] {
  return Object.keys(CODES) as Code[];
}

/** Prefixes of codes that have no heading of their own yet. */
export function codesWithoutArea(): Code[] {
  return codes().filter((code) => AREAS[areaOf(code)] === undefined);
}

function areaOf(code: Code): string {
  return code.slice(0, code.indexOf('.'));
}
