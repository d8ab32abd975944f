/** The explanation of a fact as a page of text: the fact, who is credited and who is not, and where it was counted and paid. */
import { kindWords } from '../plan/words-facts.ts';
import { spaced } from '../plan/words-formula.ts';
import { digitsOf } from '../stage/lower.ts';
import { add, equal, multiply, parseRatio, powerOfTen, ratio, ZERO } from '../value/rate.ts';
import { groupedAmount, shortened } from '../value/wording.ts';
import { capital, percentShown, plainMoney, plural } from './explain-words.ts';
import type { CountedCredit, CreditTotals, ExplainedRule, FactCredit, FactExplanation, FactPlan } from './fact-explanation.ts';
import { alignedTable, type Cells } from './text-table.ts';

export function factText(e: FactExplanation): string {
  const reached = e.plans.filter(isReached), shown = reached.length === 0 ? e.plans : reached, others = e.plans.filter((p) => !shown.includes(p));
  const credited = e.plans.length === 0 ? [] : [`Who is credited${e.takes_back === null ? '' : `, as of ${e.takes_back} and taken back`}`, ...shown.map((p) => planText(p, shown.length > 1)), ...others.map(otherText)];
  const blocks = [
    headText(e), ...credited,
    ...(shown.length > 1 ? [`Total credit factor: ${sumText(e.totals)}.${isAlike(e) ? ' What two plans say alike is one credit.' : ''}`] : []),
    ...(e.plans.length === 0 && e.uncredited === null ? [`No plan that holds on ${e.date} counts ${plural(kindWords(e.kind))}; what looks back does.`] : []),
    ...(e.uncredited === null ? [] : [`It counts for nobody: ${e.uncredited.text}.`]),
    ...countedText(e), ...idleText(e),
  ];
  return `${blocks.join('\n\n')}\n`;
}
/** Is somebody credited who is on the plan, or a group? */
const isReached = ({ rules }: FactPlan): boolean => rules.length === 0 || rules.some((r) => r.credits.some((c) => c.on_plan === 'this'));

/** Do plans say the same, so that their sums together are more than what is credited? */
function isAlike({ plans, totals }: FactExplanation): boolean {
  const sum = plans.map((p) => parseRatio(p.totals.total) ?? ZERO).reduce(add, ZERO);
  return !equal(sum, parseRatio(totals.total) ?? ZERO);
}

// ---- the fact ----

function headText({ kind, id, date, fields, money, currency, takes_back, file, line, entered }: FactExplanation): string {
  const said = Object.entries(fields).map(([name, value]): Cells => [spaced(name), money.includes(name) ? `${groupedAmount(plainMoney(multiply(parseRatio(value) ?? ratio(0n), ratio(powerOfTen(digitsOf(currency)))), currency))} ${currency}` : shortened(value)]);
  return [
    `${capital(kindWords(kind))} ${id}, ${date}`,
    ...(said.length === 0 ? [] : [alignedTable([['', ''], ...said], [], '  ').split('\n').slice(1).join('\n')]),
    entered === null ? `  from ${file.slice(file.lastIndexOf('/') + 1)}:${line}` : `  ${entered}`,
    ...(takes_back === null ? [] : [`  It takes back ${takes_back}: the credits of that one, negative.`]),
  ].join('\n');
}

// ---- credits ----

function planText({ plan, title, rules, totals }: FactPlan, several: boolean): string {
  const body = rules.length === 0 ? ['  It is counted for a group; nobody is credited.'] : rules.map(ruleText);
  return [title === plan ? plan : `${title} (${plan})`, ...body, ...(rules.length === 0 ? [] : [`  ${several ? 'In this plan' : 'Total credit factor'}: ${sumText(totals)}`])].join('\n');
}

function ruleText({ rule, says, credits, lost }: ExplainedRule): string {
  const table = credits.length === 0 ? [] : alignedTable([['', '', ''], ...credits.map((c): Cells => [nameWords(c), percentOf(c.share), noteOf(c)])], [false, true], '    ').split('\n').slice(1);
  const won = table.flatMap((line, i) => [line, ...(credits[i]?.guardrails ?? []).map((g) => `      ${g.text}`)]);
  const why = lost.map(({ text }) => `    ${credits.length === 0 ? 'nobody' : 'not'}: ${text}.`);
  return [`  ${spaced(rule)}: ${says}`, ...won, ...why].join('\n');
}
/** A plan whose rules credit nobody who is on it: in short. */
function otherText({ plan, title, rules }: FactPlan): string {
  return [`${title === plan ? plan : `${title} (${plan})`}: nobody who is on it`, ...rules.map(({ rule, credits, lost }) => {
    const said = [...credits.map((c) => `${nameWords(c)}, ${c.on_plan === 'none' ? OFF.none : OFF.another}`), ...lost.map((l) => (credits.length === 0 ? `nobody (${l.text})` : l.text))];
    return `  ${spaced(rule)}: ${said.join('; ')}.`;
  })].join('\n');
}
const OFF = { this: '', another: 'not on this plan that day', none: 'credited, but on no plan that day' } as const;
const nameWords = ({ name, payee }: { readonly name: string; readonly payee: string }): string => (name === payee ? name : `${name} (${payee})`);

/** The way through the hierarchy, what it is without guardrails, and whether he is on a plan. */
function noteOf(c: FactCredit): string {
  const before = c.before === c.share || c.before === '1' ? [] : [`of ${percentOf(c.before)}`];
  return [...(c.through === null ? [] : [c.through.text]), ...before, ...(c.on_plan === 'this' ? [] : [OFF[c.on_plan]])].join('; ');
}

const percentOf = (share: string): string => percentShown(parseRatio(share) ?? ratio(0n));
const sumText = ({ direct, on_top, total }: CreditTotals): string => `${percentOf(total)} (${percentOf(direct)} direct, ${percentOf(on_top)} on top)`;

// ---- counted and paid ----

const ROLES = { measure: '', divisor: 'divided by', base: 'paid on', reading: 'read by the table', condition: 'for a condition', factor: 'for a factor', pool: 'for the shares of the pot' } as const;

/** A table for all components, each with its title above its rows. */
function countedText({ counted }: FactExplanation): string[] {
  if (counted.length === 0) return [];
  const told = counted.map((c): Cells => [c.payee === null ? c.name : nameWords({ name: c.name, payee: c.payee }), periodsOf(c), c.currency === '' ? groupedAmount(c.value) : `${groupedAmount(shortMoney(c.value))} ${c.currency}`, paidOf(c), c.role === 'measure' ? '' : `${ROLES[c.role]}: ${c.measure}`]);
  const [head = '', ...lines] = alignedTable([['', 'period', 'counted', 'paid', ''], ...told], [false, false, true, true], '    ').split('\n');
  const body = lines.flatMap((line, i) => { const c = counted[i], before = counted[i - 1]; return c === undefined || (before?.plan === c.plan && before.component === c.component) ? [line] : [`  ${c.title} (${c.plan})`, line]; });
  const unsaid = counted.some((c) => paidOf(c) === '–') ? ['  –: what was paid cannot be told apart by facts.'] : [];
  return [['Where it was counted, and what was paid for it alone', head, ...body, ...unsaid].join('\n')];
}
function idleText({ idle }: FactExplanation): string[] {
  return idle.length === 0 ? [] : [['Credited, and not counted', ...idle.map((i) => `  ${i.text} (${i.plan}).`)].join('\n')];
}
function periodsOf({ periods }: CountedCredit): string {
  const [first = '', second] = periods;
  return second === undefined ? first : `from ${first} on`;
}
function paidOf({ paid, pays_in, role }: CountedCredit): string {
  if (paid === null) return role === 'measure' ? '–' : '';
  return paid.length === 0 ? '0' : paid.map((p) => `${groupedAmount(p.amount)} ${pays_in}${paid.length > 1 ? ` (${p.period})` : ''}`).join(', ');
}
/** A third of an amount has no end. */
function shortMoney(plain: string): string {
  const [whole = '', decimals] = plain.split('.');
  return decimals === undefined || decimals.length <= 4 ? plain : `about ${whole}.${decimals.slice(0, 2)}`;
}
