/**
 * Words and forms that this project does without, each with what to do instead, where it holds,
 * and two samples: one that the rule must catch and one that it must let pass. An exception is a
 * line in `except` with its reason; a rule with many exceptions is a wrong rule.
 */
import type { Finding, Source } from './source.ts';
import { lineOf } from './scan.ts';

export interface Rule {
  readonly name: string;
  readonly looksAt: 'code' | 'comments' | 'strings';
  readonly pattern: RegExp;
  readonly where: RegExp;
  readonly instead: string;
  /** path or folder (ending in a slash) → reason */
  readonly except?: Readonly<Record<string, string>>;
  readonly caught: string;
  readonly passes: string;
}

const PRODUCT = /^src\/(?!.*\.(test|fixture)\.ts$)/;
const EVERYWHERE = /^/;
const ENTRY_POINTS = { 'src/cli/main.ts': 'makes clock and environment once and passes them down' };

export const RULES: readonly Rule[] = [
  {
    name: 'parseFloat', looksAt: 'code', where: PRODUCT, pattern: /\bparseFloat\b/g,
    instead: 'Read text with parseRatio or parseMoney (src/value): a float cannot hold a cent.',
    caught: 'const rate = parseFloat(cell);', passes: '// parseFloat loses cents\nconst rate = parseRatio(cell);',
  },
  {
    name: 'amount as a number', looksAt: 'code', where: PRODUCT, pattern: /(?<![.\w])Number\s*\([^)\n]*([aA]mount|[mM]inor|[mM]oney|\brate|Rate|[pP]rice|[qQ]uota|\btarget|Target|[eE]arned|[pP]aid|\bpay\b)/g,
    instead: 'Keep amounts as bigint and rates as Ratio, up to the text that is shown.',
    caught: 'const amount = Number(row.amountMinor);', passes: 'const day = Number(cell);',
  },
  {
    name: 'Number(', looksAt: 'code', where: /^src\/(?!value\/)(?!.*\.(test|fixture)\.ts$)/, pattern: /(?<![.\w])Number\s*\(/g,
    instead: 'Keep amounts as bigint and rates as Ratio. For a count, a code or a day, add the file to `except` with the reason.',
    except: {
      'src/app/calculate.ts': 'dictionary codes and counts of the store',
      'src/app/people.ts': 'dictionary codes and days of the store',
      'src/app/reasons.ts': 'the sequence number of an import',
      'src/engine/duckdb': 'process ids and sizes of memory',
      'src/engine/memory-cells.ts': 'a cell of 32 bits is a number',
      'src/plan/durations.ts': 'a count of days or months',
      'src/plan/evaluate-functions.ts': 'months and days to add, bounded beforehand',
      'src/plan/resolve-credits.ts': 'levels, 1 to 99',
      'src/plan/resolve-pay.ts': 'how many times a limit lets something be paid',
      'src/plan/resolved-text.ts': 'days that a table is read by',
      'src/plan/words-formula.ts': 'days that a table is read by',
      'src/stage/digits.ts': 'numbers of curves and components',
      'src/stage/tables.ts': 'yes and no as 1 and 0',
    },
    caught: 'const count = Number(cell);', passes: 'const fine = Number.isInteger(count);',
  },
  {
    name: 'rounding by floats', looksAt: 'code', where: PRODUCT, pattern: /\bMath\.round\b|\.toFixed\s*\(|\.toPrecision\s*\(/g,
    instead: 'Use divideRounded or roundTo (src/value/rate.ts), which name their rounding mode; formatMoney to show an amount.',
    caught: 'return Math.round(x * 100);', passes: "return roundTo(x, unit, 'half_even');",
  },
  {
    name: 'clock', looksAt: 'code', where: /^(src|test|examples)\//, pattern: /\bDate\.now\s*\(|\bnew Date\s*\(|\bTemporal\.Now\b/g,
    instead: 'Take the day, the instant or a clock as an argument; it is made once, in src/cli/main.ts. Calendar days: src/value/day.ts.',
    except: ENTRY_POINTS,
    caught: 'const today = new Date();', passes: 'const day = dayOf(2026, 1, 31);',
  },
  {
    name: 'stopwatch', looksAt: 'code', where: PRODUCT, pattern: /\bperformance\.now\b/g,
    instead: 'What is calculated does not depend on how long it took; measure in src/cli, in tests and in bench.',
    except: { 'src/cli/': 'says how long things took', 'src/engine/duckdb-child.ts': 'gives a cancelled query a moment before it is ended' },
    caught: 'const began = performance.now();', passes: 'const performance = attainment(measure, target);',
  },
  {
    name: 'chance', looksAt: 'code', where: EVERYWHERE, pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/g,
    instead: 'Compute ids from what they name; take a seeded generator as an argument; in tests use fast-check.',
    caught: 'const id = Math.random();', passes: 'const id = entryId(run, key);',
  },
  {
    name: 'environment', looksAt: 'code', where: PRODUCT, pattern: /\bprocess\.(env|argv|cwd)\b/g,
    instead: 'Take it as an argument; src/cli/main.ts reads it once.',
    except: ENTRY_POINTS,
    caught: 'const debug = process.env.DEBUG;', passes: 'const child = process.execPath;',
  },
  {
    name: 'printing', looksAt: 'code', where: PRODUCT, pattern: /\bconsole\.\w+\s*\(|\bprocess\.(stdout|stderr)\b/g,
    instead: 'Return what there is to say; only src/cli prints.',
    except: { 'src/cli/': 'the place that prints' },
    caught: 'console.log(total);', passes: 'return { total };',
  },
  {
    name: 'any', looksAt: 'code', where: EVERYWHERE, pattern: /(:\s*|<|\bas\s+|\|\s*|,\s*)any\b(?!\s*[:(.?])/g,
    instead: 'Say the type, or `unknown` and check it.',
    caught: 'function read(row: any) {}', passes: 'const any: string[] = []; anyNode();',
  },
  {
    name: 'default export', looksAt: 'code', where: EVERYWHERE, pattern: /\bexport\s+default\b|\bas\s+default\b/g,
    instead: 'Export it by name, so that it has the same name everywhere.',
    except: { 'vitest.config.ts': 'vitest reads the default export' },
    caught: 'export default function run() {}', passes: 'export function run() { switch (a) { default: } }',
  },
  {
    name: 'silenced checks', looksAt: 'comments', where: EVERYWHERE, pattern: /@ts-(ignore|nocheck)|(oxlint|eslint)-disable(?!.*--\s*\S)/g,
    instead: 'Correct the type. Where the lint is wrong, disable that one rule on one line, with ` -- reason`.',
    caught: '// @ts-ignore\ncall();', passes: '// oxlint-disable-next-line no-await-in-loop -- one at a time on purpose\nawait x;',
  },
  {
    name: 'leftovers', looksAt: 'comments', where: EVERYWHERE, pattern: /\b(TODO|FIXME|XXX|HACK)\b/g,
    instead: 'Do it now, or write an issue and remove the mark.',
    caught: '// TODO: negative amounts', passes: "const word = 'TODO';",
  },
  {
    name: 'SQL text', looksAt: 'strings', where: PRODUCT,
    pattern: /\b(SELECT\s[\s\S]*\sFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE (OR REPLACE )?(TEMP |TEMPORARY )?(TABLE|VIEW|INDEX)|ALTER TABLE|DROP TABLE)\b|^\s*(select\s[\s\S]*\sfrom\s|insert into|delete from|create (or replace )?(temp |temporary )?(table|view|index)|drop table|with \w+ as \()/g,
    instead: 'Build a relation (src/relation/relation.ts) and let the emitter write the text; the book\'s own statements stand in src/db and src/ledger/store.ts.',
    except: {
      'src/relation/emit.ts': 'writes all SQL of programs',
      'src/engine/duckdb': 'loads files and keeps the store of one engine',
      'src/db/': 'the book of record',
      'src/ledger/store.ts': 'the only writer of entries',
    },
    caught: 'const text = `SELECT a FROM facts`;', passes: "const hint = 'Select the columns that you need from the file.';",
  },
  {
    name: 'machine paths', looksAt: 'strings', where: EVERYWHERE, pattern: /\/(work|home|Users|root)\/\w|(?<![\w.)}])\/tmp\/\w/g,
    instead: 'Take the folder as an argument; in tests use mkdtemp under os.tmpdir().',
    caught: `const data = '${'/home'}/ann/data';`, passes: "const data = '../shared/data';",
  },
];

/** A file's name says what it is about. */
const EMPTY_NAMES = /(^|[/-])(utils?|helpers?|manager|common|misc|shared|lib|service|base|index)\.(ts|mjs)$/;
const ONE_INDEX = 'src/index.ts';
const MAX_LINES = 400;
/** Tables of data, which a reader does not read from top to bottom. */
const LONG_TABLES: readonly string[] = ['src/value/currency.ts'];

export function ruleFindings(rule: Rule, source: Source): Finding[] {
  if (!rule.where.test(source.path) || excepted(rule, source.path)) return [];
  const parts = rule.looksAt === 'strings' ? source.scan.strings : [{ at: 0, text: source.scan[rule.looksAt] }];
  return parts.flatMap((part) => [...part.text.matchAll(rule.pattern)].map((match) => ({
    path: source.path,
    line: lineOf(source.scan.text, part.at + match.index + match[0].search(/\S/)),
    says: `${rule.name}: ${JSON.stringify(match[0].trim().slice(0, 40))}. ${rule.instead}`,
  })));
}

export function nameFindings(path: string): Finding[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path !== ONE_INDEX && EMPTY_NAMES.test(path)) {
    return [{ path, line: 0, says: 'this name says nothing. Name the file after the one thing in it.' }];
  }
  if (/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|fixture|config))?\.(ts|mjs)$/.test(name)) return [];
  return [{ path, line: 0, says: 'file names are kebab-case: close-period.ts, close-period.test.ts.' }];
}

export function lengthFindings(path: string, text: string): Finding[] {
  const lines = text.split('\n').length - 1;
  if (lines <= MAX_LINES || LONG_TABLES.includes(path)) return [];
  return [{ path, line: MAX_LINES, says: `${lines} lines; ${MAX_LINES} is the most. Split it where a second idea begins.` }];
}

/** Marks that must be gone before anything lands, in prose and data as well as in code. */
export function textFindings(path: string, text: string): Finding[] {
  const marks: readonly (readonly [RegExp, string])[] = [
    [/OUTPUT[-]HERE/, 'a placeholder: run the command and paste what it prints.'],
    [/^(<{7}|>{7})( |$)/, 'a merge conflict that nobody resolved.'],
    [/(?<![\w.$}])\/(home|Users|root|work)\/[\w.-]/, 'a path of one machine. Say it relative to the project.'],
  ];
  return text.split('\n').flatMap((line, index) => marks
    .filter(([pattern]) => pattern.test(line))
    .map(([, says]) => ({ path, line: index + 1, says })));
}

function excepted(rule: Rule, path: string): boolean {
  return Object.keys(rule.except ?? {}).some((prefix) => (prefix.endsWith('.ts') ? path === prefix : path.startsWith(prefix)));
}
