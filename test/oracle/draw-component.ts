/** A drawn component: its measure, target and form of pay, and what gates, limits and shares it. */
import type { Yaml, YamlMap } from './documents.ts';
import type { Measure } from './draw-plan.ts';
import type { Random } from './random.ts';

export interface Setting { readonly r: Random; readonly measures: readonly Measure[]; readonly period: string; readonly incentive: boolean; /** what is known of people never changes, so single facts may be paid by it */ readonly steady: boolean }

export function drawComponent(s: Setting, name: string, depth: number): YamlMap {
  const { r } = s;
  if (depth > 0) {
    const parts = ['x', 'y', 'z'].slice(0, 2 + r.int(2)).map((n): [string, YamlMap] => [`${name}${n}`, drawLeaf(s, true)]);
    return { components: weighted(s, parts), ...drawEnds(s, { target: false, pot: false, own: true }) };
  }
  return drawLeaf(s, false);
}

/** Weights of all that share the incentive, to 100 %, or none at all. */
export function weighted(s: Setting, parts: readonly [string, YamlMap][]): YamlMap {
  const sharing = parts.filter(([, c]) => !('incentive' in c));
  if (!s.incentive || sharing.length === 0 || s.r.chance(20)) return Object.fromEntries(parts);
  const weights = s.r.from([[['100%']], [['50%', '50%'], ['33.3%', '66.7%']], [['25%', '35%', '40%'], ['50%', '20%', '30%']]][sharing.length - 1] ?? [[]]);
  return Object.fromEntries(parts.map(([name, c]) => { const at = sharing.findIndex(([n]) => n === name), weight = weights[at]; return [name, weight === undefined ? c : { weight, ...c }]; }));
}

/** Periods from the shortest on; a window holds whole ones. */
const GRAINS = ['month', 'quarter', 'half', 'year'];
const WINDOWS = ['quarter to date', 'year to date', 'half to date', 'whole quarter', 'whole half', 'whole year'];

/** What pay is drawn for. `own`: it may read the payee. */
interface One { readonly m: Measure; readonly target: boolean; readonly pot: boolean; readonly own: boolean; readonly per?: string | undefined }

function drawLeaf(s: Setting, inGroup: boolean): YamlMap {
  const { r } = s, m = r.from(s.measures), target = r.chance(60), single = !inGroup && m.single && m.whose === 'payee' && r.chance(15);
  const pool = !inGroup && !single && m.whose !== 'payee' && r.chance(25);
  const wider = WINDOWS.filter((w) => GRAINS.findIndex((g) => w.includes(g)) > GRAINS.indexOf(s.period));
  const window = !inGroup && !single && !pool && r.chance(30) ? { window: r.from(wider) } : {};
  const per = single ? r.from(['deal', 'account', 'stage']) : undefined;
  const one: One = { m, target, pot: pool, own: !pool && (!single || s.steady), per }, here = pool ? { ...s, incentive: false } : s;
  const pay = drawPay(here, one);
  // pay that is told apart by facts
  const lined = per === 'deal' || (per === undefined && !inGroup && !pool && m.single && m.summed && m.whose === 'payee' && !('amount' in pay) && !('of' in pay));
  return {
    ...s.incentive && !pool && r.chance(8) && { incentive: r.from(['600', '3_000 a year']) },
    measure: m.name, ...target && drawTarget(s, m, 'window' in window || single || pool, pool), ...window,
    ...!inGroup && r.chance(8) && s.period === 'month' && !('window' in window) && { period: 'quarter' },
    ...pay, ...per !== undefined && { per },
    ...drawEnds(here, one),
    ...pool && { pool: { share: r.from(['equal', 'payee.level']), ...r.chance(30) && { among: 'payee.level >= 2' } } },
    ...lined && r.chance(12) && { limits: { most: { at_most: r.from(['120', '500.25', '3 times']), ...r.chance(50) && { per: r.from(['payee', 'plan', 'account']) } } } },
  };
}

function drawTarget(s: Setting, m: Measure, accumulates: boolean, pot: boolean): YamlMap {
  const { r } = s, lower = r.chance(12);
  const target: Yaml = m.unit === 'percent' ? r.from(['80%', '110%', '0%']) : m.unit === 'count' ? r.from(['3', '10', '0', '2.5'])
    : r.from<Yaml>(['quota', 'quota', 'quota * 1.1', '1_000', '0', 'goal_term', m.whose === 'pod' ? 'pod.goal' : 'quota', ...pot ? [] : [{ by: 'payee.region', lookup: { east: '2_000', otherwise: '1_200.50' } }]]);
  return {
    target, ...!accumulates && r.chance(8) && m.form === 'sum' && !lower && { carry: 'shortfall' }, ...lower && { better: 'lower' },
    // a target that is always 0 must say what holds
    ...(r.chance(30) || target === '0' || target === '0%') && { no_target: r.from(['100%', '0%', 'hold']) }, ...r.chance(30) && { missing: r.from(['100%', '0%', 'hold']) },
  };
}

/** Ascending lower ends of a table; two at least. */
function edges(r: Random, kind: string, unit: 'money' | 'count' | 'percent'): string[] {
  const all = { money: ['0', '250', '700.50', '1_500', 'over 2_000', '4_000'], count: ['0', '1', '2', 'over 3', '10.0', '30.0'], percent: ['0%', '50%', '80%', 'over 90%', '100%', '150%'] }[unit].filter((e) => kind !== 'points' || !e.startsWith('over'));
  const chosen = all.filter((e, i) => r.chance(i === 0 ? 75 : 50));
  return chosen.length > 1 ? chosen : all.slice(0, 2 + r.int(2));
}
function drawTable(r: Random, kind: string, unit: 'money' | 'count' | 'percent', value: () => string): YamlMap {
  const rows = Object.fromEntries(edges(r, kind, unit).map((k): [string, Yaml] => [k, kind === 'points' && r.chance(10) ? [value(), value()] : value()]));
  return { [kind]: rows, ...kind === 'points' && r.chance(25) && { beyond: 'extend' } };
}
/** Two dimensions: an outer key of the payee, the inner one what `by` says. */
function maybeOuter(r: Random, by: string, kind: string, table: () => YamlMap): YamlMap {
  const one = table();
  if (!r.chance(20)) return r.chance(15) ? { by, ...one } : one;
  const other = table();
  return { by: ['payee.region', by], [kind]: { east: one[kind] ?? {}, west: other[kind] ?? {} }, ...'beyond' in one && { beyond: 'extend' } };
}

function drawPay(s: Setting, { m, target, pot, own, per }: One): YamlMap {
  const { r } = s, outer = (by: string, kind: string, table: () => YamlMap): YamlMap => (own ? maybeOuter(r, by, kind, table) : table()), by = target ? 'attainment' : 'value', unit = target ? 'percent' as const : m.unit;
  const percent = (): string => r.from(['1%', '2.5%', '3.33%', '0.7%', '0%', own ? 'rate_term' : '4%']), plain = (): string => r.from(['10', '2.5', '0.333', '0', '7']);
  const form = r.from(['rate', 'rate', 'rate', ...s.incentive ? ['payout', 'payout', 'payout'] : [], 'amount']);
  const share = (): string => r.from(['0%', '40%', '66.6%', '100%', '150%', '85%']);
  switch (form) {
    case 'rate': {
      const unitRate = m.unit === 'money' ? percent : plain;
      const multiple = target && s.incentive && r.chance(35), value = multiple ? (): string => r.from(['1x', '1.5x', '0.5x', '2x', 'boost']) : unitRate;
      const of = target && r.chance(12) ? { of: 'excess' } : {};
      if (r.chance(25)) return { rate: value(), ...of };
      if (own && r.chance(15)) {
        const byFact = (): string => (s.steady ? unitRate() : unitRate().replace('rate_term', '4%'));
        return { rate: r.from<YamlMap>([{ by: 'payee.region', lookup: { east: unitRate(), west: unitRate() } }, ...m.single && m.whose === 'payee' && m.form === 'sum' && (per === undefined || per === 'deal') ? [{ by: 'account.tier', lookup: { A: byFact(), otherwise: byFact() } }] : []]) };
      }
      const kind = r.from(['marginal', 'marginal', 'retroactive', 'points']);
      return { rate: outer(by, kind, () => drawTable(r, kind, unit, kind === 'points' && !multiple ? () => unitRate().replace('rate_term', '4%') : value)), ...of };
    }
    case 'payout': {
      if (r.chance(15)) return { payout: target ? r.from(['attainment', 'min(attainment, 120%)', '80%']) : share() };
      const kind = r.from(['steps', 'points', 'points', ...target ? ['marginal'] : []]);
      return { payout: outer(by, kind, () => drawTable(r, kind, unit, kind === 'marginal' ? () => r.from(['1x', '0.5x', '1.5x']) : share)) };
    }
    case 'amount': {
      const amount = (): string => r.from(['0', '50', '75.50', '200', '33.33', pot ? '90' : 'goal_term']);
      if (r.chance(30)) return { amount: r.from<Yaml>(['120 a month', '1_000 a year', '75', m.unit === 'money' ? 'value * 1.5%' : '12.34', m.unit === 'money' ? 'min(value * 5%, 200)' : '99', ...own ? [{ by: 'payee.region', lookup: { east: '40', otherwise: '25.25' } }] : []]) };
      const kind = r.from(['steps', 'steps', 'points']);
      return { amount: outer(by, kind, () => drawTable(r, kind, unit, kind === 'points' ? () => amount().replace('goal_term', '90') : amount)) };
    }
    default: return {};
  }
}

/** Gates, factors, cap and floor, of a component or of a group's sum. */
function drawEnds(s: Setting, { m, target, pot, own }: Omit<One, 'm'> & { readonly m?: Measure }): YamlMap {
  const { r } = s, other = r.from(s.measures.filter((x) => x.whose === 'payee').length > 0 ? s.measures.filter((x) => x.whose === 'payee') : s.measures);
  const level = { money: '800', count: '2', percent: '60%' }[other.unit];
  const usable = pot ? other === m : other.whose === 'payee' || other === m;
  const conditions = [...usable ? [`${other.name} >= ${level}`, `${other.name} > 0`] : [], ...target ? ['attainment >= 70%'] : [], ...own ? ['payee.level >= 2', 'payee.region = "east" or payee.level > 3'] : []];
  const factors: Yaml[] = ['1.1', 'boost', ...own ? [{ by: 'payee.region', lookup: { east: '1.2x', west: '0.8x' } }, 'if(payee.level > 2, 1.5, 0.75)'] : [], ...target ? [{ by: 'attainment', steps: { '0%': '0.5x', '60%': '1x' } }, { by: 'attainment', points: { '0%': '0.5x', '100%': '1x' } }] : [], ...usable ? [{ by: other.name, ...drawTable(r, 'steps', other.unit, () => r.from(['0.5x', '1x', '1.25x'])) }] : []];
  const most = (): string => (s.incentive && r.chance(50) ? r.from(['120%', '200%', '60%']) : r.from(['400', '90.05', '5%'].slice(0, s.incentive ? 3 : 2)));
  return {
    ...conditions.length > 0 && r.chance(22) && { gates: { g: { require: r.from(conditions), ...r.chance(70) && { otherwise: r.from(['50%', 'hold', '0%', ...s.incentive ? ['at most 50%'] : []]) } } } },
    ...r.chance(22) && { multiply: { f: r.from(factors), ...r.chance(25) && { h: r.from(factors) } } },
    ...r.chance(15) && { cap: r.chance(25) ? [most(), most()] : most() }, ...r.chance(10) && { floor: r.from(['10', '55.55', ...s.incentive ? ['5%'] : []]) },
  };
}
