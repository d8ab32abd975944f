/** Credit rules in words. */
import type { CreditRule, Num } from './plan.ts';
import { both } from './problem.ts';
import { factorWords, kindWords } from './words-facts.ts';
import { conditionWords, formulaWords, spaced } from './words-formula.ts';
import { describeTable } from './words-table.ts';

/** Who is credited with what: "The owner of each deal is credited with all of it." */
export function describeCredit(rule: CreditRule): string {
  const facts = both(rule.from.map(kindWords));
  const where = rule.where === undefined ? '' : ` where ${conditionWords(rule.where.formula)}`;
  const each = `each ${facts}${where}`;
  const share = rule.share === undefined ? 'all of it' : `${numWords(rule.share)} of it`;
  const top = rule.overlay ? ', on top of the direct credits' : '';
  return [`${whoWords(rule, each, share, top)}.`, ...moreWords(rule)].join(' ');
}

function whoWords(rule: CreditRule, each: string, share: string, top: string): string {
  if (rule.split.length > 0) {
    const steps = rule.split.map((step) => both(step.map((s) => `${pathWords(s.to)} ${s.share === 'rest' ? 'the rest' : numWords(s.share)}`)));
    return `Of ${each}, ${steps.join('; of what is left, ')}${rule.share === undefined ? '' : `, of ${share}`}${top}`;
  }
  if (rule.through !== undefined) {
    const back = rule.through.lookBack === undefined ? 'before it' : `in the ${rule.through.lookBack} days before it`;
    return `For ${each}, the ${pathWords(rule.through.to)} of every ${kindWords(rule.through.kind)} of the same account ${back} is credited with ${share}, once each${top}`;
  }
  const to = rule.list === undefined ? both(rule.to.map(pathWords)) : pathWords(rule.list.path);
  if (rule.up !== undefined) {
    const field = spaced(rule.up.field), those = rule.up.levels === 'all' ? `everybody above the ${to} (by ${field})` : rule.up.levels === 1 ? `the ${field} of the ${to}` : `the ${rule.up.levels} levels above the ${to} (by ${field})`;
    return `For ${each}, ${those} ${typeof rule.up.levels === 'string' || rule.up.levels === 1 ? 'is' : 'are'} credited with ${share}, on top`;
  }
  if (rule.list !== undefined) return `The ${to} of ${each} share ${share}${rule.list.shares ? ', as it says' : ' equally'}${top}`;
  const many = rule.to.length > 1;
  return `The ${to} of ${each} ${many ? 'share' : 'is credited with'} ${share}${many ? ' equally' : ''}${top}`;
}

function moreWords(rule: CreditRule): string[] {
  return [
    ...(rule.factor === undefined ? [] : [`The credit is multiplied by ${factorWords(rule.factor)}.`]),
    ...(rule.yieldsTo === undefined ? [] : [`Nobody has it whom ${spaced(rule.yieldsTo)} credits for the same.`]),
  ];
}

function pathWords(path: readonly string[]): string {
  return path.map(spaced).join('\'s ');
}

function numWords(number: Num): string {
  return number.kind === 'formula' ? formulaWords(number.formula) : `(${describeTable(number.table, 'factor')})`;
}
