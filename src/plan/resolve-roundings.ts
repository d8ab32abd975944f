/** `round`: the named points of rounding. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { compare, formatRatio, multiply, powerOfTen, ratio, ZERO } from '../value/rate.ts';
import { minorDigits } from '../value/money.ts';
import { entriesOf, textOf } from './document.ts';
import type { Node } from './document.ts';
import { isKey } from './keys.ts';
import { readLiteral } from './literal.ts';
import type { Rounding, RoundPoint, Roundings } from './plan.ts';
import { problem } from './problem.ts';

export function resolveRoundings(found: Diagnostic[], node: Node | undefined, currency: string): Roundings {
  const pairs = entriesOf(node).flatMap((entry): [RoundPoint, Rounding][] => {
    const text = textOf(entry.value)?.trim() ?? '';
    if (!isKey('round', entry.key) || text === '') return [];
    const [unitText = '', mode, more] = text.split(/\s+/);
    const unit = readLiteral(unitText);
    const known = mode === undefined || mode === 'down' || mode === 'up';
    if (unit?.kind === 'number' && compare(unit.value, ZERO) > 0 && known && more === undefined) {
      const digits = minorDigits(currency) ?? 2;
      if (entry.key === 'end' && multiply(unit.value, ratio(powerOfTen(digits))).d !== 1n) {
        found.push(problem('plan.round', entry.value.at, `\`end: ${text}\` is finer than the smallest amount of ${currency}, ${formatRatio(ratio(1n, powerOfTen(digits)))}`, `write \`end: ${formatRatio(ratio(1n, powerOfTen(digits)))}\` or a multiple of it`));
        return [];
      }
      return [[entry.key as RoundPoint, { unit: unit.value, mode: mode ?? 'half_away' }]];
    }
    found.push(problem('plan.round', entry.value.at, `\`${entry.key}: ${text}\` is not a rounding`, 'write the unit, then `down` or `up` if half shall not go away from zero: `0.01`, `1 down`, `0.1% up`'));
    return [];
  });
  return Object.fromEntries(pairs);
}

/** The earning is rounded to the minor unit of its currency, unless the plan says otherwise. */
export function minorUnit(currency: string): Rounding {
  return { unit: ratio(1n, powerOfTen(minorDigits(currency) ?? 2)), mode: 'half_away' };
}
