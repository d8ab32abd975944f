/** From what is earned to what is paid, in words: parts that are released, what events take back, draws, and the settlement of each period. */
import { type Payment, sumOf } from '../ledger/release.ts';
import { both } from '../plan/problem.ts';
import { spaced } from '../plan/words-formula.ts';
import type { SettledOf } from './payment-settle.ts';
import { formatDay, type Span } from '../value/period.ts';
import { ratio } from '../value/rate.ts';
import { moneyWords, plainMoney } from './explain-words.ts';
import type { Step } from './explanation.ts';
import type { PaidEarning, PaidPart, Payments } from './payments.ts';

/** Of one plan of one payee: what was earned in the span, and each of its periods that is settled. */
export function paymentSteps(payments: Payments, plan: string, payee: string, span: Span): Step[] {
  const inside = (p: Span): boolean => p.from >= span.from && p.to <= span.to;
  const earned = payments.earnings.filter((e) => e.plan.plan === plan && e.payee.id === payee && inside(e.period) && e.earned !== 0n);
  const settled = payments.settled.filter((s) => s.plan.plan === plan && s.payee.id === payee);
  return [
    ...earned.flatMap((e) => [...releaseSteps(e), ...backSteps(e)]),
    ...settled.flatMap((s) => s.periods.filter((p) => inside(p.period)).flatMap((p) => settledSteps(p, s.currency))),
  ];
}

/** "5,600.00 of Bookings for 2026-Q1: signature 3,360.00 (payable on 2026-03-31); live 2,240.00 (waits for its event)." */
function releaseSteps({ plan: { currency, paysIn }, component, period, earned, parts }: PaidEarning): Step[] {
  const plain = (minor: bigint): string => plainMoney(ratio(minor), currency), money = (minor: bigint): string => moneyWords(ratio(minor), currency);
  const name = (p: PaidPart): string => p.title ?? spaced(p.name);
  const [only] = parts, whole = `${money(earned)} of ${component.title} for ${period.label}`;
  const on = parts.length === 1 && only !== undefined ? allOn(only) : undefined;
  const said = on !== undefined ? `${whole} is payable on ${formatDay(on)}.` : parts.length === 1 && only !== undefined ? `${whole}: ${stateWords(only, currency)}.`
    : `${whole}: ${parts.map((p) => `${name(p)} ${money(p.planned)} (${stateWords(p, currency)})`).join('; ')}.`;
  const converted = parts.filter((p) => p.pays !== undefined).map((p) => `${parts.length === 1 ? 'that' : name(p)} is ${moneyWords(ratio(p.pays ?? 0n), paysIn)} ${paysIn}`);
  return [{ step: 'release', text: `${said}${converted.length === 0 ? '' : ` In the money of the payment ${both(converted)}.`}`, numbers: { component: component.name, amount: plain(earned) },
    rows: parts.flatMap((p) => [{ part: p.name, planned: plain(p.planned), payable: plain(sumOf(p.payments)), lapsed: plain(p.lapsed), taken_back: plain(p.cancelled), held: plain(p.held) }, ...p.payments.map((d) => ({ part: p.name, day: formatDay(d.day), amount: plain(d.amount) }))]) }];
}
/** By days, each once. */
function daysOf({ payments }: PaidPart): Payment[] {
  const byDay = Map.groupBy(payments.filter((p) => p.amount !== 0n), (p) => p.day);
  return [...byDay].map(([day, all]) => ({ day, amount: sumOf(all) })).sort((a, b) => a.day - b.day);
}
/** The day on which all of it is payable, if there is one. */
function allOn(part: PaidPart): number | undefined {
  const [first, second] = daysOf(part);
  return first !== undefined && second === undefined && first.amount === part.planned ? first.day : undefined;
}
function stateWords(part: PaidPart, currency: string): string {
  const money = (minor: bigint): string => moneyWords(ratio(minor), currency), whole = allOn(part), days = daysOf(part);
  if (whole !== undefined) return `payable on ${formatDay(whole)}`;
  const shown = days.length > 6 ? [`${money(sumOf(days))} is payable in ${days.length} parts from ${formatDay(days[0]?.day ?? 0)} to ${formatDay(days.at(-1)?.day ?? 0)}`] : days.map((p) => `${money(p.amount)} is payable on ${formatDay(p.day)}`);
  const rest = [...(part.lapsed === 0n ? [] : [`${money(part.lapsed)} lapsed`]), ...(part.cancelled === 0n ? [] : [`${money(part.cancelled)} is not payable any more, because it was taken back`]), ...(part.held === 0n ? [] : [`${money(part.held)} waits for its event`])];
  const all = [...shown, ...rest];
  return all.length === 0 ? 'nothing' : both(all);
}

function backSteps({ plan: { currency }, component, period, recoverable }: PaidEarning): Step[] {
  return recoverable.map((b): Step => ({ step: 'take_back', numbers: { component: component.name, rule: b.rule, day: formatDay(b.day), amount: plainMoney(ratio(b.amount), currency) },
    text: `${moneyWords(ratio(b.amount), currency)} of ${component.title} for ${period.label} goes back on ${formatDay(b.day)} (${spaced(b.rule)}).` }));
}

/** "Payable in 2026-01 640.00, taken back 100.00; the draw adds 460.00: paid 1,000.00." */
function settledSteps(p: SettledOf, currency: string): Step[] {
  const plain = (minor: bigint): string => plainMoney(ratio(minor), currency), money = (minor: bigint): string => moneyWords(ratio(minor), currency);
  if (p.payable === 0n && p.takenBack === 0n && p.carried === 0n && p.topUp === 0n && p.paid === 0n) return [];
  const parts = [
    ...(p.takenBack === 0n ? [] : [`less ${money(p.takenBack)} that is taken back`]), ...(p.carried === 0n ? [] : [`less ${money(p.carried)} that earlier periods left below zero`]),
    ...(p.topUp === 0n ? [] : [`plus ${money(p.topUp)} that the draw adds`]), ...(p.recovered === 0n ? [] : [`less ${money(p.recovered)} of the draw that is paid back`]),
  ];
  const after = p.payable - p.takenBack - p.carried + p.topUp - p.recovered;
  const rounded = after === p.paid || after < 0n ? '' : `, rounded from ${money(after)}`, below = after < 0n && p.paid === 0n ? (p.balances.negative > 0n ? `; ${money(p.balances.negative)} is carried to the next period` : '; what is below zero is dropped') : '';
  const owed = [...(p.balances.draw === 0n ? [] : [`${money(p.balances.draw)} of the draw is owed`]), ...(p.forgiven === 0n ? [] : [`${money(p.forgiven)} of the draw is forgiven`]), ...(p.balances.waiting === 0n ? [] : [`${money(p.balances.waiting)} waits to be taken back, because of the cap`])];
  return [{ step: 'settled', text: `Payable in ${p.label} ${money(p.payable)}${parts.map((x) => `, ${x}`).join('')}: paid ${money(p.paid)}${rounded}${below}.${owed.length === 0 ? '' : ` At its end ${both(owed)}.`}`,
    numbers: { period: p.label, payable: plain(p.payable), taken_back: plain(p.takenBack), carried: plain(p.carried), top_up: plain(p.topUp), recovered: plain(p.recovered), forgiven: plain(p.forgiven), paid: plain(p.paid), rounded: rounded === '' ? 'no' : 'yes', owed: plain(p.balances.draw), carries: plain(p.balances.negative), waits: plain(p.balances.waiting) } }];
}
