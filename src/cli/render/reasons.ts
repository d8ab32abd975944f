/** Why an amount differs from what was posted, in words. */
import type { PreviewRow } from '../../app/run.ts';
import type { ReasonKind } from '../../app/reasons.ts';
import { counted } from '../../value/wording.ts';

/** For a count in front: "312  posted for the first time". */
export const REASON_WORDS: Readonly<Record<ReasonKind, string>> = {
  first: 'posted for the first time',
  no_longer_earned: 'no longer earned: taken back',
  plan_changed: 'the plan was changed',
  facts_new: 'new facts',
  facts_changed: 'changed facts',
  references_changed: 'a changed account, product or the like',
  people_changed: 'changed data of people',
  others_changed: 'changes of others, at whose pay or numbers it looks',
  engine_changed: 'another version of the engine',
  store_replaced: 'no change that is known: the store is another one',
};

/** Of one line; `count` where it says something. */
export function reasonText({ reasons }: PreviewRow): string {
  return reasons.map(({ kind, count }) => {
    switch (kind) {
      case 'first': return 'first time';
      case 'facts_new': return counted(count, 'new fact');
      case 'facts_changed': return counted(count, 'changed fact');
      case 'no_longer_earned': return 'taken back';
      default: return REASON_WORDS[kind];
    }
  }).join(', ');
}
