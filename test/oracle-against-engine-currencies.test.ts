/** The same where deals are in several currencies, and plans convert them or do not; a file of its own, as files run side by side. */
import { test } from 'vitest';
import { draw } from './oracle/draw.ts';
import { inCurrencies } from './oracle/draw-money.ts';
import { everyPayout, TIME_LIMIT } from './oracle-companies.ts';

test('[C22] what the oracle pays for deals in several currencies, the engine pays: every payout, every line', () => everyPayout('several currencies', (seed, plans) => inCurrencies(draw(seed + 1_000_000, plans), seed)), TIME_LIMIT);
