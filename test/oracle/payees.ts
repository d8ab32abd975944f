/** Everybody who could be paid: the people who were given, and whoever is credited with a fact. */
import { textsOf, mapsOf } from './documents.ts';
import { creditsOf, creditsOfEntities } from './credits.ts';
import { once } from './world.ts';
import type { World } from './world.ts';

export function payees(world: World): readonly string[] {
  return once(world, 'payees', () => {
    const credited = mapsOf(world.credits).flatMap(([, rule]) => textsOf(rule['from']));
    const kinds = new Set([...credited, ...world.given.keys(), ...Object.keys(world.kinds)].filter((k) => k !== 'earning'));
    const names = new Set(world.people.keys());
    for (const kind of kinds) {
      const found = world.entities.has(kind) && !world.given.has(kind) ? creditsOfEntities(world, kind, world.span.to - 1) : creditsOf(world, kind);
      for (const c of found) if (c.counts) names.add(c.payee);
    }
    return [...names].filter((p) => world.ask.eligible(p).length > 0);
  });
}
