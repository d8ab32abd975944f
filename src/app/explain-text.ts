/** An explanation as a page of text: sentences, and then the facts as a table. */
import { kindWords } from '../plan/words-facts.ts';
import { spaced } from '../plan/words-formula.ts';
import { assert } from '../value/diagnostic.ts';
import { formatRatio, parseRatio, ratio, roundTo } from '../value/rate.ts';
import type { CountedFact, Explanation, ExplainedComponent, FactList } from './explanation.ts';
import { capital, counted, percentShown, plural } from './explain-words.ts';
import { groupedAmount } from '../value/wording.ts';
import { alignedTable, type Cells } from './text-table.ts';

export interface TextOptions {
  /** every fact, however many; without it long lists are cut, and say so */
  readonly all?: boolean;
  /** characters that a table of facts should not pass; it shows fewer fields of the facts then */
  readonly width?: number;
}

/** Lists of more than this are cut … */
const LONG = 50;
/** … to this many. */
const SHOWN = 40;

export function explanationText(explanation: Explanation, options: TextOptions = {}): string {
  const { plans, period } = explanation;
  const name = explanation.name === explanation.payee ? explanation.name : `${explanation.name} (${explanation.payee})`;
  const blocks = plans.flatMap((plan) => [
    `${plan.title} (${plan.currency})`,
    ...plan.components.map((c) => componentText(c, plan.currency, period, '', options)),
    ...(plan.payments.length === 0 ? [] : [['When it is paid', ...plan.payments.map((s) => `  ${s.text}`)].join('\n')]),
  ]);
  return `${[`${name}, ${period}`, ...blocks].join('\n\n')}\n`;
}

function componentText(c: ExplainedComponent, currency: string, asked: string, indent: string, options: TextOptions): string {
  const when = c.period === asked ? '' : `, ${c.period}`;
  const head = `${c.title}${c.group === undefined ? '' : ` (${c.group})`}${when}: ${shortAmount(c.amount)} ${currency}${c.held ? ' (held)' : ''}`;
  const inner = `${indent}  `, lines = c.parts.filter((p) => p.line !== undefined);
  const blocks = [
    [head, ...c.steps.map((s) => `  ${s.text}`)].map((line) => indent + line).join('\n'),
    ...(lines.length === 0 ? [] : [linesText(lines, inner, options)]),
    ...c.parts.filter((p) => p.line === undefined).map((part) => componentText(part, currency, c.period, inner, options)),
    ...factTables(c.facts, inner, options),
  ];
  return blocks.join('\n\n');
}

/** What is paid by itself: a line each, "A: 1 % of 5,000.00 = 50.00." What it measures stands in the table of facts. */
function linesText(lines: readonly ExplainedComponent[], indent: string, options: TextOptions): string {
  const cut = options.all === true || lines.length <= LONG ? lines : lines.slice(0, SHOWN);
  const said = cut.map((l) => `${indent}${l.line ?? ''}: ${l.steps.filter((s) => s.step !== 'measure' && s.step !== 'incentive').map((s) => s.text).join(' ')}`);
  return [...said, ...(cut.length < lines.length ? [`${indent}These are the first ${cut.length} of ${lines.length}; --all shows every one.`] : [])].join('\n');
}

/** What a part gives to its group is not rounded yet; a reader wants four decimals of it, and the word for that. */
function shortAmount(plain: string): string {
  if ((plain.split('.')[1] ?? '').length <= 4) return groupedAmount(plain);
  const exact = parseRatio(plain);
  assert(exact !== undefined, 'an amount is plain decimal text');
  return `about ${groupedAmount(formatRatio(roundTo(exact, ratio(1n, 10_000n), 'half_away')))}`;
}

// ---- facts ----

/** One table for each measure; a quotient has one table of both parts where the facts above the line are among those below it. */
function factTables(lists: readonly FactList[], indent: string, options: TextOptions): string[] {
  const out: string[] = [];
  // what is behind each account of a book is long: it is shown where everything is asked for
  const shown = lists.filter((l) => options.all === true || l.within === undefined);
  shown.forEach((list, i) => {
    const before = shown[i - 1], next = shown[i + 1];
    if (before !== undefined && isPair(before, list)) return;
    out.push(...(next !== undefined && isPair(list, next) ? factTable(next, list, indent, options) : factTable(list, undefined, indent, options)));
  });
  return out;
}
const keyOf = (f: CountedFact): string => [f.kind, f.id, f.rule, f.through?.payee, f.through?.via].join('|');
function isPair(top: FactList, under: FactList): boolean {
  if (under.role !== (top.role === 'measure' ? 'divisor' : top.role) || top.role === 'divisor') return false;
  const below = new Set(under.facts.map(keyOf));
  return top.facts.every((f) => below.has(keyOf(f)));
}

function factTable(list: FactList, top: FactList | undefined, indent: string, options: TextOptions): string[] {
  const { facts } = list;
  if (facts.length === 0) return [];
  const cut = options.all === true || facts.length <= LONG ? facts : facts.slice(0, SHOWN);
  const kinds = [...new Set(facts.map((f) => f.kind))], one = kinds.length === 1 ? kinds[0] ?? '' : 'fact';
  const tops = new Map(top?.facts.map((f) => [keyOf(f), f]));
  const telling = tellingFields(list);
  const drawn = (fields: readonly string[]): string => {
    const columns = columnsOf(list, top, tops, one, fields);
    const rows: Cells[] = cut.map((f) => columns.map((c) => c.cell(f)));
    const total: Cells = columns.map((c, i) => (i === 0 ? (cut.length < facts.length ? 'all together' : 'together') : c.total ?? ''));
    return alignedTable([columns.map((c) => c.title), ...rows, ...(columns.some((c) => c.total !== undefined) ? [total] : [])], columns.map((c) => c.right === true), `${indent}  `);
  };
  const fits = (table: string): boolean => table.split('\n').every((line) => line.length <= (options.width ?? Infinity));
  let table = drawn(telling);
  for (let n = telling.length - 1; n >= 0 && !fits(table); n--) table = drawn(telling.slice(0, n));
  const more = cut.length < facts.length ? [`${indent}  These are the first ${cut.length} of ${counted(facts.length, kindWords(one))}; --all shows every one.`] : [];
  return [[`${indent}${headingOf(list, top, one)}`, table, ...more].join('\n')];
}

function headingOf(list: FactList, top: FactList | undefined, one: string): string {
  const facts = capital(plural(kindWords(one)));
  if (list.within !== undefined) return `${facts} of ${list.subject ?? ''} (${list.title}):`;
  if (list.role === 'condition') return `${facts} that the condition looks at:`;
  if (list.role === 'factor') return `${facts} that the factor looks at:`;
  if (list.role === 'base') return `${facts} that it is paid on:`;
  if (list.role === 'pool') return `${facts} that the pot is shared by:`;
  if (list.role === 'reading') return `${facts} that the table is read by:`;
  return list.role === 'divisor' && top === undefined ? `${facts} that it is divided by:` : `${facts} that were counted:`;
}

const GUARDED = { reduce: 'reduced', hold: 'held', reject: 'not counted' } as const;
/** To six places. */
const shortNumber = (plain: string): string => formatRatio(roundTo(parseRatio(plain) ?? ratio(1n), ratio(1n, 1_000_000n), 'half_away'));

interface Column { readonly title: string; readonly cell: (f: CountedFact) => string; readonly total?: string; readonly right?: boolean }

/** Only what differs, or says something: no share where all of it is credited, no way where there is none. */
function columnsOf(list: FactList, top: FactList | undefined, tops: ReadonlyMap<string, CountedFact>, one: string, telling: readonly string[]): Column[] {
  const { facts } = list, money = list.type === 'money', counts = facts.every((f) => f.value === '1' && f.credited === '1' && f.share === '1');
  const shared = facts.some((f) => f.share !== '1'), different = facts.some((f) => f.value !== f.credited);
  const amount = (plain: string): string => (money ? groupedAmount(plain) : list.type === 'percent' && list.form !== 'distinct' ? percentShown(parseRatio(plain) ?? ratio(0n)) : plain);
  const aged = facts.some((f) => f.times !== '1'), limited = list.limits.length > 0, guarded = facts.some((f) => f.guardrails.length > 0);
  return [
    { title: kindWords(one), cell: (f) => f.id },
    { title: 'date', cell: (f) => f.date },
    ...telling.map((name): Column => ({ title: spaced(name), cell: (f) => f.fields[name] ?? '' })),
    ...(list.read_by !== 'id' && facts.some((f) => f.read_at !== null) ? [{ title: spaced(list.read_by ?? 'read at'), cell: (f: CountedFact) => f.read_at ?? '' }] : []),
    ...(facts.some((f) => f.exchange !== null) ? [{ title: 'converted', cell: (f: CountedFact) => convertedWords(f) }] : []),
    ...(counts || !different ? [] : [{ title: 'amount', right: true, cell: (f: CountedFact) => amount(f.value) }]),
    ...(shared ? [{ title: 'share', right: true, cell: (f: CountedFact) => percentShown(parseRatio(f.share) ?? ratio(1n)) }] : []),
    ...(aged ? [{ title: 'times', right: true, cell: (f: CountedFact) => shortNumber(f.times) }] : []),
    ...(limited ? [{ title: 'cut', right: true, cell: (f: CountedFact) => amount(f.cut) }] : []),
    ...(counts && top === undefined ? [] : top !== undefined
      ? [{ title: 'counted', right: true, total: amount(top.total), cell: (f: CountedFact) => { const t = tops.get(keyOf(f)); return t === undefined ? '' : amount(t.credited); } }, { title: 'of', right: true, total: amount(list.total), cell: (f: CountedFact) => amount(f.credited) }]
      : [{ title: different ? 'credited' : 'amount', right: true, total: amount(list.total), cell: (f: CountedFact) => amount(f.credited) }]),
    ...(guarded ? [{ title: 'guardrail', cell: (f: CountedFact) => f.guardrails.map((g) => `${spaced(g.name)}: ${GUARDED[g.outcome]}`).join(', ') }] : []),
    ...(new Set(facts.map((f) => f.rule)).size > 1 ? [{ title: 'rule', cell: (f: CountedFact) => spaced(f.rule) }] : []),
    ...(facts.some((f) => f.through !== null) ? [{ title: 'through', cell: (f: CountedFact) => wayOf(f) }] : []),
    { title: facts.every((f) => f.entered !== null) ? 'entered' : 'file and line', cell: (f) => f.entered ?? `${f.file.slice(f.file.lastIndexOf('/') + 1)}:${f.line}` },
  ];
}

/** "100.05 EUR at 1.1 of 2026-01-15" */
function convertedWords({ exchange }: CountedFact): string {
  return exchange === null ? '' : `${exchange.amount === null ? '' : `${groupedAmount(exchange.amount)} `}${exchange.currency} at ${exchange.rate} of ${exchange.on}`;
}
/** Whose fact it was, and in whose team; the payee knows who reports to him. */
function wayOf({ through }: CountedFact): string {
  if (through === null) return 'your own';
  return through.name === through.team ? through.name : `${through.name}, team of ${through.team}`;
}

/** Up to three fields: what the facts refer to, and words that differ from fact to fact. People are told by the credit. */
function tellingFields({ facts, references, words, read_by }: FactList): string[] {
  const valuesOf = (name: string): string[] => [...new Set(facts.map((f) => f.fields[name] ?? ''))];
  return [...references, ...words].filter((name) => {
    const values = valuesOf(name);
    return name !== read_by && values.some((v) => v !== '') && values.every((v) => v.length <= 40) && (values.length > 1 || references.includes(name));
  }).slice(0, 3);
}
