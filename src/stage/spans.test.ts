import { describe, expect, test } from 'vitest';
import { formatDay } from '../value/period.ts';
import { slicesIn, spansOf } from './spans.ts';
import { day, planOf } from './stage.fixture.ts';

const plan = (effective: string, period: string, window = 'period', more = ''): ReturnType<typeof planOf> =>
  planOf(`plan: p\neffective: ${effective}\npayees: all\nperiod: ${period}\n${more}components:\n  c: { measure: { sum: amount, from: deal }, rate: 5%, window: ${window} }\n`);
const steps = (p: ReturnType<typeof planOf>): string[] => spansOf([p]).windows.flatMap((w) => w.steps.map((s) => `${s.label.label} ${formatDay(s.from)}..${formatDay(s.soFar)} of ${formatDay(s.to)}, ${s.targetPeriods.length}`));

describe('windows', () => {
  test('a period stands alone', () => {
    expect(steps(plan('2026-01-01 / 2026-07-01', 'quarter'))).toEqual(['2026-Q1 2026-01-01..2026-04-01 of 2026-04-01, 1', '2026-Q2 2026-04-01..2026-07-01 of 2026-07-01, 1']);
  });
  test('to date gathers from the beginning, with the target so far', () => {
    expect(steps(plan('2026-01-01 / 2026-10-01', 'quarter', 'year to date'))).toEqual([
      '2026-Q1 2026-01-01..2026-04-01 of 2026-04-01, 1', '2026-Q2 2026-01-01..2026-07-01 of 2026-07-01, 2', '2026-Q3 2026-01-01..2026-10-01 of 2026-10-01, 3']);
  });
  test('whole has the full target at every step', () => {
    expect(steps(plan('2026-01-01 / 2027-01-01', 'half', 'whole year'))).toEqual(['2026-H1 2026-01-01..2026-07-01 of 2027-01-01, 2', '2026-H2 2026-01-01..2027-01-01 of 2027-01-01, 2']);
  });
  test('a window lies inside its version: it begins again with the version, and with the year', () => {
    expect(steps(plan('2026-04-01 / 2027-07-01', 'quarter', 'year to date')).map((s) => s.split(' ').slice(0, 2).join(' '))).toEqual([
      '2026-Q2 2026-04-01..2026-07-01', '2026-Q3 2026-04-01..2026-10-01', '2026-Q4 2026-04-01..2027-01-01', '2027-Q1 2027-01-01..2027-04-01', '2027-Q2 2027-01-01..2027-07-01']);
  });
  test('a version that begins in mid-month counts from its first day', () => {
    expect(steps(plan('2026-01-15 / 2026-03-01', 'month'))[0]).toBe('2026-01 2026-01-15..2026-02-01 of 2026-02-01, 1');
  });
});

describe('weeks and half months', () => {
  const short = (p: ReturnType<typeof planOf>): string[] => steps(p).map((s) => s.replace(/ of .*/, ''));
  test('the weeks around New Year are in one year each, and no day counts twice', () => {
    const all = short(plan('2026-01-01 / 2027-02-01', 'week', 'year to date'));
    expect([all[0], all[1], all[52], all[53], all.at(-1)]).toEqual(['2026-W01 2026-01-01..2026-01-05', '2026-W02 2026-01-01..2026-01-12', '2026-W53 2026-01-01..2027-01-04', '2027-W01 2027-01-04..2027-01-11', '2027-W04 2027-01-04..2027-02-01']);
  });
  test('a window of weeks lies inside its version', () => {
    expect(short(plan('2027-01-01 / 2027-02-01', 'week', 'year to date')).slice(0, 2)).toEqual(['2026-W53 2027-01-01..2027-01-04', '2027-W01 2027-01-04..2027-01-11']);
    expect(steps(plan('2026-03-30 / 2026-05-04', 'week', 'whole month')).map((s) => s.replace(/.* of /, ''))).toEqual(Array.from({ length: 5 }, () => '2026-05-04, 5'));
  });
  test('half months fill months, quarters and years', () => {
    expect(short(plan('2026-02-01 / 2026-04-01', 'half month', 'quarter to date'))).toEqual(['2026-02-A 2026-02-01..2026-02-16', '2026-02-B 2026-02-01..2026-03-01', '2026-03-A 2026-02-01..2026-03-16', '2026-03-B 2026-02-01..2026-04-01']);
  });
  test('weeks of a 4-4-5 calendar fill its months', () => {
    expect(short(plan('2026-02-01 / 2026-03-08', 'week', 'month to date', 'calendar: 4-4-5 ending last Saturday of January\n')).map((s) => s.slice(7))).toEqual([
      'W01 2026-02-01..2026-02-08', 'W02 2026-02-01..2026-02-15', 'W03 2026-02-01..2026-02-22', 'W04 2026-02-01..2026-03-01', 'W05 2026-03-01..2026-03-08']);
  });
});

describe('slices', () => {
  test('weeks and months together: each day is in one slice, and each period is a set of slices', () => {
    const both = spansOf([plan('2026-01-01 / 2026-04-01', 'month'), plan('2026-01-01 / 2026-04-01', 'week')]);
    const starts = both.sliceStarts;
    expect(starts[0]).toBe(both.from);
    expect([...starts].sort((a, b) => a - b)).toEqual([...starts]);
    for (const w of both.windows) for (const s of w.steps) {
      const days = slicesIn(both, s.from, s.soFar).reduce((n, i) => n + ((starts[i + 1] ?? both.to) - (starts[i] ?? 0)), 0);
      expect(days, s.label.label).toBe(s.soFar - s.from);
    }
  });
  test('plans of one calendar share periods and windows', () => {
    const spans = spansOf([plan('2026-01-01 / 2027-01-01', 'quarter'), plan('2026-01-01 / 2027-01-01', 'quarter')]);
    expect(spans.windows).toHaveLength(1);
    expect(spans.periods.map((p) => p.label)).toEqual(['2026-Q1', '2026-Q2', '2026-Q3', '2026-Q4']);
    expect(spans.sliceStarts).toEqual(['2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01'].map(day));
  });
});
