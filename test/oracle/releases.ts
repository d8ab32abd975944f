/** Stage 6, releases: the parts of an earning, and when each becomes payable (language.md section 4 "release"). */
import { add, max, min, multiply, ONE, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { byCodePoint } from '../../src/value/code-points.ts';
import { settingOf } from './component.ts';
import type { Line, Setting } from './component.ts';
import { listOf, mapOf, mapsOf, textOf, textsOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import type { Earning } from './earnings.ts';
import { counted, specOf } from './measures.ts';
import { releaseUnit, rounded, shareOut, spread } from './rounding.ts';
import type { Rounding } from './rounding.ts';
import { isTrue, number, ofSubject, rateNames, scopeOfRow } from './scope.ts';
import type { Scope } from './scope.ts';
import { FAR, grainOf, later, LONG_AGO, periodAt } from './time.ts';
import type { Day } from './time.ts';
import { Bad, numberOf, ratioOf } from './value.ts';
import { lineage } from './world.ts';
import type { Only, Row, Subject, World } from './world.ts';

export interface Payment { readonly day: Day; readonly amount: Ratio }
export interface Part {
  readonly planned: Ratio;
  readonly payments: readonly Payment[];
  readonly lapsed: Ratio;
  readonly byLine: ReadonlyMap<string, readonly Payment[]>;
  /** in the currency of payment, where the plan converts */
  readonly pays: Ratio | undefined;
}
interface Outcome { readonly payments: readonly Payment[]; readonly lapsed: Ratio }

/** What a part of one line stands in. */
interface Tranche {
  readonly world: World;
  readonly spec: YamlMap;
  readonly amount: Ratio;
  readonly fact: Row | undefined;
  readonly payee: string;
  /** the last day of the period, unless `at` says another */
  readonly payDay: Day;
  readonly unit: Ratio;
  readonly round: Rounding;
}

/** Parts of an earning by largest remainder; parts that wait for something of a fact, line by line. */
export function released(world: World, earning: Earning): ReadonlyMap<string, Part> {
  const setting = settingOf(world, earning.component), unit = releaseUnit(setting.round);
  const parts = mapsOf(setting.spec['release'] ?? world.plan['release'] ?? { payable: {} });
  const planned = spread(earning.earned, parts.map(([, p]) => numberOf(textOf(p['share']) ?? '100%')), unit);
  return new Map(parts.map(([name, spec], i) => [name, partOf(world, setting, earning, spec, must(planned[i]), unit)]));
}

function partOf(world: World, setting: Setting, earning: Earning, spec: YamlMap, planned: Ratio, unit: Ratio): Part {
  const lines = [...earning.lines].filter(([, line]) => line.amount.n !== 0n);
  const perLine = ['from', 'as', 'after', 'require'].some((key) => key in spec) && lines.length > 0;
  const pieces: readonly { readonly key: string; readonly line: Line | undefined; readonly amount: Ratio }[] = perLine
    ? spread(planned, lines.map(([, l]) => l.amount), unit).map((amount, i) => ({ key: must(lines[i])[0], line: must(lines[i])[1], amount }))
    : [{ key: '', line: undefined, amount: planned }];
  const round = setting.round['release'] ?? setting.round['end'];
  const outcomes = pieces.map(({ key, line, amount }) => ({
    key, ...tranche({ world, spec, amount, fact: line?.fact, payee: earning.payee, payDay: payDayOf(world, spec, earning), unit, round }),
  }));
  const payments = outcomes.flatMap((o) => o.payments), lapsed = outcomes.map((o) => o.lapsed).reduce(add, ZERO);
  return { planned, payments, lapsed, byLine: new Map(outcomes.map((o) => [o.key, o.payments])), pays: converted(world, setting, earning, planned, payments) };
}

/** Pay day is the last day of the period; or that of its quarter, half or year. */
function payDayOf(world: World, spec: YamlMap, { period }: Earning): Day {
  const at = /^(quarter|half|year) end$/.exec(textOf(spec['at']) ?? '')?.[1];
  return at === undefined ? period.to - 1 : periodAt(world.calendar, grainOf(at), period.to - 1).to - 1;
}

/** When a part of one line becomes payable, and what of it lapses. */
function tranche(t: Tranche): Outcome {
  const { spec, amount, world, fact } = t;
  if ('instalments' in spec) return instalments(t);
  if ('from' in spec) return onEvent(t);
  const base = fact?.date ?? t.payDay, day = 'after' in spec ? later(base, textOf(spec['after']) ?? '') : t.payDay;
  if ('as' in spec && fact !== undefined) return 'after' in spec ? atOnce(t, fact, day) : asItGrows(t, fact);
  if ('require' in spec && amount.n !== 0n && day <= world.known && !meets(t, day)) return instead(t, day, amount);
  return { payments: [{ day, amount }], lapsed: ZERO };
}

const length = (t: Tranche, key: string): string => textOf(t.spec[key]) ?? '';
/** First day on which it is too late. */
function deadline(t: Tranche): Day {
  return 'within' in t.spec ? later(t.fact?.date ?? t.payDay, length(t, 'within')) : FAR;
}
function scopeAt(t: Tranche, day: Day): Scope {
  return { world: t.world, payee: t.payee, row: t.fact, day, window: { from: day, to: day + 1 } };
}
function meets(t: Tranche, day: Day): boolean {
  return isTrue(t.spec['require'], scopeAt(t, day));
}

/** `otherwise`: lapse, release, hold, or a share; nothing is decided before its day is known. */
function instead(t: Tranche, day: Day, rest: Ratio): Outcome {
  const otherwise = t.spec['otherwise'] ?? 'lapse';
  if (otherwise === 'release') return { payments: [{ day, amount: rest }], lapsed: ZERO };
  if (otherwise === 'hold' || t.world.known < day) return { payments: [], lapsed: ZERO };
  if (otherwise === 'lapse') return { payments: [], lapsed: rest };
  const share = number(otherwise, scopeAt(t, day));
  if (share === null) throw new Bad('the share of a release has no value');
  const amount = rounded(multiply(rest, share), t.round);
  return { payments: [{ day, amount }], lapsed: subtract(rest, amount) };
}

/** Equal parts, the first on pay day. */
function instalments(t: Tranche): Outcome {
  const [count = '1', unit = 'months'] = length(t, 'instalments').split(/\s+/);
  const payments = shareOut(t.amount, Number(count), t.unit).map((amount, i): Payment => ({ day: later(t.payDay, `${i} ${unit}`), amount }));
  return { payments, lapsed: ZERO };
}

/** Payable when an event of the fact, or of its account, comes in time; not before pay day. */
function onEvent(t: Tranche): Outcome {
  const { world, spec, amount, fact } = t, end = deadline(t);
  const events = fact === undefined ? [] : textsOf(spec['from']).flatMap((kind) => world.ask.rows(kind))
    .filter((e) => e.date !== null && e.date >= (fact.date ?? LONG_AGO) && belongs(world, e, fact) && isTrue(spec['where'], scopeOfRow(world, e, { payee: t.payee })))
    .map((e) => e.date ?? FAR).sort((a, b) => a - b);
  const [first] = events;
  if (first === undefined || first >= end) return end < FAR ? instead(t, end, amount) : { payments: [], lapsed: ZERO };
  return meets(t, first) ? { payments: [{ day: Math.max(first, t.payDay), amount }], lapsed: ZERO } : instead(t, first, amount);
}
/** An event that names the fact; or, where its kind names no such facts, one of the same account. */
function belongs(world: World, event: Row, fact: Row): boolean {
  const names = lineage(world, fact.kind).filter((k) => event.fields.has(k));
  if (names.length > 0) return names.some((k) => event.fields.get(k) === fact.id);
  const account = fact.fields.get('account');
  return typeof account === 'string' && event.fields.get('account') === account;
}

/** `as` with `after`: once, in this proportion; the rest lapses. */
function atOnce(t: Tranche, fact: Row, day: Day): Outcome {
  if (day > t.world.known) return { payments: [], lapsed: ZERO };
  const amount = rounded(multiply(t.amount, proportion(t, fact, day + 1)), t.round);
  return { payments: [{ day, amount }], lapsed: subtract(t.amount, amount) };
}
/** The subject of a ratio `for` a kind of fact. */
function subjectOf(t: Tranche, fact: Row): Subject {
  const spec = mapOf(specOf(t.world, t.spec['as'] ?? '')), kind = textOf(spec['for']);
  return { kind: kind !== undefined && lineage(t.world, fact.kind).includes(kind) ? kind : fact.kind, id: fact.id };
}
/** The ratio of `as`, between 0 and 1, of facts before a day. */
function proportion(t: Tranche, fact: Row, to: Day, only?: Only): Ratio {
  const ratio = ratioOf(ofSubject(t.world, t.spec['as'] ?? '', subjectOf(t, fact), { from: LONG_AGO, to }, only));
  return max(ZERO, min(ONE, ratio ?? ZERO));
}

/** `as`: payable as the ratio grows. Each fact of its upper part moves it; the lower part counts whole, as it is known. */
function asItGrows(t: Tranche, fact: Row): Outcome {
  const { world } = t, as = specOf(world, t.spec['as'] ?? ''), [upper = ''] = listOf(mapOf(as)['ratio']);
  const subject = subjectOf(t, fact), always = { from: LONG_AGO, to: FAR }, end = deadline(t);
  const inside = { ...mapOf(specOf(world, upper)), for: subject.kind };
  const moves = listOf(mapOf(as)['ratio']).flatMap((part) => counted(world, { ...mapOf(specOf(world, part)), for: subject.kind }, subject, always))
    .map((c) => c.fact).filter((f) => f.date !== null).sort((a, b) => (a.date ?? 0) - (b.date ?? 0) || byCodePoint(a.id, b.id));
  const payments: Payment[] = [], done = new Set<Row>(), uppers = new Set(counted(world, inside, subject, always).map((c) => c.fact));
  let paid = ZERO;
  for (const move of moves) {
    const day = move.date ?? FAR;
    if (day >= end || day > world.known) break;
    done.add(move);
    const now = rounded(multiply(t.amount, proportion(t, fact, FAR, (f) => !uppers.has(f) || done.has(f))), t.round);
    if (subtract(now, paid).n !== 0n) payments.push({ day, amount: subtract(now, paid) });
    paid = now;
  }
  const rest = subtract(t.amount, paid);
  if (end > world.known || rest.n === 0n) return { payments, lapsed: ZERO };
  const more = instead(t, end, rest);
  return { payments: [...payments, ...more.payments], lapsed: more.lapsed };
}

/** `convert`: each released part at the rate of its date, of the period, or of its payment (the default). */
function converted(world: World, setting: Setting, earning: Earning, planned: Ratio, payments: readonly Payment[]): Ratio | undefined {
  const convert = setting.spec['convert'] ?? world.plan['convert'];
  if (convert === undefined) return undefined;
  const at = textOf(mapOf(convert)['at']) ?? 'payment', last = earning.period.to - 1;
  const fixed = at === 'date' ? [...earning.lines.values()][0]?.fact?.date ?? last : last;
  const waiting = subtract(planned, payments.map((p) => p.amount).reduce(add, ZERO));
  const pieces = at === 'payment' ? [...payments, { day: last, amount: waiting }] : [{ day: fixed, amount: planned }];
  return pieces.filter((p) => p.amount.n !== 0n).map(({ day, amount }) => {
    const rate = number(mapOf(convert)['rate'] ?? '', { world, payee: earning.payee, day, window: earning.period, bound: rateNames(world, world.currency, day) });
    if (rate === null) throw new Bad('the exchange rate has no value');
    return rounded(multiply(amount, rate), setting.round['paid']);
  }).reduce(add, ZERO);
}
