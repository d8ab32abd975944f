/** An explanation on a screen: its sentences wrapped to the width; for the tour also its facts as a narrow table. */
import { basename } from 'node:path';
import type { ExplainedComponent, Explanation } from '../../app/explain.ts';
import { type Column, renderTable } from './table.ts';
import { paragraph, printable } from './text.ts';

export interface Telling {
  readonly width: number;
  /** fields of the facts that are shown */
  readonly fields: readonly string[];
}

/** Sentences of a page are wrapped, with what follows set in; tables stay as they are. */
export function fittedPage(page: string, width: number): string {
  return page.split('\n').map((line) => {
    const text = line.trimStart(), indent = line.slice(0, line.length - text.length);
    return line.length <= width || /\S {2,}\S/.test(text) ? line : paragraph(text, width, `${indent}  `).replace('  ', '');
  }).join('\n');
}

/** Each component with its steps and the facts that were counted, each with file and line. */
export function explanationLines({ plans }: Explanation, telling: Telling): string {
  return plans.flatMap((plan) => plan.components.map((c) => componentLines(c, plan.currency, telling))).join('\n\n');
}

function componentLines(c: ExplainedComponent, currency: string, { width, fields }: Telling): string {
  const steps = c.steps.map((s) => paragraph(s.text, width, '    ').replace('    ', '  '));
  const lists = c.facts.filter((list) => list.facts.length > 0).map(({ facts, total }) => {
    const columns: Column[] = [{ title: facts[0]?.kind ?? '' }, { title: 'date' }, ...fields.map((title): Column => ({ title, wraps: true })), { title: 'amount', align: 'right' }, { title: 'file and line' }];
    return renderTable(columns, facts.map((f) => [printable(f.id), f.date, ...fields.map((name) => printable(f.fields[name] ?? '')), grouped(f.credited), `${basename(f.file)}:${f.line}`]), { width, totals: [['together', '', ...fields.map(() => ''), grouped(total), '']] });
  });
  return [[`  ${c.title}: ${grouped(c.amount)} ${currency}`, ...steps].join('\n'), ...lists].join('\n\n');
}

/** Plain decimal text with commas. */
function grouped(plain: string): string {
  const [whole = '', decimals] = plain.split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (decimals === undefined ? '' : `.${decimals}`);
}
