/** A plan, people and facts as text that an analyst can read → figures of the oracle as text. */
import { formatRatio } from '../../src/value/rate.ts';
import { mapOf, readDocuments, textOf } from './documents.ts';
import type { Figure } from './figures.ts';
import { oracle } from './oracle.ts';
import type { Oracle } from './oracle.ts';

/** Documents in order: plans (those with `plan`), then one with people, roles, entities, facts, known. */
export function asked(text: string): Oracle {
  const documents = readDocuments(text), plans = documents.filter((d) => 'plan' in d), data = documents.find((d) => !('plan' in d)) ?? {};
  return oracle({
    plans, people: mapOf(data['people']), roles: mapOf(data['roles']), entities: mapOf(data['entities']), facts: mapOf(data['facts']),
    library: mapOf(data['library']), known: textOf(data['known']),
  });
}

/** `ann 2026-01 earned` → `500`; a period of `all` means every one. */
export function figures(text: string, ...wanted: readonly string[]): Record<string, string> {
  const found = asked(text);
  return Object.fromEntries(wanted.map((w) => {
    const [payee = '', period = '', path = ''] = w.split(' ');
    return [w, shown(found.figure(payee, period === 'all' ? '' : period, path))];
  }));
}
function shown(f: Figure): string {
  return f === undefined ? '' : typeof f === 'string' ? f : formatRatio(f);
}
