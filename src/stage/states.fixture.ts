/** Drawn histories of accounts, and the states of a plan that reads them. */
import fc from 'fast-check';
import { formatDay } from '../value/period.ts';
import { type Company, day, type FactRow, type PersonRow } from './stage.fixture.ts';

const KINDS = `facts:
  account: { fields: { least: number } }
  touch: { fields: { account: account, points: number, contact: text } }
  move: { fields: { account: account, stage: text } }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { least: least } } }
`;
const PLAN = `plan: p
effective: 2026-01-01 / 2027-01-01
period: year
states:
  warm: { for: account, while: points >= least, lasting: 7 days, again_after: 40 days }
  hot: { for: account, while: heat >= 12 or contacts >= 2, lasting: 3 days }
  broad: { for: account, while: capped >= 15 and least < 25 }
  deep: { for: account, while: ever >= 30 and average >= 8, lasting: 4 days }
  stage: { for: account, from: move, value: stage, levels: [A, B, C], lasting: 5 days }
  both: { for: account, while: warm and stage = "B" or not hot, lasting: 2 days }
measures:
  points: { for: account, sum: points, from: touch, look_back: 30 days }
  heat: { for: account, sum: points, from: touch, half_life: 4 days, limits: { daily: { at_most: 25, per: [contact, day] } } }
  contacts: { for: account, distinct: contact, from: touch, look_back: 12 days }
  capped: { for: account, sum: points, from: touch, look_back: 20 days, limits: { daily: { at_most: 12, per: [contact, day] } } }
  ever: { for: account, sum: points, from: touch, at: end, limits: { all: { at_most: 25, per: contact } } }
  average: { for: account, average: points, from: touch, look_back: 25 days }
components:
  c: { measure: { for: company, count: both }, rate: 100 }
  e: { measure: { for: company, count: broad }, rate: 1 }
  f: { measure: { for: company, count: deep }, rate: 1 }
  d: { measure: { for: company, sum: steps, from: stage }, rate: 1 }
`;
export const FIRST = day('2026-01-01');

export interface Touch { readonly at: number; readonly points: number; readonly contact: string }
export interface History { readonly least: readonly { readonly at: number; readonly least: number }[]; readonly touches: readonly Touch[]; readonly moves: readonly { readonly at: number; readonly stage: string }[] }
const at = fc.integer({ min: 0, max: 120 });
export const history = fc.record({
  least: fc.uniqueArray(fc.record({ at, least: fc.constantFrom(10, 20, 30, 40) }), { maxLength: 2, selector: (r) => r.at }).map((rows) => [{ at: -1, least: 20 }, ...rows.sort((a, b) => a.at - b.at)]),
  touches: fc.array(fc.record({ at, points: fc.constantFrom(3, 8, 10, 15, 30), contact: fc.constantFrom('k', 'l') }), { maxLength: 9 }),
  moves: fc.uniqueArray(fc.record({ at, stage: fc.constantFrom('A', 'B', 'C') }), { maxLength: 6, selector: (m) => m.at }),
}) as fc.Arbitrary<History>;

/** An account for each history: a0, a1 … */
export function companyOf(all: readonly History[]): Company {
  const facts = all.flatMap((h, n): FactRow[] => [
    ...h.touches.map((f, i): FactRow => ({ kind: 'touch', id: `t${n}-${i}`, date: formatDay(FIRST + f.at), account: `a${n}`, points: String(f.points), contact: f.contact })),
    ...h.moves.map((m, i): FactRow => ({ kind: 'move', id: `m${n}-${i}`, date: formatDay(FIRST + m.at), account: `a${n}`, stage: m.stage })),
  ]);
  const accounts = Object.fromEntries(all.map((h, n): [string, PersonRow[]] => [`a${n}`, h.least.map((r) => ({ least: String(r.least), ...(r.at >= 0 && { from: formatDay(FIRST + r.at) }) }))]));
  return { plans: [PLAN], people: { ann: {} }, accounts, kinds: KINDS, facts };
}
