/** Guardrails on a credit (language.md section 4; section 6: factors multiply, reject beats hold beats reduce). */
import { multiply, ONE, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { isMap, mapOf, textOf, textsOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { byDate } from './facts.ts';
import { factor, isTrue, scopeOfRow } from './scope.ts';
import { FAR, later, periodAt } from './time.ts';
import { lineage } from './world.ts';
import type { Row, World } from './world.ts';

export type Status = 'pass' | 'reduce' | 'hold' | 'reject';
export interface Verdict {
  /** what is left of the credit once it passes; 0 where it is rejected */
  readonly factor: Ratio;
  readonly status: Status;
  /** guardrails that did something */
  readonly why: readonly string[];
}

const RANK: readonly Status[] = ['pass', 'reduce', 'hold', 'reject'];

export function guarded(world: World, fact: Row, payee: string | undefined): Verdict {
  let left = ONE, status: Status = 'pass';
  const why: string[] = [];
  for (const name of world.active) {
    const decision = decided(world, name, fact, payee);
    if (decision === 'pass') continue;
    why.push(name);
    if (typeof decision !== 'string') left = multiply(left, decision.factor);
    const found = typeof decision === 'string' ? decision : 'reduce';
    if (RANK.indexOf(found) > RANK.indexOf(status)) status = found;
  }
  return { factor: status === 'reject' ? ZERO : left, status, why };
}

type Decision = 'pass' | 'hold' | 'reject' | { readonly factor: Ratio };

function decided(world: World, name: string, fact: Row, payee: string | undefined): Decision {
  const guard = mapOf(world.guardrails[name]);
  if (!textsOf(guard['from']).some((kind) => lineage(world, fact.kind).includes(kind))) return 'pass';
  const date = fact.date ?? world.span.from;
  const scope = scopeOfRow(world, fact, { payee, window: periodAt(world.calendar, world.grain, date) });
  if (isTrue(guard['require'], scope)) return 'pass';
  const decision = outcome(world, name, guard, fact, date);
  if (decision === 'pass' || decision === 'hold' || decision === 'reject') return decision;
  const found = factor(decision, scope);
  // a share without a value is not known: the credit waits for it
  return found === null ? 'hold' : { factor: found };
}

/** What the guardrail does, unless a reviewer decided; a hold ends with `then`. */
function outcome(world: World, name: string, guard: YamlMap, fact: Row, date: number): Yaml {
  const otherwise = guard['otherwise'] ?? 'reject';
  const review = world.ask.rows('review').filter((r) => r.fields.get('fact') === fact.id && r.fields.get('guardrail') === name).toSorted(byDate).at(-1)?.fields.get('decision');
  if (typeof review === 'string') return review;
  if (isMap(otherwise) || !/^hold\b/.test(textOf(otherwise) ?? '')) return otherwise;
  const length = (textOf(otherwise) ?? '').slice('hold'.length).trim();
  const end = length === '' ? FAR : later(date, length);
  return world.known >= end ? guard['then'] ?? 'reject' : 'hold';
}
