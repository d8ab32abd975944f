/**
 * What formulas about single rows may name: the row's own fields, measures and states, tables that are
 * read by these, and, where the row is looked at for somebody, the payee, terms and the period.
 */
import type { TextNode } from './document.ts';
import { bareKind, lineageOf } from './kinds.ts';
import type { Kind } from './plan.ts';
import { both } from './problem.ts';
import type { NumberUse } from './resolve-tables.ts';
import { follow, hintFor, isField, pathTo, rowNames } from './row-names.ts';
import { periodNames, resultsLater, tableNames, termNames, together } from './scopes.ts';
import type { Found, Names, PlanContext } from './scopes.ts';

/**
 * For whom a row is looked at.
 *   nobody   derived fields, kinds and states: the same for everybody and for every window
 *   subject  a measure of an account, a pod, the company: there is a window, but no payee
 *   payee    a credit, or a measure of credits
 *   climb    the same where a rule with `up` credits: `via` is the payee directly below
 */
export type Looker = 'nobody' | 'subject' | 'payee' | 'climb';

export function rowScope(ctx: PlanContext, rows: readonly string[], looker: Looker): Names {
  return withTables(ctx, together(fieldsOf(ctx, rows), ownMeasures(ctx, rows), levels(ctx, rows), around(ctx, looker)));
}

/** `payee` and `via` are somebody, unless the row has a field of this name. */
function fieldsOf(ctx: PlanContext, rows: readonly string[]): Names {
  const names = rowNames(ctx.kinds, rows);
  return {
    all: names.all,
    find(name, asked) {
      const [first = ''] = name.split('.');
      return (first === 'payee' || first === 'via') && !isField(ctx.kinds, rows, first) ? undefined : names.find(name, asked);
    },
  };
}

/** What is known beside the row itself. */
export function around(ctx: PlanContext, looker: Looker): Names {
  if (looker === 'nobody') return refused(ctx);
  if (looker === 'subject') return together(knownTerms(ctx), noPayee('the number is not that of one payee'), periodNames, resultsLater);
  return together(creditedNames(ctx, looker === 'climb'), termNames(ctx.terms, ctx.refusedTerms), periodNames, resultsLater);
}

/** The names, and the tables that are read by them. */
export function withTables(ctx: PlanContext, names: Names): Names {
  return together(names, tableNames(ctx));
}

/** The use of a number in such a formula. */
export function rowUse(ctx: PlanContext, rows: readonly string[], looker: Looker): Omit<NumberUse, 'place'> {
  return { names: rowScope(ctx, rows, looker), perFact: true };
}

function refusal(message: string, hint: string): Found {
  return { refusal: { code: 'plan.unknown_name', message, hint } };
}

/** Measures of the row itself: an account has its own sums among its fields. */
function ownMeasures(ctx: PlanContext, rows: readonly string[]): Names {
  const kinds = rows.flatMap((row) => ctx.kinds.get(row) ?? []);
  const own = (name: string): boolean => {
    const subject = ctx.subjectOf(name);
    return kinds.length > 0 && kinds.every((kind) => lineageOf(ctx.kinds, kind).some((k) => k.name === subject));
  };
  return {
    all: () => [...ctx.measureNames].filter(own),
    find(name, asked) {
      if (!ctx.measureNames.has(name)) return undefined;
      if (own(name)) {
        const measure = ctx.measure(name, asked);
        return measure === undefined ? { broken: true } : { meaning: { ref: { kind: 'measure', measure: name }, type: measure.type } };
      }
      if (isField(ctx.kinds, rows, name)) return undefined;
      const only = rows.length === 1 ? bareKind(rows[0] ?? '') : undefined;
      return refusal(`\`${name}\` is a number of ${subjectWords(ctx.subjectOf(name))}, not of a row of ${both(rows.map((r) => `\`${bareKind(r)}\``))}`,
        only === undefined ? 'follow a reference to whose number it is' : `give the measure \`for: ${only}\`, or follow a reference to whose number it is`);
    },
  };
}

/** "each payee", "the company", "each account" */
export function subjectWords(subject: string): string {
  return subject === 'payee' ? 'each payee' : subject === 'company' ? 'the company' : `each ${bareKind(subject).replaceAll('_', ' ')}`;
}

/** The level of a state on the day, in rows of the kind whose state it is and in rows that belong to one. */
export function levels(ctx: PlanContext, rows: readonly string[]): Names {
  return {
    all: () => [],
    find(name, asked) {
      const subject = ctx.subjectOfState(name);
      if (subject === undefined) return undefined;
      const kinds = rows.flatMap((row) => ctx.kinds.get(row) ?? []);
      const itself = kinds.every((kind) => kind.name === subject);
      if (!itself && (isField(ctx.kinds, rows, name) || !kinds.every((kind) => pathTo(ctx.kinds, kind, subject) !== undefined))) return undefined;
      return ctx.state(name, asked) === undefined ? { broken: true } : { meaning: { ref: { kind: 'state', state: name }, type: ctx.levelOf(name) } };
    },
  };
}

/** The payee who is credited, and whoever stands directly below: fields as of the day, and terms. */
function creditedNames(ctx: PlanContext, climb: boolean): Names {
  const person = ctx.kinds.get('person');
  return {
    all: () => (person?.fields ?? []).flatMap((f) => [`payee.${f.name}`, ...(climb ? [`via.${f.name}`] : [])]),
    find(name, asked) {
      const [who, ...path] = name.split('.');
      if ((who !== 'payee' && who !== 'via') || person === undefined) return undefined;
      if (who === 'via' && !climb) return refusal(`\`${name}\`: \`via\` is the payee directly below the one who is credited, but not every rule that credits here has \`up\``, 'name the rule that climbs, such as `credited: leaders`, or read `payee`');
      const [first, ...rest] = path;
      if (first === undefined) return who === 'payee' ? { meaning: { ref: { kind: 'payee' }, type: { kind: 'payee' } } } : refusal('`via` is a payee, of whom a field is needed here', 'write a field or a term of his, such as `via.role`');
      const term = rest.length === 0 ? ctx.terms.get(first) : undefined;
      if (term !== undefined) return { meaning: { ref: { kind: 'person_term', who, term: first }, type: { kind: term.type } } };
      return personField(ctx, person, who, path, asked);
    },
  };
}

function personField(ctx: PlanContext, person: Kind, who: 'payee' | 'via', path: readonly string[], asked: TextNode): Found {
  const got = follow(ctx.kinds, person, path, asked);
  if (typeof got === 'string') return refusal(got, hintFor(ctx.kinds, person, path));
  return { meaning: { ref: { kind: who === 'payee' ? 'payee_field' : 'via_field', path }, type: got } };
}

/** Terms have values for payees; where there is none, only those with a value for all mean something. */
function knownTerms(ctx: PlanContext): Names {
  const known = [...ctx.terms.values()].filter((t) => (t.given ?? t.fallback) !== undefined);
  const names = termNames(new Map(known.map((t) => [t.name, t])));
  return {
    all: names.all,
    find(name, asked) {
      const term = ctx.terms.get(name);
      return names.find(name, asked) ?? (term && refusal(`the term \`${name}\` has a value for each payee, but this number is not that of one payee`, `give it one for all (\`${name}: ${term.type} = …\`), or make it a field of what is measured`));
    },
  };
}

function noPayee(why: string): Names {
  return {
    all: () => [],
    find(name) {
      const [who] = name.split('.');
      return who !== 'payee' && who !== 'via' ? undefined : refusal(`\`${name}\` means nobody here: ${why}`, 'use fields of the row and of what it refers to');
    },
  };
}

/** What is not known where a formula holds for everybody at all times. */
function refused(ctx: PlanContext): Names {
  const window: Names = {
    all: () => [],
    find(name) {
      const what = ctx.terms.has(name) ? `the term \`${name}\` has a value for each payee` : name === 'period_start' || name === 'period_end' ? `\`${name}\` is another day in each period` : undefined;
      return what === undefined ? undefined : refusal(`${what}, but this formula holds for everybody, in every period`, 'use fields of the row and of what it refers to; terms and periods are read in measures, credits and guardrails');
    },
  };
  return together(window, noPayee('the formula holds for everybody, in every period'));
}
