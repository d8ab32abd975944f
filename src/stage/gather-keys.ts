/** What makes two rules or measures the same: keys of their contents. */
import type { Typed } from '../plan/formula.ts';
import type { CreditRule, Plan } from '../plan/plan.ts';
import { ONE } from '../value/rate.ts';
import { moneyKey } from './exchange.ts';
import type { BookTerm, RowTerm } from './gather.ts';
import { contentKey, namesOf } from './reads.ts';

/** Terms mean another thing in another plan. */
export function termsKey(formula: Typed, plan: Plan): string {
  return namesOf(formula).some((n) => n.ref.kind === 'term' || n.ref.kind === 'person_term') ? `${plan.plan}|${plan.effective.from}` : '';
}
export function rowKey(term: RowTerm): string {
  const columns = term.columns.map((c) => [c.value.index, c.key?.index ?? '', c.rules.join(), c.route].join(':')).join(';');
  return ['rows', term.form, columns, term.limits.map((l) => [l.atMost, l.perDay, l.keys.map((k) => k.map((c) => c.index).join()).join('/')].join(':')).join(';'), term.span, contentKey(term.time)].join('|');
}

export function bookKey(terms: readonly BookTerm[]): string {
  return terms.map((t) => [t.kind, t.form, contentKey(t.of), contentKey(t.where), contentKey(t.factors), t.rule === undefined ? '' : ruleKey(t.rule, false), t.route, t.group ?? '', [...t.inputs].map(([n, v]) => `${n}=${v.index}`).join(), moneyKey(t.plan)].join(':')).join(';');
}

export function ruleKey(rule: CreditRule, climbs: boolean): string {
  const { name: _, title: __, at: ___, from: ____, overlay: _____, up, ...says } = rule;
  return contentKey({ ...says, where: rule.where === undefined ? '' : contentKey(rule.where.formula), share: rule.share ?? ONE, up: climbs ? up : undefined });
}
/** Whom another rule of the plan credits first: what that one says is a part of what this one says. */
export function yieldsKey(rule: CreditRule, plan: Plan): string {
  const other = rule.yieldsTo === undefined ? undefined : plan.credits.find((r) => r.name === rule.yieldsTo);
  return other === undefined ? '' : contentKey([ruleKey(other, false), other.where === undefined ? '' : moneyKey(plan)]);
}
/** Is some part of it money? */
export function comparesMoney(formula: Typed): boolean {
  return formula.type.kind === 'money' || ((formula.kind === 'op' || formula.kind === 'call') && formula.args.some(comparesMoney));
}

