/**
 * A cell that lists payees: `ann; bob` shares equally (type `payees`), `ann 60%; bob 40%` says the shares
 * (type `splits`; also `ann:60%`). Shares of one list are at most 100 %, whichever rule reads it: facts do
 * not know rules, and what a rule credits on top is a field of its own.
 */
import { add, compare, multiply, ONE, ratio, type Ratio, ZERO } from '../value/rate.ts';
import { percentText } from '../plan/titles.ts';
import { PARTS } from '../stage/store.ts';
import type { ListType } from '../plan/kinds.ts';
import { grouped, quoted } from '../value/wording.ts';
import { cleanText, damagedId, MOST_ID } from './import-cells.ts';
import type { CellProblem } from './import-cells.ts';

/** `share`: in parts of `PARTS`; null where the list is shared equally. */
export interface Party { readonly payee: string; readonly share: bigint | null }
/** A payee as he is written, with his share as it is written. */
export interface WrittenParty { readonly payee: string; readonly share: string | null }

const MOST = 1_000;

/** The parties of a cell, in its order. A blank cell has none; that is the caller's. */
export function readParties(text: string, type: ListType, decimal: '.' | ','): readonly Party[] | CellProblem {
  return partiesOf(text.split(';').map((part) => writtenParty(cleanText(part), type)), type, decimal);
}

/** The same of a list that is written as one. */
export function partiesOf(written: readonly WrittenParty[], type: ListType, decimal: '.' | ','): readonly Party[] | CellProblem {
  if (written.length === 0) return bad('The list names nobody.', `Write ${example(type)}, or leave it blank.`);
  if (written.length > MOST) return bad(`The list names ${grouped(written.length)} payees; ${grouped(MOST)} is the most.`, 'Look whether another column is meant.');
  const parties: Party[] = [];
  let sum: Ratio = ZERO;
  for (const { payee, share } of written) {
    if (payee === '') return bad('A name is missing in the list.', `Write ${example(type)}: a semicolon between the names, and none at the end.`);
    if (payee.length > MOST_ID) return bad(`${quoted(payee)} is longer than a name can be (${MOST_ID} characters).`, 'Write a semicolon between the names.');
    const damaged = damagedId(payee);
    if (damaged !== undefined) return damaged;
    if (parties.some((p) => p.payee === payee)) return bad(`${quoted(payee)} stands twice in the list.`, type === 'payees' ? 'Keep one of them; who has more than an equal part needs a list with shares (type `splits`).' : 'Write the sum of the two shares once.');
    const part = shareOf(payee, share, type, decimal);
    if (part !== null && !('n' in part)) return part;
    sum = part === null ? sum : add(sum, part);
    parties.push({ payee, share: part === null ? null : partsOf(part) });
  }
  if (compare(sum, ONE) > 0) return badShare(`The shares add up to ${percentText(sum)}, which is more than the whole.`, 'Lower one of them; what a rule credits on top of the whole belongs into a field of its own.');
  return parties;
}

export function example(type: ListType): string {
  return type === 'payees' ? '`ann; bob`' : '`ann 60%; bob 40%`';
}

/** `ann 60%`, `ann:60%`; of a list without shares the text is the name. */
export function writtenParty(text: string, type: ListType): WrittenParty {
  if (type === 'payees') return { payee: text, share: null };
  const found = /^(?<payee>.*?)(?:\s*:\s*|\s+)(?<share>[-+]?[0-9][0-9.,]*\s*%?)$/s.exec(text)?.groups;
  return found === undefined ? { payee: text, share: null } : { payee: found['payee'] ?? '', share: found['share'] ?? '' };
}

function shareOf(payee: string, share: string | null, type: ListType, decimal: '.' | ','): Ratio | null | CellProblem {
  if (type === 'payees') {
    const [, written] = share === null ? /[\s:]([0-9][0-9.,]*\s*%)$/.exec(payee) ?? [] : [share, share];
    return written === undefined ? null : badShare(`The list says a share, ${quoted(written)}, but it is shared equally.`, 'Declare the field as `splits` in `facts`, or leave the shares out.');
  }
  if (share === null) return badShare(`${quoted(payee)} has no share.`, 'Write it behind the name: `ann 60%; bob 40%`.');
  const found = (decimal === '.' ? /^([0-9]+)(?:\.([0-9]+))?\s*%$/ : /^([0-9]+)(?:,([0-9]+))?\s*%$/).exec(share);
  if (found === null) return badShare(`${quoted(share)}, the share of ${quoted(payee)}, is not a percentage.`, share.endsWith('%') ? `Write the digits with "${decimal}" before decimals, without a sign: 33${decimal}3333%.` : `Write it with its sign: ${share.trim()}%.`);
  const [, whole = '', decimals = ''] = found;
  const digits = decimals.replace(/0+$/, '');
  if (digits.length > 4) return badShare(`${quoted(share)}, the share of ${quoted(payee)}, has more than four digits after the decimal mark.`, 'Round the shares in the file so that they add up to what they should; they are not rounded silently.');
  if (whole.length > 6) return badShare(`${quoted(share)}, the share of ${quoted(payee)}, is more than the whole.`, 'Look whether an amount stands in the place of the share.');
  return ratio(BigInt(whole + digits.padEnd(4, '0')), PARTS);
}

function partsOf(share: Ratio): bigint {
  const parts = multiply(share, ratio(PARTS));
  return parts.n / parts.d;
}

function bad(message: string, hint: string): CellProblem {
  return { code: 'row.bad_list', message, hint };
}
function badShare(message: string, hint: string): CellProblem {
  return { code: 'row.bad_share', message, hint };
}
