/**
 * Works every amount of an explanation out again, from the numbers that it shows and nothing else: facts
 * add up to measures, measures give attainment, tables pay, gates, factors and limits cut, what is
 * rounded is what was exact. It reads plain data; it imports no stage and no plan.
 */
import type { ExplainedComponent, ExplainedPlan, ExplainedValue, Explanation, FactList, Step } from '../../src/app/explanation.ts';
import { abs, add, compare, divide, max, min, multiply, negate, parseRatio, type Ratio, ratio, type RoundingMode, roundTo, subtract, ZERO } from '../../src/value/rate.ts';
import { type Answer, daysOf, evaluate } from './formula.ts';

export interface Walked { lines: number; readonly steps: Map<string, number>; readonly wrong: string[] }
export const nothingWalked = (): Walked => ({ lines: 0, steps: new Map(), wrong: [] });

/** numbers without an end are shown to 18 places; pay is carried at 10^-15 of a cent */
const NEAR = ratio(1n, 10n ** 9n);
const near = (a: Ratio, b: Ratio): boolean => compare(abs(subtract(a, b)), NEAR) <= 0;
const sumOf = (all: readonly Ratio[]): Ratio => all.reduce(add, ZERO);
const num = (text: string | undefined | null): Ratio => parseRatio(text ?? '') ?? ZERO;

export function walk(explanation: Explanation, where: string, walked: Walked): void {
  for (const plan of explanation.plans) checkPayments(plan, { at: `${where}: ${explanation.payee}, ${explanation.period}, ${plan.plan}`, walked });
  for (const plan of explanation.plans) for (const component of plan.components) {
    walked.lines++;
    walkComponent(component, [], { at: `${where}: ${explanation.payee}, ${component.period}, ${plan.plan} ${component.component}`, walked });
  }
}

interface Context { readonly at: string; readonly walked: Walked }
function fail({ at, walked }: Context, what: string, step?: Step): void { walked.wrong.push(`${at}: ${what}${step === undefined ? '' : ` — ${step.text} ${JSON.stringify(step.numbers)}`}`); }
function counts({ walked }: Context, what: string): void { walked.steps.set(what, (walked.steps.get(what) ?? 0) + 1); }

function walkComponent(c: ExplainedComponent, lists: readonly FactList[], outer: Context): void {
  const context = { ...outer, at: `${outer.at}${c.line === undefined ? '' : ` line ${c.line}`}${c.group === undefined ? '' : ` of ${c.group}`}` };
  for (const list of c.facts) checkList(list, context);
  for (const list of c.facts) for (const f of list.facts) if (f.made !== undefined) {
    counts(context, 'account of a book');
    const found = formulaOf(f.made, { lists: c.facts, line: undefined, values: new Map() }, context);
    if (!same(found, num(f.value))) fail(context, `${f.id} of ${list.title} is ${text(found)} by what it is made of, and ${f.value} is said`);
  }
  const all = c.facts.length > 0 ? c.facts : lists;
  const known: Known = { lists: all, line: c.line, values: new Map() };
  for (const { role, value } of c.values) {
    counts(context, `value: ${value.kind}`);
    const found = valueOf(value, known, context), shown = answerOf(value.value, value.type);
    if (!same(found, shown)) fail(context, `${role} ${value.title} is ${text(found)} by its parts, and ${value.value ?? 'blank'} is said`);
    known.values.set(role, [...known.values.get(role) ?? [], shown]);
  }
  for (const part of c.parts) walkComponent(part, all, outer);
  let amount = ZERO;
  for (const step of c.steps) {
    counts(context, `step: ${step.step}`);
    const next = STEPS[step.step](step, amount, { ...context, c, known });
    amount = next ?? amount;
  }
  if (!near(amount, num(c.amount))) fail(context, `the steps come to ${text(amount)}, and ${c.amount} is said`);
}

/** Parts add up to what was earned, and what becomes of each part to the part; what is paid is what is payable, less and plus what is told. */
function checkPayments({ payments, components }: ExplainedPlan, context: Context): void {
  for (const step of payments) {
    counts(context, `step: ${step.step}`);
    const n = (name: string): Ratio => num(step.numbers[name]), rows = step.rows ?? [], is = (found: Ratio, said: string | undefined): void => { if (!near(found, num(said))) fail(context, `${text(found)} by its numbers, and ${said ?? 'nothing'} is said`, step); };
    if (step.step === 'release') {
      const parts = rows.filter((r) => r['planned'] !== undefined);
      is(sumOf(parts.map((p) => num(p['planned']))), step.numbers['amount']);
      if (!components.some((c) => c.component === step.numbers['component'] && c.amount === step.numbers['amount'])) fail(context, 'no component was paid that', step);
      for (const p of parts) {
        is(sumOf(['payable', 'lapsed', 'taken_back', 'held'].map((k) => num(p[k]))), p['planned']);
        is(sumOf(rows.filter((r) => r['day'] !== undefined && r['part'] === p['part']).map((r) => num(r['amount']))), p['payable']);
      }
    }
    if (step.step === 'settled') {
      const after = subtract(add(subtract(subtract(n('payable'), n('taken_back')), n('carried')), n('top_up')), n('recovered'));
      if (step.numbers['rounded'] === 'yes') { if (compare(abs(subtract(after, n('paid'))), ratio(1n)) > 0) fail(context, 'rounding is less than one unit of the currency', step); }
      else is(compare(after, ZERO) < 0 && n('paid').n === 0n ? ZERO : after, step.numbers['paid']);
    }
  }
}

// ---- facts and values ----

function checkList(list: FactList, context: Context): void {
  counts(context, `list: ${list.form}`);
  const named = `${list.title} (${list.form})`;
  if (list.form !== 'sum') {
    const values = list.facts.filter((f) => f.credited !== '0' || f.value === '0').map((f) => f.credited), numbers = values.map(num);
    const found = list.form === 'distinct' ? String(new Set(list.facts.filter((f) => f.credited !== '0').map((f) => f.read_at)).size)
      : list.form === 'first' ? values[0] : list.form === 'last' ? values.at(-1) : undefined;
    if (found !== undefined && found !== list.total) fail(context, `${named} is ${found} by its facts, and ${list.total} is said`);
    if (found === undefined && numbers.length > 0 && !near(numbers.reduce(list.form === 'min' ? min : max), num(list.total))) fail(context, `${named} is not ${list.total}`);
    return;
  }
  for (const f of list.facts) {
    const before = multiply(multiply(num(f.value), num(f.share)), num(f.times));
    if (!near(subtract(before, num(f.cut)), num(f.credited))) fail(context, `${named}: ${f.id} is ${f.value} × ${f.share} × ${f.times} − ${f.cut}, and ${f.credited} is said`);
    if (f.cut !== '0' && num(f.cut).n !== 0n) counts(context, 'fact that a limit cuts');
    if (f.through !== null) counts(context, 'fact through the hierarchy');
    for (const g of f.guardrails) counts(context, `guardrail: ${g.outcome}`);
  }
  if (list.limits.length === 1 && list.facts.every((f) => f.times === '1')) checkLimit(list, context);
  const total = sumOf(list.facts.map((f) => num(f.credited)));
  if (!near(total, num(list.total))) fail(context, `${named} adds up to ${text(total)}, and ${list.total} is said`);
}
/** A running limit, in the order in which facts are listed: never more than so much at any time. */
function checkLimit(list: FactList, context: Context): void {
  const [limit] = list.limits, so = new Map<string, { running: Ratio; highest: Ratio | undefined; given: Ratio }>();
  if (limit === undefined) return;
  counts(context, 'limit of a measure');
  for (const f of list.facts) {
    const key = limit.per.split(', ').map((per) => (per === 'day' ? f.date : per === '' ? '' : f.fields[per] ?? '')).join('|');
    const before = so.get(key) ?? { running: ZERO, highest: undefined, given: ZERO };
    const running = add(before.running, multiply(num(f.value), num(f.share))), highest = before.highest === undefined ? running : max(before.highest, running);
    const given = subtract(running, max(subtract(highest, num(limit.at_most)), ZERO));
    if (!near(subtract(given, before.given), num(f.credited))) fail(context, `${list.title}: the limit ${limit.name} leaves ${text(subtract(given, before.given))} of ${f.id}, and ${f.credited} is said`);
    so.set(key, { running, highest, given });
  }
}

interface Known { readonly lists: readonly FactList[]; readonly line: string | undefined; readonly values: Map<string, Answer[]> }

function answerOf(plain: string | null, type: string): Answer {
  if (plain === null) return null;
  if (type === 'date') return daysOf(plain);
  if (type === 'yes_no') return plain === 'yes';
  return type === 'text' || type === 'payee' || type === 'entity' ? plain : parseRatio(plain) ?? plain;
}
function same(a: Answer, b: Answer): boolean {
  return a !== null && b !== null && typeof a === 'object' && typeof b === 'object' ? near(a, b) : a === b;
}
const text = (a: Answer): string => (a === null ? 'blank' : typeof a === 'object' ? (a.d === 1n ? String(a.n) : `${a.n}/${a.d}`) : String(a));

/** What a value comes to by its parts; of a line, by the facts of the line. */
function valueOf(value: ExplainedValue, known: Known, context: Context): Answer {
  const total = (id: string): Answer | undefined => {
    const list = known.lists.find((l) => l.id === id);
    if (list === undefined) return undefined;
    const own = known.line === undefined ? undefined : list.facts.filter((f) => f.read_at === known.line);
    // of a line, what is told apart by it; a value that is not is that of the whole window
    if (own !== undefined && list.form === 'sum' && list.facts.some((f) => f.read_at !== null)) return sumOf(own.map((f) => num(f.credited)));
    if (own !== undefined && own.length > 0 && list.form !== 'distinct') return answerOf((list.form === 'last' ? own.at(-1) : own[0])?.credited ?? null, list.type);
    if (list.facts.length === 0 && ['min', 'max', 'first', 'last'].includes(list.form)) return null;
    return answerOf(list.total, list.form === 'distinct' ? 'number' : list.type);
  };
  switch (value.kind) {
    case 'known': return answerOf(value.value, value.type);
    case 'sum': {
      const found = total(value.list);
      // in no group, there is nothing of it
      if (found === undefined) { counts(context, 'value of no group'); return null; }
      return found !== null && typeof found === 'object' && value.read_to !== undefined ? roundTo(found, num(value.read_to), 'half_away') : found;
    }
    case 'quotient': {
      const above = total(value.above), below = total(value.below);
      if (above === undefined || below === undefined || above === null || below === null || typeof above !== 'object' || typeof below !== 'object') return null;
      return below.n === 0n ? null : divide(above, below);
    }
    case 'formula': return formulaOf(value, known, context);
    case 'sample': {
      const below = value.of.kind === 'quotient' ? total(value.of.below) : undefined;
      const enough = below !== undefined && below !== null && typeof below === 'object' && compare(below, num(value.least)) >= 0;
      return valueOf(enough ? value.of : value.otherwise, known, context);
    }
    case 'rank': {
      const inner = valueOf(value.of, known, context), own = inner !== null && typeof inner === 'object' ? inner : ZERO;
      return ratio(1n + BigInt(value.among.filter((p) => compare(num(p.value), own) > 0 && !near(num(p.value), own)).length));
    }
  }
}
function formulaOf(of: { readonly formula: string; readonly inputs: Readonly<Record<string, ExplainedValue>> }, known: Known, context: Context): Answer {
  return evaluate(of.formula, (name) => {
    const input = of.inputs[name];
    if (input === undefined) { fail(context, `the formula ${of.formula} names ${name}, which is not told`); return null; }
    const found = valueOf(input, known, context), shown = answerOf(input.value, input.type);
    if (!same(found, shown)) fail(context, `${name} in ${of.formula} is ${text(found)} by its parts, and ${input.value ?? 'blank'} is said`);
    return found;
  });
}

// ---- steps ----

interface At extends Context { readonly c: ExplainedComponent; readonly known: Known }
type Check = (step: Step, amount: Ratio, at: At) => Ratio | undefined;
const earlier = (at: At, kind: Step['step']): Step | undefined => at.c.steps.find((s) => s.step === kind);
function expects(at: At, step: Step, found: Ratio, said: string | undefined): Ratio {
  if (!near(found, num(said))) fail(at, `${step.step}: ${text(found)} by its numbers, and ${said ?? 'nothing'} is said`, step);
  return num(said);
}
function among(at: At, step: Step, what: string, value: Ratio, all: readonly (Answer | undefined)[]): void {
  if (!all.some((x) => x !== null && x !== undefined && typeof x === 'object' && near(x, value))) fail(at, `${what} ${text(value)} was not told before`, step);
}
const told = (at: At, kind: Step['step'], name: string): Ratio | undefined => { const found = earlier(at, kind)?.numbers[name]; return found === undefined ? undefined : num(found); };
const roundedTo = (value: Ratio, unit: string | undefined, mode: string | undefined): Ratio => roundTo(value, num(unit), (mode ?? 'half_away') as RoundingMode);

const STEPS: Readonly<Record<Step['step'], Check>> = {
  measure(step, _, at) {
    const [listed = null] = at.known.values.get('measure') ?? [], { exact, value: said, numerator, denominator, turned } = step.numbers;
    // what takes back a fact is read at what that fact was
    const value = turned === 'yes' && typeof listed === 'object' && listed !== null ? negate(listed) : listed;
    if (said !== undefined && (exact === undefined ? !same(value, answerOf(said, typeof value === 'string' ? 'text' : 'number')) && typeof value === 'object' : !same(value, num(exact)))) fail(at, `the measure is ${text(value)}`, step);
    if (numerator !== undefined && at.c.line === undefined && said !== undefined && num(denominator).n !== 0n && exact === undefined && at.c.values[0]?.value.kind === 'quotient') expects(at, step, divide(num(numerator), num(denominator)), said);
    return undefined;
  },
  target(step, _, at) {
    const { target, exact, unit, mode } = step.numbers, rows = step.rows ?? [];
    if (target === undefined) return undefined;
    const sum = overWindow(step, at), carried = sumOf(rows.filter((r) => r['carried'] === 'yes').map((r) => num(r['part'])));
    if (exact !== undefined) expects(at, step, sum, exact);
    expects(at, step, add(exact === undefined ? sum : roundedTo(sum, unit, mode), carried), target);
    return undefined;
  },
  attainment(step, _, at) {
    const value = told(at, 'measure', 'value'), { attainment, over, under, exact, unit, mode, target: own } = step.numbers, target = told(at, 'target', 'target') ?? num(own);
    if (step.numbers['taken'] === 'yes') { counts(at, 'attainment that is taken'); return undefined; }
    among(at, step, 'what is divided', num(over), [value, target]);
    among(at, step, 'what it is divided by', num(under), [value, target]);
    const found = divide(num(over), num(under));
    if (exact !== undefined) expects(at, step, found, exact);
    expects(at, step, exact === undefined ? found : roundedTo(found, unit, mode), attainment);
    return undefined;
  },
  incentive(step, _, at) {
    const { incentive, weight, unit, mode } = step.numbers, exact = multiply(overWindow(step, at), num(weight));
    expects(at, step, unit === undefined ? exact : roundedTo(exact, unit, mode), incentive);
    return undefined;
  },
  pay(step, _, at) {
    const { numbers, rows, written } = step, { amount } = numbers;
    if (amount === undefined) return ZERO;
    if (rows !== undefined) {
      for (const r of rows) if (r['rate'] !== undefined && r['part'] !== undefined) {
        const exact = multiply(multiply(num(r['rate']), num(r['part'])), num(numbers['unit'])), part = numbers['tier_unit'] === undefined ? exact : roundedTo(exact, numbers['tier_unit'], numbers['tier_mode']);
        expects(at, step, part, r['amount']);
        counts(at, 'tier of a marginal table');
      } else if (r['value'] !== undefined) { expects(at, step, multiply(num(r['value']), num(r['of'] ?? '1')), r['amount']); counts(at, 'row that a field is read at'); }
      return expects(at, step, sumOf(rows.map((r) => num(r['amount']))), amount);
    }
    const value = num(numbers['rate'] ?? numbers['value']), { read_at: read, from, to, exact } = numbers, before = exact === undefined ? value : num(exact);
    if (read !== undefined) {
      counts(at, 'piece of a table');
      expects(at, step, add(num(numbers['from_value']), multiply(num(numbers['slope']), subtract(num(read), num(from)))), exact ?? numbers['rate'] ?? numbers['value']);
      if ((from !== undefined && compare(num(read), num(from)) < 0) || (to !== undefined && compare(num(read), num(to)) > 0)) fail(at, `the table is read at ${read}`, step);
    }
    if (written !== undefined) {
      counts(at, 'formula of results');
      const times = formulaOf(written, at.known, at), base = numbers['base_rate'];
      const found = base === undefined || times === null || typeof times !== 'object' ? times : multiply(times, num(base));
      if (read === undefined ? !same(found, before) : found !== null && typeof found === 'object' && !same(found, num(read))) fail(at, `the formula ${written.formula} comes to ${text(found)}`, step);
    }
    if (numbers['of'] !== undefined) among(at, step, 'what it pays on', num(numbers['of']), paidOn(at));
    return expects(at, step, multiply(value, num(numbers['of'] ?? '1')), amount);
  },
  tie(step, _, at) {
    const rows = step.rows ?? [];
    return expects(at, step, divide(sumOf(rows.map((r) => num(r['pays']))), ratio(BigInt(rows.length))), step.numbers['amount']);
  },
  lines(step, _, at) {
    const lines = at.c.parts.filter((p) => p.line !== undefined);
    if ((step.rows ?? []).length !== lines.length || lines.some((l, i) => l.amount !== step.rows?.[i]?.['amount'])) fail(at, 'the lines are not those that are shown', step);
    return expects(at, step, sumOf(lines.map((l) => num(l.amount))), step.numbers['amount']);
  },
  sum(step, _, at) {
    const parts = at.c.parts.filter((p) => p.line === undefined && p.group === undefined);
    return expects(at, step, sumOf(parts.map((p) => num(p.amount))), step.numbers['amount']);
  },
  days(step, _, at) {
    for (const r of step.rows ?? []) expects(at, step, multiply(num(r['before']), num(r['days'])), r['after']);
    for (const [i, part] of at.c.parts.entries()) if (step.rows?.[i]?.['before'] !== part.amount) fail(at, `the part of ${part.group ?? ''} is ${part.amount}`, step);
    return expects(at, step, sumOf((step.rows ?? []).map((r) => num(r['after']))), step.numbers['amount']);
  },
  gate(step, amount, at) {
    const gates = at.c.steps.filter((s) => s.step === 'gate'), { is, value, required, passed, condition } = step.numbers;
    if (is !== undefined && passed !== undefined) { const held = value !== undefined && OPS[is]?.(compare(num(value), num(required))) === true; if (held !== (passed === 'yes')) fail(at, `the condition is ${held ? '' : 'not '}met`, step); }
    if (step.written !== undefined) { counts(at, 'condition that is a formula'); if ((formulaOf(step.written, at.known, at) === true) !== (passed === 'yes')) fail(at, 'the condition says otherwise', step); }
    if (gates.at(-1) !== step) return undefined;
    let now = num(step.numbers['before']);
    if (!near(now, amount)) fail(at, `${text(amount)} was left before the conditions`, step);
    const failed = Map.groupBy(gates.filter((g) => g.numbers['passed'] === 'no'), (g) => g.numbers['condition'] ?? '');
    for (const [, [gate]] of [...failed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const share = num(gate?.numbers['share']);
      now = gate?.numbers['otherwise'] === 'at_most' ? min(now, multiply(share, num(gate.numbers['incentive']))) : gate?.numbers['otherwise'] === 'hold' ? ZERO : multiply(now, share);
    }
    void condition;
    return expects(at, step, now, step.numbers['after']);
  },
  factor(step, amount, at) {
    const factors = at.c.steps.filter((s) => s.step === 'factor');
    if (step.written !== undefined) { counts(at, 'factor that is a formula'); const found = formulaOf(step.written, at.known, at); if (found !== null && step.numbers['exact'] === undefined && !same(found, num(step.numbers['factor']))) fail(at, `the formula comes to ${text(found)}`, step); }
    if (step.numbers['from_value'] !== undefined) expects(at, step, add(num(step.numbers['from_value']), multiply(num(step.numbers['slope']), subtract(num(step.numbers['read_at']), num(step.numbers['from'])))), step.numbers['factor']);
    if (factors.at(-1) !== step) return undefined;
    if (!near(num(step.numbers['before']), amount)) fail(at, `${text(amount)} was left before the factors`, step);
    if (factors.some((f) => f.numbers['waits'] === 'yes')) return num(step.numbers['after']);
    return expects(at, step, factors.reduce((n, f) => (f.numbers['factor'] === undefined ? n : multiply(n, num(f.numbers['factor']))), num(step.numbers['before'])), step.numbers['after']);
  },
  cap: (step, amount, at) => { expects(at, step, amount, step.numbers['before']); return expects(at, step, min(amount, num(step.numbers['limit'])), step.numbers['after']); },
  floor: (step, amount, at) => { expects(at, step, amount, step.numbers['before']); return expects(at, step, max(amount, num(step.numbers['limit'])), step.numbers['after']); },
  takes_back: (step, amount, at) => { expects(at, step, amount, step.numbers['before']); return expects(at, step, negate(amount), step.numbers['after']); },
  pot(step, _, at) {
    const rows = step.rows ?? [], unit = num(step.numbers['unit']), pot = roundTo(num(step.numbers['pot']), unit, 'half_away'), weights = sumOf(rows.map((r) => num(r['weight'])));
    if (weights.n === 0n) return num(step.numbers['part']);
    // the largest remainders have the odd units; equal ones in order
    const parts = rows.map((r, i) => { const exact = divide(multiply(pot, num(r['weight'])), weights), floor = roundTo(exact, unit, 'down'); return { i, floor, rest: subtract(exact, floor), shares: num(r['weight']).n !== 0n }; });
    let odd = divide(subtract(pot, sumOf(parts.map((p) => p.floor))), unit).n;
    const given = parts.map((p) => p.floor);
    for (const p of parts.toSorted((a, b) => compare(b.rest, a.rest) || a.i - b.i)) if (odd > 0n && p.shares) { given[p.i] = add(p.floor, unit); odd -= 1n; }
    rows.forEach((r, i) => expects(at, step, given[i] ?? ZERO, r['part']));
    return expects(at, step, num(rows.find((r) => r['mine'] === 'yes')?.['part']), step.numbers['part']);
  },
  rounding(step, amount, at) {
    expects(at, step, amount, step.numbers['before']);
    expects(at, step, subtract(num(step.numbers['before']), num(step.numbers['after'])), step.numbers['residue']);
    return expects(at, step, roundedTo(roundTo(num(step.numbers['before']), NEAR, 'half_away'), step.numbers['unit'], step.numbers['mode']), step.numbers['after']);
  },
  true_up(step, amount, at) {
    expects(at, step, amount, step.numbers['so_far']);
    return expects(at, step, subtract(num(step.numbers['so_far']), num(step.numbers['before'])), step.numbers['amount']);
  },
  limits(step, amount, at) {
    expects(at, step, amount, step.numbers['before']);
    const mine = (step.rows ?? []).filter((r) => r['mine'] === 'yes'), cut = sumOf(mine.map((r) => subtract(num(r['before']), num(r['after']))));
    runningLimits(step, at);
    return expects(at, step, subtract(num(step.numbers['before']), cut), step.numbers['after']);
  },
  plan_cap(step, amount, at) {
    expects(at, step, amount, step.numbers['before']);
    const rows = step.rows ?? [], total = sumOf(rows.map((r) => num(r['before']))), exact = multiply(num(step.numbers['before']), divide(num(step.numbers['cap']), total));
    expects(at, step, sumOf(rows.map((r) => num(r['after']))), step.numbers['cap']);
    if (compare(abs(subtract(exact, num(step.numbers['after']))), ratio(1n)) > 0) fail(at, 'the part of the cap is more than a unit away from its share', step);
    return num(step.numbers['after']);
  },
  release: () => undefined,
  take_back: () => undefined,
  settled: () => undefined,
  held: (step, amount) => (step.numbers['amount'] === undefined ? amount : num(step.numbers['amount'])),
};
const OPS: Readonly<Record<string, (c: number) => boolean>> = { '=': (c) => c === 0, '<>': (c) => c !== 0, '<': (c) => c < 0, '<=': (c) => c <= 0, '>': (c) => c > 0, '>=': (c) => c >= 0 };

/** The rows of a number with a unit of time: stretches of days, or periods with a formula. */
function overWindow(step: Step, at: At): Ratio {
  return sumOf((step.rows ?? []).filter((r) => r['carried'] === undefined).map((r) => {
    if (r['formula'] === undefined) { counts(at, 'stretch of days of a term'); const exact = multiply(multiply(num(r['value']), num(r['units'])), num(r['days'])); return expects(at, step, r['unit'] === undefined ? exact : roundedTo(exact, r['unit'], r['mode']), r['part']); }
    counts(at, 'formula of a period');
    const found = evaluate(r['formula'], (name) => { const value = r[`[${name}]`]; return value === undefined || value === '' ? null : parseRatio(value) ?? daysOf(value) ?? (value === 'yes' ? true : value === 'no' ? false : value); });
    return expects(at, step, typeof found === 'object' && found !== null ? found : ZERO, r['part']);
  }));
}
/** All that a rate may be paid on, or a share be taken of. */
function paidOn(at: At): Answer[] {
  const value = told(at, 'measure', 'value'), target = told(at, 'target', 'target');
  const values = [...at.known.values.values()].flat(), turned = earlier(at, 'takes_back') === undefined ? [] : values.flatMap((v) => (typeof v === 'object' && v !== null ? [negate(v)] : []));
  return values.concat(turned, [value ?? null, told(at, 'incentive', 'incentive') ?? null, value === undefined ? ZERO : value, value !== undefined && target !== undefined ? max(subtract(value, target), ZERO) : null, ZERO]);
}
/** What one limit leaves of each fact, in the order in which they are listed. */
function runningLimits(step: Step, at: At): void {
  const [limit, ...more] = Object.entries(step.numbers).filter(([name]) => name.startsWith('limit ')), { per } = step.numbers;
  if (limit === undefined || more.length > 0 || (per !== 'payee' && per !== 'plan')) return;
  counts(at, 'running limit');
  const times = limit[1].endsWith(' times') ? num(limit[1].replace(' times', '')) : undefined;
  let running = ZERO, highest: Ratio | undefined, before = ZERO, used = ZERO;
  for (const r of step.rows ?? []) {
    const own = num(r['before']);
    if (times !== undefined) {
      if (own.n !== 0n) used = add(used, ratio(1n));
      expects(at, step, compare(used, times) <= 0 ? own : ZERO, r['after']);
      continue;
    }
    running = add(running, own);
    highest = highest === undefined ? running : max(highest, running);
    const given = subtract(running, max(subtract(highest, num(limit[1])), ZERO));
    expects(at, step, subtract(given, before), r['after']);
    before = given;
  }
}
