/** Figures by their paths: earned, paid, COMPONENT.attainment, COMPONENT.line.FACT, release.PART.due, credit.FACT.status … */
import { formatDay } from '../../src/value/period.ts';
import { add, ratio, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import type { Result } from './component.ts';
import { creditsOf } from './credits.ts';
import type { Credit } from './credits.ts';
import { mapOf, textOf } from './documents.ts';
import type { Earning } from './earnings.ts';
import { roundOf } from './earnings.ts';
import type { Part } from './releases.ts';
import { minorUnit, shareOut } from './rounding.ts';
import type { Run } from './run.ts';
import { subjectKind, subjectOf } from './scope.ts';
import { term } from './terms.ts';
import { labelled } from './time.ts';
import { isDay, isRatio, numberOf } from './value.ts';
import type { Value } from './value.ts';

export type Figure = Ratio | string | undefined;

/** An empty period means all of them. */
export function figureOf(run: Run, payee: string, label: string, path: string): Figure {
  const { world } = run, [first = '', ...rest] = path.split('.');
  switch (first) {
    case 'measure': return measureFigure(run, payee, label, rest[0] ?? '');
    case 'term': {
      const period = labelled(world.calendar, label);
      return figure(term(world, rest[0] ?? '', { payee, window: period, day: period.to - 1, round: world.round }));
    }
    case 'credit': return creditFigure(run, payee, rest);
    case 'round': return ratio(BigInt(roundOf(world, rest[0] ?? '')));
    default: return overPeriods(run, payee, label, first, rest);
  }
}

function figure(value: Value | undefined): Figure {
  if (value === undefined || value === null) return undefined;
  if (isRatio(value)) return { n: value.n, d: value.d };
  return isDay(value) ? formatDay(value.day) : typeof value === 'string' ? value : JSON.stringify(value);
}

function measureFigure({ world }: Run, id: string, label: string, name: string): Figure {
  const period = labelled(world.calendar, label), kind = subjectKind(world, name) ?? 'payee';
  const own = kind !== 'payee' && kind !== 'company' && !world.people.has(id);
  const subject = own ? { kind, id } : subjectOf({ world, payee: id, day: period.to - 1 }, kind);
  return subject === null ? undefined : figure(world.ask.measure(name, subject, period));
}

function creditFigure({ world }: Run, payee: string, path: readonly string[]): Figure {
  const kinds = new Set([...world.given.keys(), ...Object.keys(world.kinds)]);
  const rows = [...kinds].flatMap((kind) => creditsOf(world, kind)).filter((c) => c.payee === payee && (c.fact.id === path[0] || (c.rule === path[0] && c.fact.id === path[1])));
  const of: Readonly<Record<string, (c: Credit) => Figure>> = {
    status: (c) => c.status, why: (c) => c.why.join(' '), via: (c) => c.via, held: (c) => (c.status === 'hold' ? c.whole : ZERO),
  };
  const what = of[path.at(-1) ?? ''], [first] = rows;
  if (what !== undefined) return first === undefined ? undefined : what(first);
  return rows.map((c) => c.share).reduce(add, ZERO);
}

/** Figures that are not summed over periods: the first that is not 0. */
const NOT_SUMMED = ['attainment', 'target', 'incentive', 'rate', 'days', 'payout', 'value'];

function overPeriods(run: Run, payee: string, label: string, first: string, rest: readonly string[]): Figure {
  const earned = run.released.filter((r) => r.earning.payee === payee).map((r) => r.earning.period.label);
  const labels = label === '' ? [...new Set([...earned, ...run.settled.get(payee)?.keys() ?? []])] : [label];
  const found = labels.map((l) => inPeriod(run, payee, l, first, rest)).filter((f) => f !== undefined);
  const numbers = found.filter((f) => typeof f !== 'string');
  if (label !== '' || numbers.length < found.length) return found[0];
  if (NOT_SUMMED.includes(rest.at(-1) ?? '')) return numbers.find((f) => f.n !== 0n) ?? numbers[0];
  return numbers.length === 0 ? undefined : numbers.reduce(add, ZERO);
}

function inPeriod(run: Run, payee: string, label: string, first: string, rest: readonly string[]): Figure {
  const settled = run.settled.get(payee)?.get(label);
  const here = run.released.filter(({ earning }) => earning.payee === payee && earning.period.label === label);
  switch (first) {
    case 'earned': return here.length === 0 ? undefined : here.map((r) => r.earning.earned).reduce(add, ZERO);
    case 'paid': case 'owed': case 'gross': case 'topup': case 'due': return settled?.[first];
    case 'take_back': return settled?.takenBack;
    case 'release': {
      const found = here.flatMap((r) => { const part = r.parts.get(rest[0] ?? ''); return part === undefined ? [] : [partFigure(run, part, rest.slice(1))]; }).filter((f) => f !== undefined);
      const numbers = found.filter((f) => typeof f !== 'string');
      return numbers.length < found.length || found.length === 0 ? found[0] : numbers.reduce(add, ZERO);
    }
    default: {
      const one = here.find((r) => r.earning.component === first);
      return one === undefined ? undefined : componentFigure(run, one.earning, one.parts, rest);
    }
  }
}

function componentFigure(run: Run, earning: Earning, parts: ReadonlyMap<string, Part>, path: readonly string[]): Figure {
  const [what, name = '', more] = path;
  switch (what) {
    case undefined: return earning.earned;
    case 'release': return partFigure(run, must(parts.get(name)), path.slice(2));
    case 'pays': return must(parts.get(name)).pays;
    case 'tier': return more === undefined ? earning.result.tiers?.[Number(name) - 1] : earning.result.lineTiers.get(name)?.[Number(more) - 1];
    case 'line': return earning.lines.get(name)?.amount ?? ZERO;
    case 'unfunded': return earning.unfunded.get(name) ?? ZERO;
    case 'capitalised': case 'expense': return accounted(run, earning, what);
    default: {
      const part = earning.result.parts.get(what);
      return part === undefined ? resultFigure(earning.result, what) : name === 'earned' ? part.raw : resultFigure(part, name);
    }
  }
}

function resultFigure(result: Result, what: string): Figure {
  switch (what) {
    case 'held': return result.held ?? undefined;
    case 'would': return result.would;
    case 'days': return result.days;
    case 'gated': return result.gated.length === 0 ? undefined : result.gated.join(' ');
    case 'raw': return result.raw;
    default: return figure(result.values.get(what));
  }
}

/** `accounting`: the life of the asset in months; up to `expense_up_to` it is expensed at once. */
function accounted({ world }: Run, earning: Earning, what: 'capitalised' | 'expense'): Ratio {
  const spec = mapOf(world.plan['accounting']), months = Number.parseInt(textOf(spec['capitalise']) ?? '', 10), atOnce = Number.parseInt(textOf(spec['expense_up_to']) ?? '0', 10);
  if (what === 'capitalised') return months <= atOnce ? ZERO : earning.earned;
  return months <= atOnce ? earning.earned : must(shareOut(earning.earned, months, numberOf(minorUnit(world.currency)))[0]);
}

function partFigure({ world }: Run, part: Part, path: readonly string[]): Figure {
  const due = part.payments.filter((p) => p.day <= world.known), laterOn = part.payments.filter((p) => p.day > world.known);
  const sum = (of: readonly { readonly amount: Ratio }[]): Ratio => of.map((p) => p.amount).reduce(add, ZERO);
  const [what, line = '', n = '1'] = path;
  switch (what) {
    case undefined: return part.planned;
    case 'due': return sum(due);
    case 'later': return sum(laterOn);
    case 'lapsed': return part.lapsed;
    case 'pays': return part.pays;
    case 'date': return part.payments.length === 0 ? undefined : formatDay(Math.min(...part.payments.map((p) => p.day)));
    case 'waiting': return subtract(part.planned, add(part.lapsed, sum(part.payments)));
    case 'line': return part.byLine.get(line)?.[Number(n) - 1]?.amount;
    default: return [...due, ...laterOn][Number(what) - 1]?.amount;
  }
}
