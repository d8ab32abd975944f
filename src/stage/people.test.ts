import { describe, expect, test } from 'vitest';
import { formatDay } from '../value/period.ts';
import { aboveOn, type People, stintsOf } from './people.ts';
import { day, peopleOf } from './stage.fixture.ts';

const stints = (people: People, id: string, up: readonly string[] = ['manager']): string[] => {
  const person = people.byId.get(id);
  return person === undefined ? [] : (stintsOf(people, day('2026-01-01'), day('2027-01-01'), up).get(person) ?? []).map((s) => `${formatDay(s.from)}..${formatDay(s.to)}`);
};
const above = (people: People, id: string, on: string, levels: number | 'all' = 'all'): string[] => {
  const person = people.byId.get(id);
  return person === undefined ? [] : aboveOn(person, day(on), 'manager', levels, people).above.map((a) => `${a.subject.id} via ${a.via.id}`);
};

describe('stints', () => {
  test('somebody who never changes has one; who joins and leaves has his days', () => {
    const people = peopleOf({ ann: {}, ben: { hired: '2026-03-01', left: '2026-09-15' }, gone: { left: '2025-06-30' }, later: { hired: '2027-02-01' } });
    expect(stints(people, 'ann')).toEqual(['2026-01-01..2027-01-01']);
    expect(stints(people, 'ben')).toEqual(['2026-03-01..2026-09-15']);
    expect(stints(people, 'gone')).toEqual([]);
    expect(stints(people, 'later')).toEqual([]);
  });
  test('a change above cuts the stint below, at any depth, unless nobody is credited upwards', () => {
    const people = peopleOf({ vp: [{}, { from: '2026-10-01', role: 'CRO' }], mo: [{ manager: 'vp' }, { from: '2026-05-01', role: 'Director', manager: 'vp' }], ann: [{ manager: 'mo' }, { from: '2026-08-01', manager: 'vp' }] });
    expect(stints(people, 'ann')).toEqual(['2026-01-01..2026-05-01', '2026-05-01..2026-08-01', '2026-08-01..2026-10-01', '2026-10-01..2027-01-01']);
    expect(stints(people, 'ann', [])).toEqual(['2026-01-01..2026-08-01', '2026-08-01..2027-01-01']);
  });
  test('a change outside the span cuts nothing', () => {
    expect(stints(peopleOf({ ann: [{}, { from: '2025-05-01', role: 'x' }, { from: '2027-01-01', role: 'y' }] }), 'ann')).toEqual(['2026-01-01..2027-01-01']);
  });
});

describe('those above', () => {
  const people = peopleOf({ vp: {}, mo: { manager: 'vp' }, kim: { manager: 'vp' }, ann: [{ manager: 'mo' }, { from: '2026-08-01', manager: 'kim' }] });
  test('are those of the day, nearest first, each with the one directly below', () => {
    expect(above(people, 'ann', '2026-07-31')).toEqual(['mo via ann', 'vp via mo']);
    expect(above(people, 'ann', '2026-08-01')).toEqual(['kim via ann', 'vp via kim']);
    expect(above(people, 'ann', '2026-08-01', 1)).toEqual(['kim via ann']);
    expect(above(people, 'vp', '2026-08-01')).toEqual([]);
  });
  test('[B5] a circle is told, with its path, and does not go on for ever', () => {
    const round = peopleOf({ a: { manager: 'b' }, b: { manager: 'c' }, c: { manager: 'a' } }), a = round.byId.get('a');
    expect(a === undefined ? undefined : aboveOn(a, day('2026-01-01'), 'manager', 'all', round).cycle).toEqual(['a', 'b', 'c', 'a']);
    const self = peopleOf({ a: { manager: 'a' } }), me = self.byId.get('a');
    expect(me === undefined ? undefined : aboveOn(me, day('2026-01-01'), 'manager', 'all', self).cycle).toEqual(['a', 'a']);
  });
});
