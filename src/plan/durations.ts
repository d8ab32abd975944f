/** Lengths of time that plans give: `90 days`, `10 business days`, `6 months`, `20 quarters`. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { textOf } from './document.ts';
import type { Node } from './document.ts';
import type { Duration } from './plan.ts';
import { problem } from './problem.ts';

const UNITS: Readonly<Record<string, Duration['unit']>> = { day: 'day', 'business day': 'business_day', week: 'week', month: 'month', quarter: 'quarter', half: 'half', halve: 'half', year: 'year' };

/** `90 days` as a length of time; undefined where it is none. */
export function readDuration(text: string): Duration | undefined {
  const { n, unit = '' } = /^(?<n>[1-9]\d{0,4})\s+(?<unit>[a-z]+(?:\s+[a-z]+)?)$/.exec(text.trim())?.groups ?? {};
  const known = UNITS[unit.replace(/\s+/g, ' ').replace(/s$/, '')];
  return n === undefined || known === undefined ? undefined : { n: Number(n), unit: known };
}

const IN_DAYS: Readonly<Record<string, number>> = { business_day: 1, week: 7, month: 30, quarter: 90, half: 180, year: 365 };
/** So many days, under a key that takes nothing else; `broken` has been reported. */
export function daysOf(found: Diagnostic[], node: Node | undefined, key: string): number | undefined | 'broken' {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return undefined;
  const length = readDuration(text);
  if (length?.unit === 'day') return length.n;
  found.push(problem('plan.bad_value', node.at, `\`${key}: ${text}\` is not a number of days`, length === undefined || !(length.unit in IN_DAYS) ? `write \`${key}: 90 days\`` : `it is counted in days: write \`${key}: ${length.n * (IN_DAYS[length.unit] ?? 1)} days\``));
  return 'broken';
}

/** `10 business days` */
export function durationText(length: Duration): string {
  const unit = length.unit.replace('_', ' ');
  return `${length.n} ${length.n === 1 ? unit : unit === 'half' ? 'halves' : `${unit}s`}`;
}
