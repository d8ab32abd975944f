/** Drawn companies: people, groups, facts and plans, to be calculated twice and compared. All of it follows from the seed. */
import { formatDay, parseDay } from '../../src/value/period.ts';
import { must } from '../../src/value/diagnostic.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { drawPlan } from './draw-plan.ts';
import { drawReversals, drawSingle } from './draw-single.ts';
import { random } from './random.ts';
import type { Random } from './random.ts';

export interface Drawn {
  readonly plans: readonly YamlMap[];
  /** documents that are laid over a version of a plan */
  readonly amendments: readonly YamlMap[];
  readonly templates: readonly YamlMap[];
  readonly people: YamlMap;
  readonly roles: YamlMap;
  readonly entities: YamlMap;
  readonly facts: YamlMap;
}

/** Fields of everything that is drawn; both sides read the plans with these. */
export const KINDS: YamlMap = {
  account: { fields: { tier: 'text', lead: 'payee', size: 'number', pod: 'pod' } },
  pod: { fields: { goal: 'money' } },
  role: { fields: { quota: 'money', rate_term: 'percent' } },
  person: { fields: { pod: 'pod', region: 'text', level: 'number', quota: 'money', rate_term: 'percent' } },
  deal: { fields: { owner: 'payee', second: 'payee', third: 'payee', team: 'payees', shares: 'splits', account: 'account', stage: 'text', amount: 'money', cost: 'money', qty: 'number', part: 'percent', closed: 'date', renewal: 'yes/no', reverses: 'deal', currency: 'text' } },
  currency: { fields: { usd: 'number', per_usd: 'number' } },
  call: { fields: { owner: 'payee', minutes: 'number' } },
};

const PAYEES = ['ann', 'ben', 'cat', 'dan', 'eve'] as const;
const BASE = must(parseDay('2026-01-01'));
/** A day of the half year that plans are about, sometimes just outside. */
export function drawDay(r: Random): string {
  return formatDay(BASE + (r.chance(4) ? r.int(240) - 30 : r.chance(15) ? r.from([0, 30, 31, 58, 59, 89, 90, 119, 120, 180]) : r.int(181)));
}

export function draw(seed: number, plans: number): Drawn {
  // a stream of its own, so that the rest of what is drawn does not depend on it
  const r = random(seed), single = random(seed + 1_000_000), steady = r.chance(40);
  return {
    people: people(r, steady), roles: { AE: { quota: money(r, 9_000), rate_term: '2.5%' }, SE: { quota: dated(r, () => money(r, 7_000)), rate_term: steady ? '3.1%' : dated(r, () => r.from(['1%', '3.1%', '0.77%'])) } },
    entities: {
      account: { x: { tier: 'A', lead: 'eve', size: '3', pod: 'north' }, y: { tier: dated(r, () => r.from(['A', 'B', 'C'])), lead: 'dan', size: dated(r, () => String(r.int(9))), pod: dated(r, () => r.from(['north', 'south'])) }, z: { tier: 'C' } },
      pod: { north: { goal: dated(r, () => money(r, 9_000)) }, south: { goal: money(r, 6_000) } },
    },
    facts: { deal: drawReversals(single, deals(r)), call: calls(r) },
    plans: [...Array.from({ length: plans }, (_, i) => copied(drawPlan(r, `p${i}`, steady))), ...Array.from({ length: 3 }, (_, i) => copied(drawSingle(single, `single${i}`)))], amendments: [], templates: [],
  };
}

/** Without parts that are shared: they would be written as anchors. */
function copied(plan: YamlMap): YamlMap {
  return JSON.parse(JSON.stringify(plan)) as YamlMap;
}

function money(r: Random, most: number): string {
  return r.chance(30) ? String(100 * (1 + r.int(most / 100))) : `${1 + r.int(most)}.${String(r.int(100)).padStart(2, '0')}`;
}
/** One value, or two or three dated ones. */
function dated(r: Random, value: () => string): Yaml {
  if (r.chance(55)) return value();
  const days = [...new Set(Array.from({ length: 1 + r.int(2) }, () => drawDay(r)))].sort();
  return [{ value: value() }, ...days.map((from) => ({ from, value: value() }))];
}

function people(r: Random, steady: boolean): YamlMap {
  const known = (value: () => string): Yaml => (steady ? value() : dated(r, value));
  const above = ['', 'ann', 'ann', 'ben', 'ben'];
  return Object.fromEntries(PAYEES.map((id, i): [string, YamlMap] => {
    const boss = must(above[i]), other = i > 2 ? 'cat' : boss;
    return [id, {
      ...boss !== '' && { manager: dated(r, () => r.from([boss, other])) },
      role: known(() => r.from(['AE', 'SE'])), region: known(() => r.from(['east', 'west'])), level: known(() => String(1 + r.int(4))),
      ...r.chance(85) && { pod: dated(r, () => r.from(['north', 'south'])) },
      ...r.chance(35) && { quota: dated(r, () => money(r, 9_000)) },
      ...r.chance(25) && { hired: drawDay(r) },
      // who leaves has been there for a while
      ...r.chance(20) && { left: formatDay(BASE + 100 + r.int(90)) },
    }];
  }));
}

function deals(r: Random): Yaml[] {
  const rows: Record<string, Yaml>[] = [];
  for (let i = 0, n = r.chance(10) ? r.int(6) : 6 + r.int(30); i < n; i += 1) {
    const before = rows.filter((d) => d['reverses'] === undefined);
    if (before.length > 0 && r.chance(8)) {
      const of = r.from(before);
      before.splice(before.indexOf(of), 1);
      // one reversal a deal
      if (!rows.some((d) => d['reverses'] === of['id'])) rows.push({ id: `d${i}`, date: later(drawDay(r), of['date'] as string), reverses: must(of['id']) });
      continue;
    }
    const owner = r.from(PAYEES), second = r.from(PAYEES), third = r.from(PAYEES);
    rows.push({
      id: `d${i}`, date: drawDay(r), owner, ...second !== owner && r.chance(60) && { second }, ...third !== owner && third !== second && r.chance(40) && { third },
      ...r.chance(70) && { team: r.some(PAYEES, 3) }, ...r.chance(60) && { shares: shares(r) },
      ...r.chance(92) && { account: r.from(['x', 'y', 'z']) }, stage: r.from(['Won', 'Won', 'Lost']),
      amount: `${r.chance(10) ? '-' : ''}${money(r, 4_000)}`, ...r.chance(80) && { cost: money(r, 900) }, qty: r.from(['1', '2', '3', '7', '0', '2.5', '0.125']),
      ...r.chance(80) && { part: r.from(['10%', '33.3%', '50%', '100%']) }, ...r.chance(90) && { closed: drawDay(r) }, renewal: r.from(['yes', 'no']),
    });
  }
  return rows.map((row) => (Array.isArray(row['team']) && row['team'].length === 0 ? Object.fromEntries(Object.entries(row).filter(([k]) => k !== 'team')) : row));
}
/** Nothing goes back before it came. */
function later(a: string, b: string): string {
  return a < b ? b : a;
}
function shares(r: Random): Yaml {
  const [a, b] = [r.from(PAYEES), r.from(PAYEES)], part = r.from([10, 25, 40, 60]);
  return a === b ? [[a, '80%']] : [[a, `${part}%`], [b, `${100 - part}%`]];
}
function calls(r: Random): Yaml[] {
  return Array.from({ length: r.int(12) }, (_, i) => ({ id: `c${i}`, date: drawDay(r), owner: r.from(PAYEES), minutes: r.from(['5', '12.5', '30', '0', '90']) }));
}
