/** Deals that are paid one by one, by tables that are not in proportion, and more of them taken back: what takes back a deal takes back its pay. */
import { listOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import type { Random } from './random.ts';

export function drawSingle(r: Random, name: string): YamlMap {
  const count = 1 + r.int(3), split = r.chance(40);
  return {
    plan: name, effective: '2026-01-01 / 2026-07-01', period: r.from(['month', 'quarter']), ...r.chance(30) && { round: { end: r.from(['0.1', '1 down', '0.05']) } },
    ...split && { credits: { main: { from: 'deal', split: [{ second: r.from(['25%', '33.3%']), owner: 'rest' }] } } },
    measures: { won: { sum: 'amount', from: 'deal' }, margin: { sum: 'amount - cost', from: 'deal' }, mean: { average: 'amount', from: 'deal' } },
    components: Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}c${i}`, component(r)])),
  };
}

function component(r: Random): YamlMap {
  const amounts = (): Yaml => table(r, ['0', '75.50', '450', '12.345']), rates = (): Yaml => table(r, ['0%', '1%', '2.5%', '8.125%']);
  const pay = r.from<YamlMap>([{ amount: { steps: amounts() } }, { amount: { points: amounts() } }, { amount: '25' }, { rate: { retroactive: rates() } }, { rate: { marginal: rates() } }, { rate: '7.77%' }]);
  return {
    measure: r.from(['won', 'won', 'margin', 'mean']), per: 'deal', ...pay, ...'rate' in pay && r.chance(20) && { of: 'won' },
    ...r.chance(30) && { gates: { large: { require: 'value >= 700', otherwise: r.from(['0%', '50%', 'hold']) } } },
    ...r.chance(30) && { multiply: { size: { by: 'value', steps: { 0: '0.5x', '700.50': '1.5x' } } } },
    ...r.chance(30) && { cap: '120.005' }, ...r.chance(30) && { floor: '5' },
  };
}
function table(r: Random, values: readonly string[]): YamlMap {
  return Object.fromEntries(['0', '250', '700.50', '2_000'].filter((_, i) => i === 0 || r.chance(60)).map((edge) => [edge, r.from(values)]));
}

/** Facts with more deals that are taken back, each once, on its day or later. */
export function drawReversals(r: Random, deals: readonly Yaml[]): Yaml[] {
  const rows = deals as readonly YamlMap[], gone = new Set(rows.map((d) => d['reverses']));
  const open = rows.filter((d) => d['reverses'] === undefined && !gone.has(d['id'] ?? '') && r.chance(15));
  const later = listOf(rows.map((d) => d['date'] ?? ''));
  return [...deals, ...open.map((d, i) => { const day = r.from(later), own = d['date'] ?? ''; return { id: `back${i}`, date: String(day) < String(own) ? own : day, reverses: d['id'] ?? '' }; })];
}
