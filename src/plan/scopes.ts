/**
 * What names mean at each place of a plan, in the order of the language: a result of this component, a
 * field of the row, `payee.x`, `component.attainment`, a measure, a table, a term, the group's field, the
 * edges of the period. A name with two meanings is refused, so the order never decides what somebody is paid.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Entry, Node } from './document.ts';
import type { Type } from './formula.ts';
import type { Kinds } from './kinds.ts';
import type { Trail } from './lazily.ts';
import type { At, CreditRule, Field, Kind, Measure, State, Term } from './plan.ts';
import { both } from './problem.ts';
import { RESULTS } from './names.ts';
import { follow, hintFor, rowNames } from './row-names.ts';
import type { Names } from './typed-text.ts';

export { tableNames } from './table-names.ts';
export { together, typed } from './typed-text.ts';
export type { Found, Names, TypedText } from './typed-text.ts';

/** What the parts of one plan share while it is resolved. */
export interface PlanContext {
  readonly found: Diagnostic[];
  readonly kinds: Kinds;
  readonly currency: string;
  readonly terms: ReadonlyMap<string, Term>;
  /** terms that were refused: what reads them has been told */
  readonly refusedTerms: ReadonlySet<string>;
  readonly tables: ReadonlyMap<string, Entry>;
  /** filled once everything else of the plan can be asked for */
  readonly credits: CreditRule[];
  /** of all credit rules, also of those with errors */
  readonly ruleNames: ReadonlySet<string>;
  readonly measureNames: ReadonlySet<string>;
  /** the measure of a name, resolved when it is first asked for; undefined where it has errors */
  readonly measure: (name: string, asked: Node | At) => Measure | undefined;
  /** whose number a measure of this name is, as its text says */
  readonly subjectOf: (name: string) => string;
  readonly state: (name: string, asked: Node | At) => State | undefined;
  /** the kind whose state it is */
  readonly subjectOfState: (name: string) => string | undefined;
  readonly levelOf: (state: string) => Type;
  /** whether rows of a kind can be read: what its condition, or its state, says is resolved first */
  readonly ready: (kind: string, asked: Node | At) => boolean;
  /** what is being resolved, outermost first */
  readonly trail: Trail;
  /** all components by name, at whatever depth */
  readonly components: ReadonlyMap<string, Entry>;
  /** what a component measures, found when it is first asked for */
  readonly measuredBy: (component: string) => Measured;
  /** names of tables that something reads */
  readonly used: Set<string>;
  /** kinds of fact that a measure reads, and where it says so */
  readonly measured: Map<string, At>;
}
/** `broken`: it says a measure, which has errors of its own */
export interface Measured { readonly measure?: Measure; readonly broken: boolean }

/** Fields of the person whose row is looked at, by their bare names; dots follow references. */
export function personNames(kinds: Kinds): Names {
  return rowNames(kinds, ['person']);
}

type Terms = ReadonlyMap<string, Term>;

/** `payee` himself, and `payee.x`: his fields, as of the end of the window, and his terms. `via`: formulas about single credits also know the payee directly below. */
export function payeeNames(kinds: Kinds, terms: Terms, via: 'via' | 'no via' = 'no via'): Names {
  const person = kinds.get('person') as Kind;
  const whos = via === 'via' ? ['payee', 'via'] as const : ['payee'] as const;
  return {
    all: () => whos.flatMap((who) => [...person.fields.map((f) => `${who}.${f.name}`), ...[...terms.keys()].map((t) => `${who}.${t}`)]),
    find(name) {
      const [who, ...path] = name.split('.');
      if (who !== 'payee' && who !== 'via') return undefined;
      if (who === 'via' && via === 'no via') return { refusal: { code: 'plan.unknown_name', message: '`via` is the payee directly below the one who is credited, so it has a meaning only for single facts', hint: 'read it in a measure, a guardrail or the factor of a credit rule' } };
      if (path.length === 0) return who === 'payee' ? { meaning: { ref: { kind: 'payee' }, type: { kind: 'payee' } } } : { refusal: { code: 'plan.unknown_name', message: '`via` has a meaning only together with one of its fields', hint: 'write `via.role` or another field or term of the payee below' } };
      const term = path.length === 1 ? terms.get(path[0] ?? '') : undefined;
      if (term !== undefined) return { meaning: { ref: { kind: 'person_term', who, term: term.name }, type: { kind: term.type } } };
      const got = follow(kinds, person, path);
      if (typeof got === 'object') return { meaning: { ref: { kind: who === 'payee' ? 'payee_field' : 'via_field', path }, type: got } };
      return { refusal: { code: 'plan.unknown_name', message: got, hint: hintFor(kinds, person, path) } };
    },
  };
}

/** `pod.quota`: a field of the group that the payee is in, by the name of the kind or of the field of person that refers to it. */
export function groupNames(kinds: Kinds): Names {
  const person = kinds.get('person') as Kind;
  const groups = groupsOf(person);
  return {
    all: () => groups.flatMap(({ kind }) => kinds.get(kind)?.fields.map((f) => `${kind}.${f.name}`) ?? []),
    find(name) {
      const [first, ...path] = name.split('.');
      const group = path.length === 0 ? undefined : groups.find((g) => g.kind === first) ?? groups.find((g) => g.field === first);
      const kind = group && kinds.get(group.kind);
      if (group === undefined || kind === undefined) return undefined;
      const got = follow(kinds, kind, path);
      if (typeof got !== 'object') return { refusal: { code: 'plan.unknown_name', message: got, hint: hintFor(kinds, kind, path) } };
      return { meaning: { ref: group.kind === first ? { kind: 'group_field', group: group.kind, path } : { kind: 'payee_field', path: [group.field, ...path] }, type: got } };
    },
  };
}

/** The fields of a person that refer to a row of some kind: pod, shop, account. */
export function groupsOf(person: Kind | undefined): readonly { readonly field: string; readonly kind: string }[] {
  return person?.fields.flatMap(({ name, type }: Field) => (typeof type === 'object' ? [{ field: name, kind: type.entity }] : [])) ?? [];
}

export function termNames(terms: Terms, refused: ReadonlySet<string> = new Set()): Names {
  return {
    all: () => [...terms.keys()],
    find(name) {
      if (refused.has(name)) return { broken: true };
      const term = terms.get(name);
      return term && { meaning: { ref: { kind: 'term', term: name }, type: { kind: term.type } } };
    },
  };
}

export const periodNames: Names = {
  all: () => ['period_start', 'period_end'],
  find(name) {
    const edge = name === 'period_start' ? 'start' : name === 'period_end' ? 'end' : undefined;
    return edge && { meaning: { ref: { kind: 'period', edge }, type: { kind: 'date' } } };
  },
};

export function measureNames(ctx: Pick<PlanContext, 'measureNames' | 'measure'>): Names {
  return {
    all: () => [...ctx.measureNames],
    find(name, asked) {
      if (!ctx.measureNames.has(name)) return undefined;
      const measure = ctx.measure(name, asked);
      return measure === undefined ? { broken: true } : { meaning: { ref: { kind: 'measure', measure: name }, type: measure.type } };
    },
  };
}

const OF_COMPONENTS = ['attainment', 'value', 'target'] as const;

/** `bookings.attainment` and the like, of any component of the plan. */
export function componentNames(ctx: Pick<PlanContext, 'components' | 'measuredBy'>): Names {
  return {
    all: () => [...ctx.components].flatMap(([name, entry]) => (entry.value.kind === 'map' && entry.value.entries.some((e) => e.key === 'target') ? [`${name}.attainment`] : [])),
    find(name) {
      const [component = '', result, ...more] = name.split('.');
      const entry = ctx.components.get(component);
      if (entry === undefined || result === undefined) return undefined;
      const what = OF_COMPONENTS.find((w) => w === result);
      const has = (key: string): boolean => entry.value.kind === 'map' && entry.value.entries.some((e) => e.key === key);
      if (what === undefined || more.length > 0) return { refusal: { code: 'plan.unknown_name', message: `a component has no \`${[result, ...more].join('.')}\` that others may read`, hint: `${both(OF_COMPONENTS.map((w) => `\`${component}.${w}\``))} can be read` } };
      if (has('components')) return { refusal: { code: 'plan.unknown_name', message: `\`${component}\` is a group, which has no ${what} of its own`, hint: 'read one of its parts' } };
      const lacks = has('measure') ? (what !== 'value' && !has('target') ? 'target' : undefined) : 'measure';
      if (lacks !== undefined) return { refusal: { code: 'plan.unknown_name', message: `\`${component}\` has no \`${lacks}\`, so there is no \`${name}\``, hint: `add \`${lacks}\` there, or read something else` } };
      const { measure, broken } = ctx.measuredBy(component);
      if (broken || measure === undefined) return { broken: true };
      return { meaning: { ref: { kind: 'component', component, what }, type: what === 'attainment' ? { kind: 'percent' } : measure.type } };
    },
  };
}

export type Result = (typeof RESULTS)[number];
export type Results = Readonly<Partial<Record<Result, Type>>>;

/** Results of the component at hand; what it does not have is said in words. */
export function resultNames(types: Results): Names {
  return {
    all: () => Object.keys(types),
    find(name) {
      const what = RESULTS.find((r) => r === name);
      if (what === undefined) return undefined;
      const type = types[what];
      if (type !== undefined) return { meaning: { ref: { kind: 'result', what }, type } };
      if (what === 'rate' || what === 'payout') return { refusal: { code: 'plan.unknown_name', message: `there is no one \`${what}\` here that could be read`, hint: `it is there after \`${what}\` has been found, for gates, \`multiply\`, \`cap\` and \`floor\`, and not where a \`marginal\` table has one for each part` } };
      const lacks = what === 'value' ? 'no `measure` here, so there is no `value`' : what === 'incentive' ? 'no `incentive` here' : `no \`target\` here, so there is no \`${what}\``;
      return { refusal: { code: 'plan.unknown_name', message: `there is ${lacks}`, hint: `add \`${what === 'value' ? 'measure' : what === 'incentive' ? 'incentive' : 'target'}\`, or read something else` } };
    },
  };
}

/** Fields of the facts, where a formula cannot be about single facts. */
export function fieldsRefused(kinds: Kinds, rows: readonly string[]): Names {
  const row = rowNames(kinds, rows);
  return {
    all: () => [],
    find(name, asked) {
      return row.find(name, asked)?.meaning === undefined ? undefined
        : { refusal: { code: 'plan.table', message: `\`${name}\` is a field of \`${rows.join('`, `')}\`, so it differs from fact to fact; here one number is needed for all of them`, hint: `use \`rate\`, which can be found for each fact; pick facts with \`where\`; or calculate each fact by itself with \`per: ${rows[0] ?? 'deal'}\`` } };
    },
  };
}

/** Results of a component, where facts are picked and counted: they come after. */
export const resultsLater: Names = laterStage(resultNames({ attainment: { kind: 'percent' }, target: { kind: 'money' }, incentive: { kind: 'money' } }), 'facts are counted', 'put the condition into a gate, or the number into the component');

/** Names that mean something, but are known only after the place where they stand. */
export function laterStage(names: Names, place: string, hint: string): Names {
  return {
    all: () => [],
    find(name, asked) {
      const got = names.find(name, asked);
      if (got?.broken) return got;
      return got?.meaning === undefined && got?.table === undefined ? undefined
        : { refusal: { code: 'plan.later_stage', message: `\`${name}\` is known only after ${place}`, hint } };
    },
  };
}

/** Names that mean something in the language, but cannot be read at this place yet. */
export function later(names: Names, what: string, hint: string): Names {
  return {
    all: () => [],
    find(name, asked) {
      const got = names.find(name, asked);
      return got?.meaning === undefined ? got : { refusal: { code: 'plan.not_built_yet', message: `\`${name}\` ${what} is part of the plan language, but this version does not calculate it yet`, hint } };
    },
  };
}
