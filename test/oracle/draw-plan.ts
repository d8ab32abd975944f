/** A drawn plan: credits, measures and components from the whole language as far as it is calculated. */
import type { Yaml, YamlMap } from './documents.ts';
import { drawComponent, weighted } from './draw-component.ts';
import type { Setting } from './draw-component.ts';
import type { Random } from './random.ts';

/** What a drawn measure is, for the tables and formulas that read it. */
export interface Measure { readonly name: string; readonly unit: 'money' | 'count' | 'percent'; readonly whose: 'payee' | 'pod' | 'company'; readonly plain: boolean; /** of deals, each of which can be paid by itself */ readonly single: boolean; /** a sum that is nothing but its facts */ readonly summed: boolean; readonly form: string }

// left out: `states`, `from: earning`, releases and settlement: the stages do not calculate them or the figures are not pay; `exchange` is drawn in draw-money.ts
export function drawPlan(r: Random, name: string, steady: boolean): YamlMap {
  const period = r.from(['month', 'month', 'month', 'quarter', 'quarter', 'half']);
  const credits = drawCredits(r), measures = drawMeasures(r, credits);
  const setting: Setting = { r, measures: measures.list, period, incentive: r.chance(85), steady };
  const n = 1 + r.int(3);
  const components = weighted(setting, Array.from({ length: n }, (_, i): [string, YamlMap] => [`${name}c${i}`, drawComponent(setting, `${name}c${i}`, r.chance(20) ? 1 : 0)]));
  // left out beside a pot: a cap in percent; what a pot is to the incentive of each who shares it is not said
  const pots = Object.values(components).some((c) => 'pool' in (c as YamlMap));
  const guards = r.chance(25) ? drawGuardrails(r) : undefined;
  return {
    plan: name, // left out: a version that begins within a period: the two clip what has a unit of time differently (see the incentive of a cut quarter)
    effective: '2026-01-01 / 2026-07-01', period,
    ...r.chance(25) && { payees: r.from(['role = "AE"', 'region = "east"', 'level >= 2', 'region = "west" or level = 1']) },
    ...setting.incentive && { incentive: r.from(['12_000 a year', 'pay', '900', '1_000 a month', 'pay * 50%']) },
    ...r.chance(25) && { prorate: r.from(['days', 'days after the first', 'none']) },
    terms: { quota: `money a ${r.from(['month', 'quarter', 'year'])} = 4_000`, pay: 'money a year = 20_000', rate_term: 'percent = 2%', goal_term: 'money = 1_500', boost: 'factor = 1.3x' },
    ...r.chance(20) && { round: drawRound(r) },
    credits, measures: measures.map, ...guards !== undefined && { guardrails: guards },
    components,
    ...r.chance(10) && { cap: setting.incentive && !pots && r.chance(50) ? '150%' : r.from(['300', '1_000.50']) },
  };
}

function drawRound(r: Random): YamlMap {
  const points = r.some(['measure', 'days', 'part', 'incentive', 'target', 'attainment', 'payout', 'rate', 'factor', 'tier', 'end'], 2);
  const units: YamlMap = { measure: '1', days: '0.0001', part: '0.01', incentive: '1', target: '1', attainment: '0.1%', payout: '1%', rate: '0.0001', factor: '0.1', tier: '0.01', end: '1' };
  return Object.fromEntries(points.map((p) => [p, `${String(units[p])}${r.from(['', '', ' down', ' up'])}`]));
}

function drawCredits(r: Random): YamlMap {
  const quality = (): Yaml => (r.chance(60) ? r.from(['0.8x', '1.25x']) : { by: 'account.tier', lookup: { A: '1.2x', otherwise: '0.9x' } });
  const direct = r.from<YamlMap>([
    { from: 'deal' }, { from: 'deal', to: 'owner' }, { from: 'deal', to: 'team' }, { from: 'deal', to: 'shares' }, { from: 'deal', to: 'owner', share: r.from(['50%', '80%', 'part']) },
    { from: 'deal', split: { owner: '60%', second: 'rest' } }, { from: 'deal', split: [{ second: '20%' }, { owner: '70%', third: 'rest' }] }, { from: 'deal', split: { owner: '33.3%', second: '25%' } },
  ]);
  const where = r.chance(15) ? { where: r.from(['stage = "Won"', 'amount > 500', 'not renewal', 'qty >= 2']) } : {};
  return {
    main: { ...direct, ...where, ...r.chance(15) && { factor: quality() } }, calls: { from: 'call' },
    ...r.chance(20) && { lead: { from: 'deal', to: 'account.lead', overlay: 'yes', share: r.from(['30%', '100%']), ...direct['to'] !== 'team' && direct['to'] !== 'shares' && r.chance(25) && { yields_to: 'main' } } },
    ...r.chance(30) && { above: { from: 'deal', to: 'owner', up: 'manager', levels: r.from(['1', '2', 'all']), overlay: 'yes', ...r.chance(20) && { share: '50%' }, ...r.chance(20) && { factor: quality() } } },
  };
}

function drawGuardrails(r: Random): YamlMap {
  const one = (): YamlMap => ({ from: 'deal', require: r.from(['account.size >= 3', 'amount < 3_000', 'cost < amount * 50%', 'stage = "Won"', 'closed - date <= 60']), otherwise: r.from(['reject', '80%', '0.5x', 'hold', 'reject']) });
  return { g0: one(), ...r.chance(40) && { g1: one() } };
}

const WHERE = ['stage = "Won"', 'amount > 700', 'renewal', 'qty between 1 and 3', 'account.tier = "A"', 'account.tier in ("A", "C")', 'cost < 400 or stage <> "Lost"', 'account.size > 2', 'month(date) <> 2'];

interface Drawn { readonly list: readonly Measure[]; readonly map: YamlMap }
function drawMeasures(r: Random, credits: YamlMap): Drawn {
  const list: Measure[] = [], map: Record<string, Yaml> = {};
  const rules = Object.keys(credits).filter((c) => c !== 'calls');
  const add = (measure: Omit<Measure, 'name' | 'single' | 'summed'>, body: YamlMap): void => { const name = `m${list.length}`; list.push({ name, ...measure, single: measure.plain && body['from'] !== 'call', summed: measure.plain && !('limits' in body) && !('half_life' in body) }); map[name] = body; };
  const whose = (): Measure['whose'] => r.from(['payee', 'payee', 'payee', 'payee', 'payee', 'pod', 'company']);
  const frame = (w: Measure['whose']): YamlMap => ({
    // a payee is credited with a fact by one rule in a measure: overlays would count it twice
    from: 'deal', ...w === 'payee' ? { credited: r.from(rules) } : { for: w }, ...r.chance(50) && { where: r.from(WHERE) },
    // left out: `date: closed`: whether the payee must be on the plan on that day, or on the fact's own, is not said
    ...r.chance(8) && { look_back: r.from(['45 days', '100 days']) },
  });
  const money = (w: Measure['whose']): void => add({ unit: 'money', whose: w, plain: true, form: 'sum' }, {
    sum: r.from(['amount', 'amount', 'cost', 'amount - cost', 'amount * part', 'amount * 0.5', 'abs(amount)', 'if(renewal, amount, cost)']), ...frame(w),
    ...r.chance(12) && { factors: { f: r.from<Yaml>(['1.5', { by: 'account.tier', lookup: { A: '2x', otherwise: '1x' } }, { by: 'amount', steps: { 0: '0.5x', 1_000: '1x' } }]) } },
    ...r.chance(8) && { limits: { most: { at_most: r.from(['900', '2_500.50']), ...r.chance(60) && { per: r.from(['account', 'day', 'stage']) } } } },
  });
  money(whose());
  for (let i = 0, n = 1 + r.int(3); i < n; i += 1) {
    const w = whose(), form = r.from(['money', 'money', 'qty', 'count', 'distinct', 'ratio', 'formula', 'calls']);
    const { from: kind, ...rest } = frame(w);
    const sums = list.filter((m) => m.form === 'sum' && m.unit === 'money');
    if (form === 'money') money(w);
    else if (form === 'calls') add({ unit: 'count', whose: 'payee', plain: true, form: 'sum' }, { sum: 'minutes', from: 'call' });
    else if (form === 'qty') add({ unit: 'count', whose: w, plain: true, form: 'sum' }, { sum: 'qty', from: kind as string, ...rest });
    else if (form === 'count') add({ unit: 'count', whose: w, plain: true, form }, { count: 'deal', ...rest });
    else if (form === 'distinct') add({ unit: 'count', whose: w, plain: false, form }, { distinct: r.from(['account', 'closed', 'stage']), from: kind as string, ...rest });
    else if (form === 'ratio') { const [a, b] = [r.from(sums), r.from(sums)]; if (a.whose === b.whose) add({ unit: 'percent', whose: a.whose, plain: false, form }, { ratio: [a.name, b.name] }); }
    else if (form === 'formula') { const [a, b] = [r.from(sums), r.from(sums)]; if (a.whose === b.whose) add({ unit: 'money', whose: a.whose, plain: false, form }, { formula: r.from([`${a.name} + ${b.name}`, `${a.name} - ${b.name} * 0.5`, `${a.name} * 30%`, `max(${a.name}, ${b.name})`]) }); }
    else { const of = r.from(['amount', 'qty']); add({ unit: of === 'amount' ? 'money' : 'count', whose: w, plain: false, form }, { [form]: of, from: kind as string, ...rest }); }
  }
  return { list, map };
}
