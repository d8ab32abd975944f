/**
 * A walk through the demo, which `npm start` ends with: import, a year of pay, one statement, one amount
 * down to its rows, and what to try next. It prints as it goes, because the first step takes some seconds.
 */
import { calculate, type Calculation } from '../../app/calculate.ts';
import { type EarnedRow, earnedRows } from '../../app/earned.ts';
import type { Engine } from '../../app/engine-session.ts';
import { explain, type Explanation } from '../../app/explain.ts';
import { explanationText } from '../../app/explain-text.ts';
import { type ImportReport, importSources } from '../../app/import.ts';
import { countQuarantine } from '../../app/quarantine.ts';
import { statement, statementText } from '../../app/statement.ts';
import type { Workspace } from '../../plan/plan.ts';
import { assert, CODES } from '../../value/diagnostic.ts';
import { formatAmount } from '../../value/money.ts';
import { partsOf } from '../../value/period.ts';
import { type Answer, type Context, refused } from '../answer.ts';
import { shellWord } from '../command-line.ts';
import { withWorkspace } from '../open.ts';
import { countsTable } from '../render/import-report.ts';
import { fittedPage } from '../render/explanation.ts';
import { renderTable } from '../render/table.ts';
import { importDocument } from './import.ts';
import { counted } from '../../value/wording.ts';

const YEAR = '2025';
/** She sold almost twice her quota, so her second quarter crosses it. */
const PAYEE = 'vera.chen', PERIOD = '2025-Q2';

export function tour(context: Context, made: string, document: Answer['document']): Promise<Answer> {
  const { width } = context.terminal;
  const say = (...blocks: readonly string[]): void => { if (!context.json) context.terminal.print(`${blocks.join('\n\n')}\n`); };
  return withWorkspace(context, async ({ workspace, engine }) => {
    say(`${workspace.company} is an invented company that sells software to 600 named accounts.\n${made}`);

    const report = await importSources(workspace, engine, { progress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); } });
    say(heading(1, 'Import the exports of HR, CRM and billing', width), importText(report, width), await quarantineText(engine, width));

    const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, { onProgress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); } });
    if (calculation === undefined) return refused(diagnostics);
    const earned = (await earnedRows(engine, calculation)).filter((r) => r.period.startsWith(YEAR));
    say(heading(2, `What ${YEAR} pays, by plan and quarter`, width), yearTable(earned, width));

    const { pay, why } = await storyOf(engine, calculation, workspace);
    say(heading(3, `The statement of ${pay.name} for ${YEAR}`, width), statementText(pay).trimEnd().split('\n').slice(2).map((line) => `  ${line}`).join('\n'));
    say(heading(4, `Why is it that much in ${PERIOD}?`, width), fittedPage(explanationText(why, { width }).trimEnd(), width));
    return { exit: 0, document: { ...document, import: importDocument(report), statement: pay, explanation: why }, text: `${heading(5, 'Try next', width)}\n\n${next(context)}`, diagnostics };
  });
}

function heading(number: number, title: string, width: number): string {
  const text = `${number}. ${title} `;
  return text + '─'.repeat(Math.max(0, width - text.length));
}

/** In full the first time, one line where nothing is new. */
function importText(report: ImportReport, width: number): string {
  const fresh = report.files.filter((f) => f.outcome !== 'same');
  return fresh.length === 0 ? `  Nothing is new: ${counted(report.files.length, 'file')} are as they were.` : countsTable(fresh, width);
}

async function quarantineText(engine: Engine, width: number): Promise<string> {
  const waiting = await countQuarantine(engine), rows = waiting.reduce((sum, w) => sum + w.rows, 0);
  if (rows === 0) return '  No row is in quarantine.';
  const reasons = renderTable([{ title: 'reason', wraps: true }, { title: 'rows', align: 'right' }], waiting.map((w) => [CODES[w.code], String(w.rows)]), { width });
  return `  ${counted(rows, 'row')} cannot be read and ${rows === 1 ? 'waits' : 'wait'} in quarantine to be corrected; everything else counts.\n\n${reasons}`;
}

function yearTable(earned: readonly EarnedRow[], width: number): string {
  const line = (rows: readonly EarnedRow[], currency: string): string[] => {
    const sum = (some: readonly EarnedRow[]): string => formatAmount(some.reduce((total, r) => total + r.amountMinor, 0n), currency);
    return [...[1, 2, 3, 4].map((quarter) => sum(rows.filter((r) => Math.ceil(partsOf(r.periodFrom).month / 3) === quarter))), sum(rows), currency];
  };
  const groups = (by: (r: EarnedRow) => string): readonly (readonly EarnedRow[])[] => [...Map.groupBy(earned, by).values()];
  const amounts = ['Q1', 'Q2', 'Q3', 'Q4', YEAR].map((title) => ({ title, align: 'right' } as const));
  return renderTable(
    [{ title: 'plan' }, { title: 'payees', align: 'right' }, ...amounts, { title: '' }],
    groups((r) => `${r.plan} ${r.currency}`).map((rows) => [rows[0]?.plan ?? '', payees(rows), ...line(rows, rows[0]?.currency ?? '')]).sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)),
    { width, totals: groups((r) => r.currency).map((rows) => ['together', payees(rows), ...line(rows, rows[0]?.currency ?? '')]).sort((a, b) => ((a.at(-1) ?? '') > (b.at(-1) ?? '') ? -1 : 1)) },
  );
}
function payees(rows: readonly EarnedRow[]): string {
  return String(new Set(rows.map((r) => r.payee)).size);
}

async function storyOf(engine: Engine, calculation: Calculation, workspace: Workspace): Promise<{ readonly pay: NonNullable<Awaited<ReturnType<typeof statement>>['value']>; readonly why: Explanation }> {
  const { value: pay } = await statement(engine, calculation, PAYEE, YEAR);
  const { value: why } = await explain(engine, calculation, { payee: PAYEE, period: PERIOD, kinds: workspace.kinds });
  assert(pay !== undefined && why !== undefined, `the demo has ${PAYEE} in ${PERIOD}`);
  return { pay, why };
}

function next(context: Context): string {
  const where = ` --workspace ${shellWord(context.dir)}`, file = `${context.dir}/`.replace(/\/+$/, '/');
  const lines: readonly (readonly [string, string])[] = [
    [`npx trueup apply${where}`, 'post it in the ledger; a second time posts nothing'],
    [`npx trueup explain${where} --payee hugo.castillo --period 2025-Q3`, 'he was on leave'],
    [`npx trueup check${where} --resolved --plan sdr`, 'a plan in words'],
    [`npx trueup test${where}`, 'small tables: facts in, pay out'],
    [`npx trueup import${where} --quarantine`, 'the rows that cannot be read'],
  ];
  const width = Math.max(...lines.map(([line]) => line.length));
  return [
    ...(width <= 70 ? lines.map(([line, about]) => `  ${line.padEnd(width)}  ${about}`) : lines.flatMap(([line, about]) => [`  ${line}`, `      ${about}`])), '',
    `  Change a rate in ${file}plans/ae-americas.yaml, or correct a row of`,
    `  ${file}data-in/opportunities-americas.csv and import again. Then see what differs:`,
    `  npx trueup preview${where}`, '',
    `  ${file}README.md says who works there, and what is wrong in the exports on purpose.`,
    '  A workspace of your own: npx trueup init acme',
  ].join('\n');
}
