/** The same drawn company with deals in several currencies, and plans that convert them, or do not. */
import { mapOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { drawDay, type Drawn } from './draw.ts';
import { random } from './random.ts';
import type { Random } from './random.ts';

export function inCurrencies(drawn: Drawn, seed: number): Drawn {
  const r = random(seed + 1_000_000);
  const deals = (drawn.facts['deal'] as readonly YamlMap[]).map((d): YamlMap => (d['reverses'] === undefined && r.chance(60) ? { ...d, currency: r.from(['EUR', 'EUR', 'KWD', 'CHF']) } : d));
  return {
    ...drawn, facts: { ...drawn.facts, deal: deals },
    entities: { ...drawn.entities, currency: { EUR: { usd: rates(r), per_usd: '0.9' }, KWD: { usd: rates(r), per_usd: rates(r) }, GBP: { usd: '1.25' } } },
    plans: drawn.plans.map((plan) => ({ ...plan, ...exchange(r) })),
  };
}
/** From a day on, so that there may be none before it. */
function rates(r: Random): Yaml {
  const days = [...new Set(Array.from({ length: 1 + r.int(3) }, () => drawDay(r)))].sort();
  return days.map((from) => ({ from, value: r.from(['1.1', '1.085', '3.25', '0.333333']) }));
}
function exchange(r: Random): YamlMap {
  const rate = r.from<Yaml | undefined>([undefined, 'currency.usd', 'currency.usd', '1 / currency.per_usd', 'if(currency = "EUR", 1.07, currency.usd)',
    { by: 'currency', lookup: { EUR: '1.08', KWD: '10 / 3' } }, { by: 'date', steps: { '2026-01-01': '1.5', '2026-03-15': '1.6667' } }]);
  return rate === undefined ? mapOf({}) : { exchange: { rate, ...r.chance(40) && { at: 'period' } } };
}
