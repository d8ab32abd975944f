/** Facts that are paid one by one by what was in force on their days: each line says what it read, and the lines come to the amount. */
import { expect, test } from 'vitest';
import { calculated } from '../../src/app/explain.fixture.ts';
import { explain } from '../../src/app/explain.ts';
import { explanationText } from '../../src/app/explain-text.ts';
import { openMemory } from '../../src/engine/memory.ts';
import { nothingWalked, walk } from './walk.ts';

const FACTS = `facts:
  person: { fields: { cut: percent, pod: text } }
  deal: { fields: { owner: payee, amount: money, size: number } }
sources:
  people: { file: p.csv, into: person, id: id, fields: { cut: c, pod: p, from: since } }
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: m, size: s } }
`;
const PLAN = `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
terms: { cut: percent = 1%, most: money = 200 }
components:
  plain: { measure: { sum: amount, from: deal }, per: deal, rate: cut }
  full:
    measure: { sum: amount, from: deal }
    per: deal
    rate: { by: size, retroactive: { 0: 5%, 3: cut } }
    gates: { own: { require: "payee.pod = \\"north\\" and size < 9", otherwise: cut } }
    multiply: { more: { by: payee.pod, lookup: { north: 1x, south: 2x } } }
    cap: most
`;
const deal = (id: string, date: string, size: string): Record<string, string> => ({ id, date, owner: 'ann', amount: '1000', size });

test('each line is worked out again from its own sentences', async () => {
  const run = await calculated({
    plans: { 'p.yaml': PLAN }, facts: FACTS, engine: openMemory(), rows: { deal: [deal('d1', '2026-01-10', '1'), deal('d2', '2026-02-10', '3'), deal('d3', '2026-03-10', '3')] },
    entities: { person: [{ id: 'ann', cut: '0.1', pod: 'north' }, { id: 'ann', from: '2026-02-01', cut: '0.2', pod: 'north' }, { id: 'ann', from: '2026-03-01', cut: '0.2', pod: 'south' }] },
  });
  const { value } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds });
  if (value === undefined) throw new Error('nothing is explained');
  const walked = nothingWalked();
  walk(value, 'single days', walked);
  const [plain, full] = value.plans[0]?.components ?? [];
  expect([plain?.amount, plain?.parts.map((p) => [p.line, p.amount])]).toEqual(['500.00', [['d1', '100.00'], ['d2', '200.00'], ['d3', '200.00']]]);
  // 5 %; 20 %, at most 200; 20 % × 20 % × 2
  expect(full?.parts.map((p) => p.amount)).toEqual(['50.00', '200.00', '80.00']);
  const text = explanationText(value, { all: true });
  expect(text).toContain('10 %');
  expect(text).toContain('20 %');
  expect([walked.lines, walked.wrong]).toEqual([2, []]);
});
