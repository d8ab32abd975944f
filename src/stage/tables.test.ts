/** Tables as pieces: all kinds, at, below and above each edge; pieces cover every number once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Table } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { add, compare, divide, equal, formatRatio, multiply, ONE, parseRatio, ratio, type Ratio, subtract, ZERO } from '../value/rate.ts';
import { exact, planOf } from './stage.fixture.ts';
import { holds, type Piece, pieces, readTable } from './tables.ts';

/** The table of a plan's only component: read by attainment, or by value where there is no target. */
function tableOf(form: 'rate' | 'payout' | 'amount', body: string, target = true): Table {
  const plan = planOf(`plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\nincentive: 1_000 a year\ncomponents:\n  c: { measure: { sum: amount, from: deal }${target ? ', target: 100' : ''}, ${form}: ${body} }\n`);
  const [c] = plan.components;
  assert(c?.kind === 'leaf' && c.pay?.number.kind === 'table', 'the component has a table');
  return c.pay.number.table;
}
const made = (table: Table): Piece[] => pieces(table, { keyScale: ONE, code: () => undefined, cell: (t) => { assert(t.kind === 'number', 'a cell is a literal'); return t.value; } });
const at = (p: Piece, r: Ratio): Ratio => divide(add(ratio(p.a), multiply(ratio(p.b), r)), ratio(p.c));
/** f(r) by the piece that holds r; exactly one does. */
function read(table: Table, r: Ratio): Ratio {
  const found = made(table).filter((p) => holds(p, r));
  expect(found).toHaveLength(1);
  return at(found[0] as Piece, r);
}
const reads = (table: Table, points: Readonly<Record<string, string>>): void => {
  expect(Object.fromEntries(Object.keys(points).map((k) => [k, formatRatio(read(table, exact(k)), 9)]))).toEqual(Object.fromEntries(Object.entries(points).map(([k, v]) => [k, formatRatio(exact(v), 9)])));
};

describe('each kind below, at and above its edges', () => {
  test('steps: the value of the band reached; below the first 0', () => {
    reads(tableOf('payout', '{ steps: { 80%: 50%, over 100%: 100%, 120%: 150% } }'), { '-1': '0', '0': '0', '0.799999': '0', '0.8': '0.5', '1': '0.5', '1.000001': '1', '1.199999': '1', '1.2': '1.5', '99': '1.5' });
  });
  test('marginal: each part at its own value; the first value goes on below a first edge of 0, so that returns pay back', () => {
    reads(tableOf('rate', '{ marginal: { 0: 3%, 50k: 5%, over 100k: 8% } }', false), { '-1000': '-30', '0': '0', '50000': '1500', '50001': '1500.05', '100000': '4000', '100001': '4000.08', '118204': '5456.32' });
  });
  test('marginal from an edge above 0: nothing below it', () => {
    reads(tableOf('rate', '{ marginal: { 10: 5%, 20: 10% } }', false), { '-5': '0', '9': '0', '10': '0', '15': '0.25', '20': '0.5', '30': '1.5' });
  });
  test('retroactive: the value reached, which is paid for everything from the first unit', () => {
    reads(tableOf('rate', '{ retroactive: { 0: 25%, 500: 30%, over 3_000: 40% } }', false), { '-1': '0', '0': '0.25', '499': '0.25', '500': '0.3', '3000': '0.3', '3001': '0.4' });
  });
  test('points: straight lines between; flat after the last, or extended; below the first 0', () => {
    const rows = '50%: 0%, 80%: 60%, 100%: 100%, 150%: 200%';
    reads(tableOf('payout', `{ points: { ${rows} } }`), { '0.49': '0', '0.5': '0', '0.65': '0.3', '0.8': '0.6', '0.9': '0.8', '1': '1', '1.25': '1.5', '1.5': '2', '3': '2' });
    reads(tableOf('payout', `{ points: { ${rows} }, beyond: extend }`), { '1.5': '2', '2': '3', '1/3': '0', '7/3': '11/3' });
  });
  test('points with a jump: up to the point the left value, from it the right one', () => {
    reads(tableOf('rate', '{ points: { 0: 5%, 100k: [10%, 20%], 200k: 30% }, beyond: extend }', false), { '50000': '0.075', '99999': '0.0999995', '100000': '0.2', '150000': '0.25', '200000': '0.3', '300000': '0.4' });
    reads(tableOf('rate', '{ points: { 0: 5%, 100k: [10%, 20%] } }', false), { '99999': '0.0999995', '100000': '0.2', '999999': '0.2' });
  });
  test('points that begin above 0 jump to their first value', () => {
    reads(tableOf('payout', '{ points: { 70%: 50%, 100%: 100% } }'), { '0.699999': '0', '0.7': '0.5', '0.85': '0.75' });
  });
  test('lookup by a code: the row, the gaps are `otherwise`; a word that no row of the store says is never read', () => {
    const codes: Readonly<Record<string, number>> = { gold: 7, silver: 3 };
    const table = tableOf('rate', '{ by: stage, lookup: { gold: 10%, tin: 1%, silver: 5%, otherwise: 2% } }', false);
    const all = pieces(table, { keyScale: ONE, code: (w) => codes[w], cell: (t) => (t.kind === 'number' ? t.value : ZERO) });
    const value = (n: bigint): string => { const found = all.filter((p) => holds(p, ratio(n))); expect(found).toHaveLength(1); return formatRatio(at(found[0] as Piece, ratio(n))); };
    expect([-1n, 2n, 3n, 4n, 6n, 7n, 8n].map(value)).toEqual(['0.02', '0.02', '0.05', '0.02', '0.02', '0.1', '0.02']);
    const open = tableOf('rate', '{ by: stage, lookup: { gold: 10% } }', false);
    expect(pieces(open, { keyScale: ONE, code: (w) => codes[w], cell: () => ONE }).filter((p) => holds(p, ratio(3n)))).toEqual([]);
  });
});

// ---- properties ----

const RATES = ['0%', '3%', '5%', '12.5%', '100%', '150%', '33.333%'];
const kinds = fc.constantFrom('steps', 'marginal', 'points', 'retroactive' as const);
const edges = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 5 }).map((xs) => xs.sort((a, b) => a - b));
const shape = fc.record({ kind: kinds, edges, over: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), rates: fc.array(fc.constantFrom(...RATES), { minLength: 5, maxLength: 5 }), extend: fc.boolean() })
  .map((s) => {
    const rows = s.edges.map((e, i) => `${s.kind !== 'points' && i > 0 && s.over[i] === true ? 'over ' : ''}${e * 10}%: ${s.rates[i]}`).join(', ');
    return { ...s, table: tableOf(s.kind === 'retroactive' ? 'rate' : 'payout', `{ ${s.kind}: { ${rows} }${s.kind === 'points' && s.extend ? ', beyond: extend' : ''} }`) };
  });
const places = fc.array(fc.tuple(fc.integer({ min: -50, max: 450 }), fc.integer({ min: 1, max: 7 })), { minLength: 10, maxLength: 30 });

describe('properties', () => {
  test('[C7] pieces cover every number once: no gap, no overlap, at edges neither', () => {
    fc.assert(fc.property(shape, places, ({ table, edges: es }, some) => {
      const all = made(table);
      for (const r of [...some.map(([n, d]) => ratio(BigInt(n), BigInt(d) * 10n)), ...es.flatMap((e) => [ratio(BigInt(e), 10n), ratio(BigInt(e) * 1000n + 1n, 10_000n), ratio(BigInt(e) * 1000n - 1n, 10_000n)])]) expect(all.filter((p) => holds(p, r))).toHaveLength(1);
      all.forEach((p, i) => { expect(p.high).toEqual(all[i + 1]?.low ?? null); });
      expect(all[0]?.low).toBeNull();
    }), { numRuns: 150 });
  });
  test('[C6] a marginal table is continuous: at an edge the piece before it and the piece after it say the same', () => {
    fc.assert(fc.property(shape.filter((s) => s.kind === 'marginal'), ({ table }) => {
      const all = made(table);
      all.slice(1).forEach((p, i) => { const edge = p.low?.at ?? ZERO; expect(at(p, edge)).toEqual(at(all[i] as Piece, edge)); });
    }), { numRuns: 60 });
  });
  test('[C5] a marginal table of rates that are not negative never pays less for more', () => {
    fc.assert(fc.property(shape.filter((s) => s.kind === 'marginal'), places, ({ table }, some) => {
      const xs = some.map(([n, d]) => ratio(BigInt(n), BigInt(d) * 10n)).sort(compare);
      const ys = xs.map((x) => read(table, x));
      ys.slice(1).forEach((y, i) => { expect(compare(ys[i] as Ratio, y)).toBeLessThanOrEqual(0); });
    }), { numRuns: 40 });
  });
  test('a marginal table is the sum of its parts, each at its own value', () => {
    fc.assert(fc.property(shape.filter((s) => s.kind === 'marginal'), places, ({ table, edges: es, rates }, some) => {
      for (const [n, d] of some) {
        const x = ratio(BigInt(n), BigInt(d) * 10n);
        const parts = es.map((e, i): Ratio => {
          const low = ratio(BigInt(e), 10n), high = es[i + 1] === undefined ? undefined : ratio(BigInt(es[i + 1] as number), 10n);
          const width = subtract(high !== undefined && compare(x, high) > 0 ? high : x, low);
          const counted = compare(width, ZERO) < 0 && !(i === 0 && e === 0) ? ZERO : width;
          return multiply(counted, divide(parseRatio((rates[i] ?? '').replace('%', '')) as Ratio, ratio(100n)));
        });
        expect(equal(read(table, x), parts.reduce(add, ZERO))).toBe(true);
      }
    }), { numRuns: 60 });
  });
  test('pieces agree with readTable, which reads one at a known value', () => {
    fc.assert(fc.property(shape, places, ({ table }, some) => {
      for (const [n, d] of some) {
        const r = ratio(BigInt(n), BigInt(d) * 10n);
        expect(readTable(table, (t) => (t === table.by ? r : t.kind === 'number' ? t.value : null))).toEqual(read(table, r));
      }
    }), { numRuns: 60 });
  });
});

describe('readTable', () => {
  test('a blank is in no table read by size; in a lookup only `otherwise` has it', () => {
    expect(readTable(tableOf('payout', '{ steps: { 0%: 1% } }'), () => null)).toBeNull();
    const by = (rows: string): Table => tableOf('amount', `{ by: payee.role, lookup: { ${rows} } }`);
    const cell = (table: Table, role: string | null) => readTable(table, (t) => (t === table.by ? role : t.kind === 'number' ? t.value : null));
    expect(cell(by('AE: 5, otherwise: 1'), null)).toEqual(ONE);
    expect(cell(by('AE: 5, otherwise: 1'), 'AE')).toEqual(ratio(5n));
    expect(cell(by('AE: 5'), 'SDR')).toBeNull();
  });
});
