/** Stage 2, credits: rules → shares → `factor` → guardrails (language.md section 4 "credit", section 6.2). */
import { byCodePoint } from '../../src/value/code-points.ts';
import { add, compare, multiply, negate, ONE, ratio, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { formatRatio } from '../../src/value/rate.ts';
import { listOf, mapOf, mapsOf, textOf, textsOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import { guarded } from './guardrails.ts';
import type { Status, Verdict } from './guardrails.ts';
import { isOn, eligibleIn, working } from './people.ts';
import { factor, fieldOf, isTrue, maybe, number, scopeOfRow } from './scope.ts';
import type { Scope } from './scope.ts';
import { daysOf, LONG_AGO, periodAt } from './time.ts';
import type { Day } from './time.ts';
import { Bad, isList, isRatio } from './value.ts';
import { once, personField } from './world.ts';
import type { Row, World } from './world.ts';

export interface Credit {
  readonly payee: string;
  readonly fact: Row;
  readonly rule: string;
  /** 0 while it is held */
  readonly share: Ratio;
  /** what it will be once a hold passes */
  readonly whole: Ratio;
  readonly via: string | undefined;
  readonly status: Status;
  readonly why: readonly string[];
  /** the payee is on the plan on the fact's day */
  readonly counts: boolean;
}
interface Recipient { readonly payee: string; readonly share: Ratio; readonly via?: string }

/** All credits of the facts of a kind, by date and fact. */
export function creditsOf(world: World, kind: string): readonly Credit[] {
  return once(world, `credits ${kind}`, () => world.ask.rows(kind).flatMap((f) => creditsOfFact(world, kind, f)));
}
/** Credits of entities (a book of accounts), as of a day. */
export function creditsOfEntities(world: World, kind: string, day: Day): readonly Credit[] {
  return once(world, `credits ${kind} ${day}`, () => [...world.entities.get(kind)?.values() ?? []].flatMap((e) => creditsOfFact(world, kind, { ...e, date: day })));
}

/** A fact counts for whoever is on the plan on its day, whichever date decides its period; a reversal for whom its fact counted. An earning is dated at its period's end, and counts if the payee was on the plan in that period. */
export function isCounted(world: World, payee: string, kind: string, day: Day | null): boolean {
  if (day === null) return false;
  return kind === 'earning' ? eligibleIn(world, payee, periodAt(world.calendar, world.grain, day)) > 0 : isOn(world, payee, day);
}

function rulesOf(world: World, kind: string): [string, YamlMap][] {
  const rules = mapsOf(world.credits).filter(([, rule]) => textsOf(rule['from']).includes(kind));
  return rules.length > 0 ? rules : [['owner', { from: kind, to: kind === 'earning' ? 'payee' : 'owner' }]];
}

/** What a fact reverses is credited once more, negative, in the reversal's own period. */
function creditsOfFact(world: World, kind: string, fact: Row): Credit[] {
  if (fact.reverses !== null) {
    return creditsOfFact(world, kind, { ...fact.reverses, kind: fact.kind }).map((c) => ({ ...c, fact, share: negate(c.share), whole: negate(c.whole) }));
  }
  const rules = rulesOf(world, kind), scope = scopeOfRow(world, fact);
  const found = new Map(rules.map(([name, rule]) => [name, isTrue(rule['where'], scope) ? recipients(world, rule, fact, scope) : []]));
  checkDirect(kind, fact, rules, found);
  const kept = (name: string): readonly Recipient[] => {
    const prior = textOf(rules.find(([n]) => n === name)?.[1]['yields_to']);
    const theirs = prior === undefined || prior === name ? [] : kept(prior).map((r) => r.payee);
    return (found.get(name) ?? []).filter((r) => !theirs.includes(r.payee));
  };
  return rules.flatMap(([name, rule]) => kept(name).map((r) => credit(world, fact, name, rule, r, isCounted(world, r.payee, kind, fact.date))));
}

/** Section 4: the direct credits of a fact are at most 100 %; what is on top says `overlay`. */
function checkDirect(kind: string, fact: Row, rules: readonly [string, YamlMap][], found: ReadonlyMap<string, readonly Recipient[]>): void {
  const direct = rules.filter(([, rule]) => rule['overlay'] !== 'yes' && !('up' in rule)).flatMap(([name]) => found.get(name) ?? []).reduce((sum, r) => add(sum, r.share), ZERO);
  if (compare(direct, ONE) > 0) throw new Bad(`${kind} ${fact.id}: direct credits sum to ${formatRatio(multiply(direct, ratio(100n)))} %; mark what is on top \`overlay\``);
}

function credit(world: World, fact: Row, rule: string, spec: YamlMap, to: Recipient, counts: boolean): Credit {
  const scope = scopeOfRow(world, fact, { payee: to.payee, via: to.via, window: periodAt(world.calendar, world.grain, fact.date ?? world.span.from) });
  const quality = spec['factor'] === undefined ? ONE : factor(spec['factor'], scope);
  if (quality === null) throw new Bad(`${fact.kind} ${fact.id}: the factor of ${rule} has no value`);
  const { factor: left, status, why } = verdict(world, fact, to.payee, counts);
  const whole = multiply(multiply(to.share, quality), left);
  return { payee: to.payee, fact, rule, whole, share: status === 'hold' ? ZERO : whole, via: to.via, status, why, counts };
}
/** A guardrail may read terms that somebody who is not on the plan does not have; then it says nothing of him. */
function verdict(world: World, fact: Row, payee: string, counts: boolean): Verdict {
  try { return guarded(world, fact, payee); } catch (error) {
    if (!counts && error instanceof Bad) return { factor: ONE, status: 'pass', why: [] };
    throw error;
  }
}

// ---- to whom ----

function recipients(world: World, rule: YamlMap, fact: Row, scope: Scope): Recipient[] {
  const named = 'split' in rule ? bySplit(rule, scope) : 'through' in rule ? byTouch(world, rule, fact) : byName(textOf(rule['to']) ?? 'owner', scope);
  const share = rule['share'] === undefined ? ONE : number(rule['share'], scope);
  // a share that is not known credits nobody
  if (share === null) return [];
  const shared = named.map((r) => ({ ...r, share: multiply(r.share, share) }));
  return 'up' in rule ? shared.flatMap((r) => above(world, rule, fact, r)) : shared;
}

/** A payee; a list, shared equally; or a field of payees and shares. */
function byName(to: string, scope: Scope): Recipient[] {
  const value = maybe(to, scope);
  if (typeof value === 'string') return [{ payee: value, share: ONE }];
  if (!isList(value)) return [];
  return value.flatMap((item): Recipient[] => {
    if (typeof item === 'string') return [{ payee: item, share: ratio(1n, BigInt(value.length)) }];
    const [payee, share] = isList(item) ? item : [];
    return typeof payee === 'string' && isRatio(share) ? [{ payee, share }] : [];
  });
}

/** Steps of `{ payee: share }`, each of what is left; `rest` is what remains; nobody there = it stays for the next step. */
function bySplit(rule: YamlMap, scope: Scope): Recipient[] {
  const out: Recipient[] = [];
  let left = ONE;
  for (const step of listOf(rule['split'])) {
    const there = Object.entries(mapOf(step)).flatMap(([name, share]) => { const payee = maybe(name, scope); return typeof payee === 'string' ? [{ payee, share }] : []; });
    const said = there.map(({ share }) => {
      if (share === 'rest') return null;
      const found = number(share, scope);
      if (found === null) throw new Bad(`the share ${textOf(share) ?? 'of a table'} has no value`);
      return found;
    });
    const given = said.reduce<Ratio>((sum, s) => (s === null ? sum : add(sum, s)), ZERO), rest = subtract(ONE, given);
    there.forEach(({ payee }, i) => out.push({ payee, share: multiply(left, said[i] ?? rest) }));
    left = said.includes(null) ? ZERO : multiply(left, rest);
  }
  return out;
}

/** Whoever `to` names on touches of the same account, once each. */
function byTouch(world: World, rule: YamlMap, fact: Row): Recipient[] {
  const look = textOf(rule['look_back']), to = fact.date ?? world.span.from, from = look === undefined ? LONG_AGO : to - daysOf(look);
  const account = fact.fields.get('account'), who = (textOf(rule['to']) ?? 'owner').split('.').at(-1) ?? 'owner';
  const touched = textsOf(rule['through']).flatMap((kind) => world.ask.rows(kind))
    .filter((t) => t.date !== null && t.date >= from && t.date <= to && typeof account === 'string' && t.fields.get('account') === account);
  const names = touched.map((t) => fieldOf(scopeOfRow(world, t), t, who)).filter((p) => typeof p === 'string');
  return [...new Set(names)].sort(byCodePoint).map((payee) => ({ payee, share: ONE }));
}

/** Those above, so many levels up on the day; `via` is the one directly below. Nobody is credited through somebody who is not there. */
function above(world: World, rule: YamlMap, fact: Row, base: Recipient): Recipient[] {
  const field = textOf(rule['up']) ?? '', levels = textOf(rule['levels']) ?? '1', day = fact.date ?? world.span.from;
  if (fact.kind !== 'earning' && !working(world, base.payee, day)) return [];
  const out: Recipient[] = [], path = [base.payee];
  for (let below = base.payee, n = 0; levels === 'all' || n < Number(levels); n += 1) {
    const boss = personField(world, below, field, day);
    if (typeof boss !== 'string') break;
    if (path.includes(boss)) throw new Bad(`people are above each other in a circle: ${[...path, boss].join(' -> ')}`);
    out.push({ payee: boss, share: base.share, via: below });
    path.push(boss);
    below = boss;
  }
  return out;
}
