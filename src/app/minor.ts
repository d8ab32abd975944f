/** Points of rounding in minor units, as the ledger takes them. */
import type { MinorRounding } from '../ledger/spread.ts';
import type { Rounding } from '../plan/plan.ts';
import { digitsOf } from '../stage/lower.ts';
import { toMinor } from '../value/money.ts';
import { powerOfTen } from '../value/rate.ts';

/** What is finer than a minor unit is one. */
export function minorRounding(rounding: Rounding | undefined, currency: string): MinorRounding {
  const unit = rounding === undefined ? undefined : toMinor(rounding.unit, currency);
  return { unit: unit === undefined || unit.d !== 1n ? 1n : unit.n, mode: rounding?.mode ?? 'half_away' };
}

/** How many minor units are one of the currency. */
export function unitsOf(currency: string): bigint {
  return powerOfTen(digitsOf(currency));
}
