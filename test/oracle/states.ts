/** States: what holds from when until when, and the entries into it (language.md section 4 "state", section 7). */
import { byCodePoint } from '../../src/value/code-points.ts';
import { ratio, ZERO } from '../../src/value/rate.ts';
import { formatDay } from '../../src/value/period.ts';
import { mapOf, textOf, textsOf } from './documents.ts';
import { isTrue } from './scope.ts';
import { later } from './time.ts';
import type { Day } from './time.ts';
import { asOf, shown } from './value.ts';
import type { Value } from './value.ts';
import { entityOf, once } from './world.ts';
import type { Row, World } from './world.ts';

interface Stay { readonly from: Day; readonly to: Day | null; readonly value: Value }

const whose = (world: World, state: string): string => textOf(mapOf(world.states[state])['for']) ?? 'account';

/** The value of a state on a day; blank before anything is known. */
export function levelOn(world: World, state: string, entity: string, day: Day): Value {
  return stays(world, state, entity).find((s) => s.from <= day && (s.to === null || day < s.to))?.value ?? null;
}

/** Stays that have lasted: shorter ones are passed over, equal neighbours merge. */
function stays(world: World, state: string, entity: string): readonly Stay[] {
  return once(world, `state ${state} ${entity}`, () => {
    const spec = mapOf(world.states[state]), lasting = textOf(spec['lasting']);
    const now = Math.min(world.known, world.span.to);
    const all = 'while' in spec ? testedDays(world, state, entity, now) : changes(world, state, entity);
    const out: Stay[] = [];
    for (const stay of all) {
      if (lasting !== undefined && later(stay.from, lasting) > (stay.to ?? now)) continue;
      const before = out.pop();
      if (before === undefined) out.push(stay);
      else if (shown(before.value) === shown(stay.value)) out.push({ ...before, to: stay.to });
      else out.push({ ...before, to: stay.from }, stay);
    }
    return out;
  });
}

/** `from` and `value`: each change lasts until the next. */
function changes(world: World, state: string, entity: string): Stay[] {
  const spec = mapOf(world.states[state]), field = textOf(spec['value']) ?? 'value';
  const rows = textsOf(spec['from']).flatMap((from) => world.ask.rows(from))
    .filter((f) => f.date !== null && f.fields.get(whose(world, state)) === entity)
    .sort((a, b) => (a.date ?? 0) - (b.date ?? 0) || byCodePoint(a.id, b.id));
  return rows.map((f, i): Stay => ({ from: f.date ?? 0, to: rows[i + 1]?.date ?? null, value: asOf(f.fields.get(field), f.date ?? 0) }));
}

/** `while`: tested on every day. Days before the plan count too, so that what held before it is not an entry in it. */
const DAYS_BEFORE = 200;
function testedDays(world: World, state: string, entity: string, now: Day): Stay[] {
  const condition = textOf(mapOf(world.states[state])['while']), row = entityOf(world, whose(world, state), entity);
  const out: { from: Day; to: Day | null; value: boolean }[] = [];
  for (let day = world.span.from - DAYS_BEFORE; day < now; day += 1) {
    const value = isTrue(condition, { world, day, row, window: { from: day, to: day + 1 } });
    const last = out.at(-1);
    if (last?.value === value) last.to = day + 1;
    else out.push({ from: day, to: day + 1, value });
  }
  const last = out.at(-1);
  if (last?.value === true) last.to = null;
  return out;
}

/**
 * Entries are facts, dated at entry: a `while` state when `lasting` is over, a change on its own day
 * once it has lasted. `steps` counts levels.
 */
export function entriesOf(world: World, state: string): Row[] {
  const spec = mapOf(world.states[state]), who = whose(world, state);
  const entities = 'while' in spec ? [...world.entities.get(who)?.keys() ?? []]
    : [...new Set(textsOf(spec['from']).flatMap((from) => world.ask.rows(from)).flatMap((f) => { const e = f.fields.get(who); return typeof e === 'string' ? [e] : []; }))];
  return entities.sort(byCodePoint).flatMap((entity) => ('while' in spec ? whileEntries(world, state, entity) : changeEntries(world, state, entity)));
}

function entry(world: World, state: string, entity: string, since: Day, date: Day, more: Readonly<Record<string, Value>>): Row {
  const fields = { [whose(world, state)]: entity, since: { day: since }, ...more };
  return { kind: state, id: `${state}/${entity}/${formatDay(since)}`, date, reverses: null, fields: new Map(Object.entries(fields)) };
}

function whileEntries(world: World, state: string, entity: string): Row[] {
  const spec = mapOf(world.states[state]), again = textOf(spec['again_after']);
  const out: Row[] = [];
  for (const stay of stays(world, state, entity)) {
    if (stay.value !== true) continue;
    const date = later(stay.from, textOf(spec['lasting']) ?? '0 days'), before = out.at(-1)?.date;
    if (before !== undefined && before !== null && again !== undefined && later(before, again) > date) continue;
    out.push(entry(world, state, entity, stay.from, date, {}));
  }
  return out;
}

function changeEntries(world: World, state: string, entity: string): Row[] {
  const levels = textsOf(mapOf(world.states[state])['levels']);
  let previous: Value = null;
  return stays(world, state, entity).map((stay) => {
    const known = previous !== null && levels.length > 0;
    const steps = known ? ratio(BigInt(levels.indexOf(shown(stay.value)) - levels.indexOf(shown(previous)))) : ZERO;
    const made = entry(world, state, entity, stay.from, stay.from, { value: stay.value, previous, steps });
    previous = stay.value;
    return made;
  });
}
