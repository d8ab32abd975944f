/**
 * Names in figures that stand for nothing: a payee, a period, a component, a fact. They are told with what there
 * is, because a figure of nothing would be 0, and 0 is believed.
 */
import { closest } from '../plan/closest.ts';
import type { Component, Plan } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { componentsOf } from '../stage/spans.ts';
import { periodFromLabel, periodsIn } from '../value/period.ts';
import { shortened } from '../value/wording.ts';
import { CREDIT_WORDS, isCreditFigure } from './credit-figures.ts';
import { HELD_FIGURES } from './held-figures.ts';
import { measureAsked } from './named-figures.ts';
import { releaseOf } from './payment-needs.ts';
import { OF_COMPONENT, OF_PART, SETTLED } from './payment-figures.ts';
import { RESULTS } from './figures.ts';

/** What figures can name. */
export interface Named {
  readonly plans: readonly Plan[];
  readonly payees: readonly string[];
  /** ids of facts */
  readonly facts: ReadonlySet<string>;
  /** every measure that some plan can name */
  readonly measures: readonly string[];
  /** rows of a kind: what a measure can be of */
  rowsOf(kind: string): readonly string[];
}
export interface UnknownName { readonly message: string; readonly hint: string }
type Said = UnknownName | undefined;

/** The first name of a figure that stands for nothing. */
export function unknownName([payee, period, figure]: readonly [string, string, string], named: Named): Said {
  const [first = '', ...rest] = figure.split('.'), { plans } = named;
  if (first === 'round') return among('component', rest.join('.'), plans.flatMap((p) => p.components.map((c) => c.name)));
  const measure = measureAsked(figure);
  if (measure !== undefined) return among('measure', measure, named.measures) ?? unknownSubject(measure, payee, named) ?? unknownPeriod(period, plans);
  const who = among('payee', payee, named.payees);
  if (who !== undefined) return who;
  if (isCreditFigure(figure)) return unknownCredit(rest, named);
  if (first === 'term') return among('term', rest.join('.'), plans.flatMap((p) => p.terms.map((t) => t.name))) ?? unknownPeriod(period, plans);
  const all = plans.flatMap((p) => componentsOf(p.components)), grains = new Set(all.map((c) => c.period));
  if (first === 'earned') return wordAfter(rest, []) ?? (period === '' ? undefined : periodOf(period, plans, [...grains]));
  // what was earned may be paid, and go back, long after the plan has ended
  if (isOne(SETTLED, first)) return wordAfter(rest, []) ?? (period === '' ? undefined : unknownPeriod(period, plans, false));
  if (first === 'release') return unknownPart(rest, [], named) ?? (period === '' ? undefined : periodOf(period, plans, [...grains]));
  return unknownOfComponent(figure, period, named);
}

function unknownOfComponent(figure: string, period: string, named: Named): Said {
  const { plans } = named, words = figure.split('.');
  const paths = plans.flatMap((p) => p.components.flatMap((c) => pathsOf(c, [])));
  const length = Math.max(0, ...paths.filter(({ path }) => path.every((name, i) => name === words[i])).map(({ path }) => path.length));
  if (length === 0) {
    const tops = [...new Set(paths.map(({ path }) => path.join('.')))];
    return among('figure', words[0] ?? '', ['earned', ...SETTLED, 'credit', 'measure', 'round', 'term', 'release', ...tops], `Components are ${both(tops.map(quoted))}; other figures begin with ${both(['earned', 'paid', 'release', 'credit', 'measure', 'term', 'round'].map(quoted))}.`);
  }
  const own = paths.filter(({ path }) => path.length === length && path.join('.') === words.slice(0, length).join('.')).map(({ c }) => c);
  const when = period === '' ? undefined : periodOf(period, plans, own.map((c) => c.period));
  const [what, ...rest] = words.slice(length), ofFact = rest.join('.');
  if (what === undefined && length > 1) return { message: `What \`${figure}\` earns is no figure: it is a part of \`${words[0]}\`, which is rounded and paid whole.`, hint: `Ask for \`${words[0]}\`, or for \`${figure}.value\`, \`.attainment\`, \`.incentive\` …` };
  if (what === undefined) return when;
  if (what === 'release' || what === 'pays') return unknownPart(rest, own, named) ?? when;
  const perField = own.some((c) => c.kind === 'leaf' && c.per?.kind === 'field');
  if (what === 'line' || what === 'unfunded') return (what === 'line' && perField ? undefined : unknownFact(ofFact, named)) ?? when;
  if (what === 'tier') return (/^\d+$/.test(ofFact) ? undefined : unknownFact(ofFact.replace(/\.\d+$/, ''), named)) ?? when;
  const parts = own.flatMap((c) => (c.kind === 'group' ? c.components.map((p) => p.name) : []));
  return among('figure', what, [...RESULTS, ...HELD_FIGURES, 'days', 'tier', ...OF_COMPONENT, ...parts], `Of \`${words.slice(0, length).join('.')}\` there are ${both([...RESULTS, ...HELD_FIGURES, 'days', 'tier', ...OF_COMPONENT, ...parts].map(quoted))}.`) ?? wordAfter(rest, []) ?? when;
}

/** `credit.FACT`, `credit.RULE.FACT`, and a word after each. Ids of facts may have points. */
function unknownCredit(path: readonly string[], named: Named): Said {
  const rules = [...named.plans.flatMap((p) => p.credits.map((r) => r.name)), 'owner'], said = isOne(CREDIT_WORDS, path.at(-1)) ? path.slice(0, -1) : path;
  const [first = '', ...rest] = said;
  if (named.facts.has(said.join('.')) || (rules.includes(first) && named.facts.has(rest.join('.')))) return undefined;
  if (rest.length === 0 || rules.includes(first)) return unknownFact(rest.length === 0 ? first : rest.join('.'), named);
  return named.facts.has(first) ? among('figure', rest.join('.'), CREDIT_WORDS) : among('credit rule', first, rules);
}

/** Earnings that are paid on are facts of the run, not of the table: COMPONENT/PAYEE/PERIOD. */
function unknownFact(id: string, named: Named): Said {
  if (named.facts.has(id) || named.plans.some((p) => p.components.some((c) => id.startsWith(`${c.name}/`)))) return undefined;
  return among('fact', id, [...named.facts]);
}

function unknownPart([part = '', what, ...rest]: readonly string[], own: readonly Component[], named: Named): Said {
  const parts = named.plans.flatMap((p) => p.components.flatMap((c) => (own.length === 0 || own.includes(c) ? releaseOf(p, c).map((r) => r.name) : [])));
  const said = among('part of a release', part, parts);
  if (said !== undefined || what === undefined || /^\d+$/.test(what)) return said;
  return what === 'line' ? unknownFact(rest.join('.').replace(/\.\d+$/, ''), named) : among('figure', what, [...OF_PART, 'line']) ?? wordAfter(rest, []);
}

/** A payee; of a number that rows of a kind have, also such a row; of the company's, nobody need ask. */
function unknownSubject(measure: string, who: string, { plans, payees, rowsOf }: Named): Said {
  const subject = plans.flatMap((p) => p.measures).find((m) => m.name === measure)?.subject;
  if (subject === undefined || (subject === 'company' && who === '') || payees.includes(who)) return undefined;
  return typeof subject === 'object' ? among(`payee and no ${subject.entity.replaceAll('_', ' ')}`, who, [...rowsOf(subject.entity), ...payees]) : among('payee', who, payees);
}

/** Of any length, where plans hold; or, if not `within`, also later. */
function unknownPeriod(label: string, plans: readonly Plan[], within = true): Said {
  const there = plans.some((p) => { const found = periodFromLabel(p.calendar, label); return found !== undefined && (!within || found.from < p.effective.to) && p.effective.from < found.to; });
  return there ? undefined : periodOf(label, plans, [...new Set(plans.map((p) => p.period))]);
}
function periodOf(label: string, plans: readonly Plan[], grains: readonly Plan['period'][]): Said {
  return among('period', label, plans.flatMap((p) => grains.flatMap((grain) => periodsIn(p.calendar, grain, p.effective.from, p.effective.to).map((x) => x.label))));
}

function pathsOf(c: Component, above: readonly string[]): { readonly path: readonly string[]; readonly c: Component }[] {
  const path = [...above, c.name];
  return [{ path, c }, ...(c.kind === 'group' ? c.components.flatMap((p) => pathsOf(p, path)) : [])];
}

const isOne = (list: readonly string[], word: string | undefined): boolean => word !== undefined && list.includes(word);
function wordAfter(rest: readonly string[], words: readonly string[]): Said {
  return rest.length === 0 ? undefined : among('figure', rest.join('.'), words, 'Leave it out.');
}
const quoted = (name: string): string => `\`${shortened(name)}\``;
/** So many are named; the others are counted. */
const SHOWN = 12;
function among(what: string, name: string, names: readonly string[], hint?: string): Said {
  if (names.includes(name)) return undefined;
  const all = [...new Set(names)], near = closest(name, all), shown = all.slice(0, SHOWN).map(quoted);
  return {
    message: name === '' ? `The figure names no ${what}.` : `There is no ${what} ${quoted(name)} here.`,
    hint: near !== undefined ? `Did you mean ${quoted(near)}?` : hint ?? (all.length === 0 ? 'There are none.' : `There are ${both(all.length > SHOWN ? [...shown, `${all.length - SHOWN} more`] : shown)}.`),
  };
}
