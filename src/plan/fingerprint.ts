/**
 * The fingerprint of a plan, in two: `pay` of everything that can change a payout, `words` of titles and
 * purposes. Apart from the canonical form, since hashing needs Node and calculating does not.
 */
import { createHash } from 'node:crypto';
import { payText, type Unmarked, wordsText } from './canonical.ts';
import type { Plan } from './plan.ts';

/** `beside`: derived fields and kinds of the workspace that the plan reads, which can change a payout too. */
export function fingerprintOf(plan: Unmarked, beside: readonly unknown[] = []): Plan['fingerprint'] {
  return { pay: sha256(payText(plan, beside)), words: sha256(wordsText(plan)) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
