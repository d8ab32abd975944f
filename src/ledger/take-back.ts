/**
 * What events take back of one line of an earning. Pay that is not payable yet is cancelled first; only what
 * has been payable goes back, so that never more goes back than was paid. What one event takes is at most what
 * the line has left; several events of a line count in their order.
 */
import { multiply, ratio, type Ratio } from '../value/rate.ts';
import type { Day } from '../value/period.ts';
import type { Released } from './release.ts';
import { inEqualParts, type MinorRounding, roundMinor } from './spread.ts';

export interface BackEvent {
  /** the rule of the plan that speaks of it */
  readonly rule: string;
  readonly day: Day;
  /** end of the period in which it goes back: what is payable before it counts as paid */
  readonly paidUntil: Day;
  /** a share of the line, or minor units */
  readonly takes: { readonly kind: 'share'; readonly share: Ratio } | { readonly kind: 'amount'; readonly amount: Ratio };
  /** days of the instalments; the first is that of the event */
  readonly days: readonly Day[];
  /** at most this part of the pay of a period; the rest waits */
  readonly cap: Ratio | undefined;
}
/** Goes back on this day, in its period. */
export interface Recoverable { readonly rule: string; readonly day: Day; readonly amount: bigint; readonly cap: Ratio | undefined }

/** One line: its amount, of which events take shares, and what each part of the release makes of it. */
export interface LineReleased { readonly amount: bigint; readonly parts: readonly (Released & { readonly amount: bigint })[] }
export interface LineLeft {
  readonly parts: readonly (Released & { readonly amount: bigint; /** never payable any more, because of a take-back */ readonly cancelled: bigint })[];
  readonly recoverable: readonly Recoverable[];
}

interface Step { readonly day: Day; readonly order: number; readonly take: () => void }

/** Events in order of day. A line that is a return (not above 0) has nothing to take back. */
export function takenBack(line: LineReleased, events: readonly BackEvent[], rounding: MinorRounding): LineLeft {
  if (line.amount <= 0n || events.length === 0) return { parts: line.parts.map((p) => ({ ...p, cancelled: 0n })), recoverable: [] };
  const parts = line.parts.map((p) => ({ amount: p.amount, payments: [...p.payments], lapses: [...p.lapses], cancelled: 0n }));
  const recoverable: Recoverable[] = [];
  // neither payable so far, nor lapsed, nor cancelled; and what events may still take
  const whole = parts.reduce((sum, p) => sum + p.amount, 0n);
  let open = whole, left = whole;
  const pays = (list: { day: Day; amount: bigint }[], at: number, part: { cancelled: bigint }, lapses: boolean): void => {
    const one = list[at];
    if (one === undefined) return;
    const kept = one.amount > open ? (open > 0n ? open : 0n) : one.amount;
    list[at] = { ...one, amount: kept };
    part.cancelled += one.amount - kept;
    open -= kept;
    if (lapses) left = left - kept > 0n ? left - kept : 0n;
  };
  const takes = (event: BackEvent): void => {
    const amount = clamp(wanted(event, line.amount, rounding), left);
    const cancelled = clamp(open, amount);
    left -= amount;
    open -= cancelled;
    const back = amount - cancelled, shares = inEqualParts(back, event.days.length);
    if (back > 0n) recoverable.push(...event.days.map((day, i) => ({ rule: event.rule, day, amount: shares[i] ?? 0n, cap: event.cap })));
  };
  const steps: Step[] = [
    ...parts.flatMap((part, p) => [
      ...part.payments.map((one, i): Step => ({ day: one.day, order: p + 1, take: () => { pays(part.payments, i, part, false); } })),
      ...part.lapses.map((one, i): Step => ({ day: one.day, order: p + 1, take: () => { pays(part.lapses, i, part, true); } })),
    ]),
    ...events.map((event): Step => ({ day: event.paidUntil, order: 0, take: () => { takes(event); } })),
  ];
  for (const step of steps.sort((a, b) => a.day - b.day || a.order - b.order)) step.take();
  cancelHeld(parts, open);
  return {
    recoverable,
    parts: parts.map((p) => ({ ...p, payments: p.payments.filter((x) => x.amount !== 0n), lapses: p.lapses.filter((x) => x.amount !== 0n) })),
  };
}

/** What still waits for something is cancelled in the last parts first. */
function cancelHeld(parts: readonly { amount: bigint; payments: { amount: bigint }[]; lapses: { amount: bigint }[]; cancelled: bigint }[], open: bigint): void {
  const held = parts.map((p) => p.amount - p.cancelled - [...p.payments, ...p.lapses].reduce((s, x) => s + x.amount, 0n));
  let over = held.reduce((s, h) => s + h, 0n) - open;
  for (let i = parts.length - 1; i >= 0 && over > 0n; i--) {
    const part = parts[i], of = clamp(held[i] ?? 0n, over);
    if (part === undefined) continue;
    part.cancelled += of;
    over -= of;
  }
}

function wanted(event: BackEvent, line: bigint, rounding: MinorRounding): bigint {
  return event.takes.kind === 'share' ? roundMinor(multiply(ratio(line), event.takes.share), rounding) : roundMinor(event.takes.amount, { unit: 1n, mode: 'half_away' });
}
/** Between 0 and the most. */
function clamp(amount: bigint, most: bigint): bigint {
  return amount <= 0n || most <= 0n ? 0n : amount < most ? amount : most;
}
