/**
 * Which names stand where in a component. What is calculated before may be named, what comes after may
 * not: incentive and target, then attainment, then the pay, then gates, factors and limits.
 */
import type { Reads } from './resolve-tables.ts';
import { rowNames } from './row-names.ts';
import {
  componentNames, fieldsRefused, groupNames, groupsOf, laterStage, measureNames, payeeNames, periodNames, resultNames, tableNames, termNames, together,
} from './scopes.ts';
import type { Names, PlanContext, Result, Results } from './scopes.ts';

/** Measures that are one number for a payee: his own, the company's, and those of a group that he is in. */
function seenMeasures(ctx: PlanContext): Names {
  const names = measureNames(ctx);
  return {
    all: names.all,
    find(name, asked) {
      const subject = ctx.measureNames.has(name) ? ctx.measure(name, asked)?.subject : undefined;
      if (typeof subject !== 'object' || groupsOf(ctx.kinds.get('person')).some((g) => g.kind === subject.entity)) return names.find(name, asked);
      return { refusal: { code: 'plan.measure', message: `\`${name}\` is a number of each ${subject.entity}, and a payee does not say which`, hint: `sum it over the rows of \`${subject.entity}\`: \`{ sum: ${name}, from: ${subject.entity} }\`; or give \`person\` a field of this kind` } };
    },
  };
}

/** What is known of a payee and a period without facts. `reads`: what a table is read at that does not say `by`. */
export function knownNames(ctx: PlanContext, reads?: Reads): Names {
  return together(termNames(ctx.terms, ctx.refusedTerms), payeeNames(ctx.kinds, ctx.terms), groupNames(ctx.kinds), periodNames, tableNames(ctx, reads));
}

const ALL: Results = { attainment: { kind: 'percent' }, value: { kind: 'number' }, target: { kind: 'number' }, incentive: { kind: 'money' }, rate: { kind: 'percent' }, payout: { kind: 'percent' } };

/** Targets, incentives, weights, base, draws: numbers that are found before any fact is looked at. */
export function knownOnly(ctx: PlanContext, what: string): Names {
  const facts = laterStage(together(resultNames(ALL), measureNames(ctx), componentNames(ctx)), what, 'use terms, tables, fields of the payee or of his group, and the period here');
  return together(knownNames(ctx), facts);
}

/** The component at hand, as its formulas see it. */
export interface Inside {
  readonly results: Results;
  /** kinds of the facts that it measures */
  readonly rows: readonly string[];
  /** formulas may be about single facts */
  readonly single: boolean;
  readonly reads?: Reads;
}

/** `rate`, `payout`, `amount`, and what is done to the pay. */
export function earningNames(ctx: PlanContext, { results, rows, single, reads }: Inside): Names {
  const facts = single ? rowNames(ctx.kinds, rows) : fieldsRefused(ctx.kinds, rows);
  return together(resultNames(results), facts, componentNames(ctx), seenMeasures(ctx), knownNames(ctx, reads));
}

/** The pay itself: what it gives cannot be named in it. */
export function payNames(ctx: PlanContext, form: 'rate' | 'payout' | 'amount', inside: Inside): Names {
  const { rate: _rate, payout: _payout, ...before } = inside.results;
  const own: readonly Result[] = ['rate', 'payout'];
  const names = earningNames(ctx, { ...inside, results: before });
  const itself = laterStage(resultNames(ALL), `the pay (\`${form}\`) is found`, 'read it in a gate, under `multiply`, or in `cap` and `floor`');
  return {
    all: names.all,
    find: (name, asked) => (own.some((r) => r === name) ? itself : names).find(name, asked),
  };
}

/** Numbers for each of several payees: the shares of a pool, and who has one. */
export function sharingNames(ctx: PlanContext): Names {
  return together(componentNames(ctx), seenMeasures(ctx), knownNames(ctx));
}
