/** The smallest drawn company that still differs, and how it is shown: plan and facts as files. */
import type { ProgramRunner } from '../src/engine/engine.ts';
import { isMap, written, type Yaml, type YamlMap } from './language/yaml.ts';
import { compare } from './oracle-runs.ts';
import type { Drawn } from './oracle/draw.ts';

/** Takes away whatever the difference does not need: facts, people's fields, keys of the plan. */
export async function smallest(drawn: Drawn, plan: string, open: () => Promise<ProgramRunner>): Promise<Drawn> {
  const named = (p: YamlMap): boolean => p['plan'] === plan;
  let now: Drawn = { ...drawn, plans: drawn.plans.filter(named), amendments: drawn.amendments.filter(named) };
  now = { ...now, templates: now.templates.filter((t) => now.plans.some((p) => p['based_on'] === t['template'])) };
  // a figure that differs must stay one: a smaller company that is refused is another fault
  const found = async (d: Drawn): Promise<string> => { try { const [first] = (await compare(d, open)).differences; return first === undefined ? 'same' : first.kind === 'figures' ? first.kind : first.rows[0]?.replaceAll(/\d+|\w*\.\w+/g, '#') ?? ''; } catch { return 'same'; } };
  const first = await found(now), differs = async (d: Drawn): Promise<boolean> => await found(d) === first;
  if (first === 'same') return drawn;
  for (let changed = true; changed;) {
    changed = false;
    for (const smaller of smallerOf(now)) {
      if (!await differs(smaller)) continue;
      now = smaller;
      changed = true;
      break;
    }
  }
  return now;
}
function smallerOf(d: Drawn): Drawn[] {
  return [...cuts(d.facts).map((facts) => ({ ...d, facts })), ...cuts(d.plans[0] ?? {}).map((p) => ({ ...d, plans: [p] })), ...cuts(d.amendments).map((amendments) => ({ ...d, amendments })), ...cuts(d.templates).map((templates) => ({ ...d, templates })), ...fieldCuts(d.people).map((people) => ({ ...d, people })), ...fieldCuts(d.entities).map((entities) => ({ ...d, entities })), ...cuts(d.roles).map((roles) => ({ ...d, roles }))];
}
/** Everybody stays, with less known of him: who is there is a question of its own. */
function fieldCuts(rows: YamlMap): YamlMap[] {
  return Object.entries(rows).flatMap(([id, row]) => cuts(row).map((smaller) => ({ ...rows, [id]: smaller })));
}
/** Every way to leave out one thing, the largest first. */
function cuts<T extends Yaml>(value: T): T[] {
  if (typeof value === 'string') return [];
  if (!isMap(value)) {
    const list = value as readonly Yaml[];
    const halves = list.length > 3 ? [list.slice(0, list.length / 2), list.slice(list.length / 2)] : [];
    return [...halves, ...list.map((_, i) => list.filter((__, j) => j !== i)), ...list.flatMap((v, i) => cuts(v).map((w) => list.map((x, j) => (j === i ? w : x))))] as unknown as T[];
  }
  const keys = Object.keys(value).filter((k) => k !== 'plan' && k !== 'template' && k !== 'amends' && k !== 'effective' && k !== 'id' && k !== 'date');
  const map = value as YamlMap;
  return [...keys.map((k) => Object.fromEntries(Object.entries(map).filter(([n]) => n !== k))), ...keys.flatMap((k) => cuts(map[k] ?? '').map((v) => ({ ...map, [k]: v })))] as unknown as T[];
}
/** As text to read and to keep. */
export function shownCase(d: Drawn): string {
  return [...d.templates.map(written), ...d.plans.map(written), ...d.amendments.map(written), written({ people: d.people, roles: d.roles, entities: d.entities, facts: d.facts })].join('---\n').replaceAll('"', '');
}
