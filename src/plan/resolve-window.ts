/** `window`: over what a measure accumulates. */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Grain } from '../value/period.ts';
import { textOf } from './document.ts';
import type { Node } from './document.ts';
import { GRAINS } from './keys.ts';
import type { Window } from './plan.ts';
import { problem } from './problem.ts';

/** undefined where nothing is said, or nothing that can be read. */
export function resolveWindow(found: Diagnostic[], node: Node | undefined, period: Grain): Window | undefined {
  const text = textOf(node)?.trim().replace(/\s+/g, ' ');
  if (node === undefined || text === undefined || text === '') return undefined;
  if (text === 'period') return { kind: 'period' };
  const match = /^(?:(?<toDate>\w+(?: month)?) to date|whole (?<whole>\w+(?: month)?))$/.exec(text);
  const word = match?.groups?.['toDate'] ?? match?.groups?.['whole'];
  const grain = GRAINS.find((g) => g === word);
  if (match === null || grain === undefined) {
    const hint = /^(ytd|year|annual|yearly)$/i.test(text) ? 'write `year to date` (the target so far) or `whole year` (the full target)' : 'write `period`, `year to date`, `whole year`, or the same with week, month, quarter or half';
    found.push(problem('plan.window', node.at, `\`${text}\` is not a window`, hint));
    return undefined;
  }
  if (!contains(grain, period)) {
    found.push(problem('plan.window', node.at, `a window of one ${grain} cannot hold periods of one ${period}`, grain === period ? 'leave `window` out: each period is its own' : `use a longer window, or a shorter period than ${period}`));
    return undefined;
  }
  return { kind: match.groups?.['toDate'] === undefined ? 'whole' : 'to_date', of: grain };
}

/** What is longer holds whole periods; of weeks, those whose Thursday lies in it. Half months do not hold whole weeks. */
function contains(window: Grain, period: Grain): boolean {
  if (period === 'week' && window === 'half month') return false;
  return GRAINS.indexOf(window) > GRAINS.indexOf(period) || window === period;
}
