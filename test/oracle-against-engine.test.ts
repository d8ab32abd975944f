/**
 * Drawn companies, twice: by the oracle, straight from the documents, and by the route that pays people. Every
 * payout and every line is the same. `SEED=7 CASES=40` draws others; `npm run test:long` draws 100,000 cases.
 */
import { test } from 'vitest';
import { draw } from './oracle/draw.ts';
import { everyPayout, TIME_LIMIT } from './oracle-companies.ts';

test('[C22] what the oracle pays for drawn plans, the engine pays: every payout, every line', () => everyPayout('one currency', draw), TIME_LIMIT);
