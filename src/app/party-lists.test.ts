/** Cells that list payees: what is read, and what is refused with which words. */
import { describe, expect, test } from 'vitest';
import { readParties } from './party-lists.ts';

const read = (text: string, type: 'payees' | 'splits', decimal: '.' | ',' = '.'): string => {
  const got = readParties(text, type, decimal);
  return 'code' in got ? `${got.code}: ${got.message}` : got.map((p) => (p.share === null ? p.payee : `${p.payee}=${p.share}`)).join(' | ');
};

describe('a list of payees', () => {
  test.each<[string, 'payees' | 'splits', string]>([
    ['ann', 'payees', 'ann'],
    ['ann; bob ;Cy Ray', 'payees', 'ann | bob | Cy Ray'],
    ['Lind, Ada; a:b', 'payees', 'Lind, Ada | a:b'],
    ['ann 60%; bob 40%', 'splits', 'ann=600000 | bob=400000'],
    ['ann:60%;bob : 40 %', 'splits', 'ann=600000 | bob=400000'],
    ['Cy Ray 33.3333%; A-7 0.0001%; x:y 0%', 'splits', 'Cy Ray=333333 | A-7=1 | x:y=0'],
    ['ann 50.50000%', 'splits', 'ann=505000'],
    ['ann 100%', 'splits', 'ann=1000000'],
    ['ann;;bob', 'payees', 'row.bad_list: A name is missing in the list.'],
    ['ann;', 'payees', 'row.bad_list: A name is missing in the list.'],
    [';', 'splits', 'row.bad_list: A name is missing in the list.'],
    ['60%', 'splits', 'row.bad_share: "60%" has no share.'],
    ['ann; ann', 'payees', 'row.bad_list: "ann" stands twice in the list.'],
    ['ann 60%; ann 40%', 'splits', 'row.bad_list: "ann" stands twice in the list.'],
    ['ann 60%; bob', 'splits', 'row.bad_share: "bob" has no share.'],
    ['ann 60; bob 40', 'splits', 'row.bad_share: "60", the share of "ann", is not a percentage.'],
    ['ann -10%', 'splits', 'row.bad_share: "-10%", the share of "ann", is not a percentage.'],
    ['ann 33,5%', 'splits', 'row.bad_share: "33,5%", the share of "ann", is not a percentage.'],
    ['ann 33.33333%', 'splits', 'row.bad_share: "33.33333%", the share of "ann", has more than four digits after the decimal mark.'],
    ['ann 60%; bob 40.0001%', 'splits', 'row.bad_share: The shares add up to 100.0001 %, which is more than the whole.'],
    ['ann 12345678%', 'splits', 'row.bad_share: "12345678%", the share of "ann", is more than the whole.'],
    ['ann 60%; bob 40%', 'payees', 'row.bad_share: The list says a share, "60%", but it is shared equally.'],
    ['1.23457E+15; bob', 'payees', 'row.damaged_id: "1.23457E+15" is an id that a spreadsheet has shortened to a power of ten; its last digits are lost.'],
    [Array.from({ length: 1001 }, (_, i) => `p${i}`).join(';'), 'payees', 'row.bad_list: The list names 1,001 payees; 1,000 is the most.'],
  ])('%s as %s', (text, type, want) => { expect(read(text, type)).toBe(want); });

  test('decimals are written as the source says', () => {
    expect(read('ann 33,5%; bob 66,5%', 'splits', ',')).toBe('ann=335000 | bob=665000');
    expect(read('ann 33.5%', 'splits', ',')).toContain('not a percentage');
  });
});
