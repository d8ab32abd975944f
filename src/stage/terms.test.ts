/** Numbers that are known without facts: whose value, for which window, blended by days. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Num, Plan } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { addMonths, type Span } from '../value/period.ts';
import { add, formatRatio, ratio, type Ratio, ZERO } from '../value/rate.ts';
import { merged } from './assign.ts';
import { type People, stintsOf } from './people.ts';
import { spansOf } from './spans.ts';
import { day, peopleOf, type PersonRow, planOf } from './stage.fixture.ts';
import { numberAt, numberOver, NoValue, type Place, placeAt, roundingsOf } from './terms.ts';

interface Asked { readonly target: string; readonly terms?: string; readonly more?: string; readonly period?: string; readonly window?: string; readonly of?: string; readonly effective?: string }
function planWith(a: Asked): Plan {
  return planOf(`plan: p\neffective: ${a.effective ?? '2026-01-01 / 2027-01-01'}\nperiod: ${a.period ?? 'quarter'}\nterms: { ${a.terms ?? 'quota: money a year'} }\n${a.more ?? ''}components:\n  c: { measure: { sum: amount, from: deal }, target: '${a.target}', rate: 5%, window: ${a.window ?? 'period'} }\n`);
}
function placeOf(plan: Plan, people: People, id: string): Place {
  const person = people.byId.get(id);
  assert(person !== undefined, 'the person is there');
  const eligible = merged(stintsOf(people, plan.effective.from, plan.effective.to, []).get(person) ?? []);
  const { from, to } = plan.effective;
  return { plan, people, person, eligible, window: { from, to, cut: to }, day: to - 1, round: roundingsOf(plan, {}) };
}
const targetOf = (plan: Plan): Num => { const [c] = plan.components; assert(c?.kind === 'leaf' && c.target !== undefined, 'a target is there'); return c.target; };
/** The target of each period of a plan, as statements show it. */
function targets(a: Asked, row: PersonRow | readonly PersonRow[], roles: Record<string, PersonRow> = {}): string[] {
  const plan = planWith(a), place = placeOf(plan, peopleOf({ ann: row }, roles), 'ann');
  return spansOf([plan]).windows.flatMap((w) => w.steps.map((s) => { const t = numberOver(targetOf(plan), place, { from: s.from, soFar: s.soFar, to: s.to, periods: s.targetPeriods }); return t === null ? 'none' : formatRatio(t, 4); }));
}

describe('whose value', () => {
  const value = (declared: string, row: PersonRow, roles: Record<string, PersonRow> = {}, more = ''): string => {
    const plan = planWith({ target: 'share * 100', terms: `share: ${declared}`, more }), place = placeOf(plan, peopleOf({ ann: row }, roles), 'ann');
    const n = numberAt(targetOf(plan), place);
    return n === null ? 'none' : formatRatio(n);
  };
  test('the payee\'s own, else his role\'s, else `with`, else the default', () => {
    expect(value('money = 1', { role: 'AE', share: '4' }, { AE: { share: '3' } }, 'with: { share: 2 }\n')).toBe('400');
    expect(value('money = 1', { role: 'AE' }, { AE: { share: '3' } }, 'with: { share: 2 }\n')).toBe('300');
    expect(value('money = 1', { role: 'SDR' }, { AE: { share: '3' } }, 'with: { share: 2 }\n')).toBe('200');
    expect(value('money = 1', {})).toBe('100');
  });
  test('nobody\'s is an error that names the term, never 0', () => {
    expect(() => value('money', {})).toThrow(NoValue);
    expect(() => value('money', {})).toThrow('share');
  });
  test('a term without a unit of time is what holds on the last day of the window: never divided', () => {
    expect(targets({ target: 'quota', terms: 'quota: money' }, [{ quota: '100' }, { from: '2026-05-01', quota: '200' }, { from: '2026-09-30', quota: '300' }])).toEqual(['100', '200', '300', '300']);
  });
});

describe('what has a unit of time is shared out to the window', () => {
  test.each<[string, Asked, PersonRow | PersonRow[], string[]]>([
    ['a year in quarters', { target: 'quota' }, { quota: '1_200_000' }, ['300000', '300000', '300000', '300000']],
    ['a month in halves', { target: 'quota', terms: 'quota: money a month', period: 'half' }, { quota: '10' }, ['60', '60']],
    ['a quarter in months', { target: 'quota', terms: 'quota: money a quarter', period: 'month', effective: '2026-01-01 / 2026-04-01' }, { quota: '100' }, ['about 33.3333', 'about 33.3333', 'about 33.3333']],
    ['a month in half months, however many days they have', { target: 'quota', terms: 'quota: money a month', period: 'half month', effective: '2026-02-01 / 2026-04-01' }, { quota: '100' }, ['50', '50', '50', '50']],
    ['a year in half months to date', { target: 'quota', period: 'half month', window: 'quarter to date', effective: '2026-03-01 / 2026-05-01' }, { quota: '2400' }, ['100', '200', '100', '200']],
    ['a week in weeks and a day in months', { target: 'quota + 1 a day', terms: 'quota: money a week', period: 'week', effective: '2026-01-05 / 2026-01-19' }, { quota: '350' }, ['357', '357']],
    ['a week in months', { target: 'quota', terms: 'quota: money a week', period: 'month', effective: '2026-02-01 / 2026-04-01' }, { quota: '70' }, ['280', '310']],
    ['a literal', { target: '1_000 a year' }, { quota: '0' }, ['250', '250', '250', '250']],
    ['yearly is the undivided value', { target: 'yearly(quota)' }, { quota: '1000' }, ['1000', '1000', '1000', '1000']],
    ['arithmetic of shares', { target: 'quota * 50% + 10' }, { quota: '1000' }, ['135', '135', '135', '135']],
    ['so far, in the year to date', { target: 'quota', window: 'year to date' }, { quota: '1000' }, ['250', '500', '750', '1000']],
    ['all of it, for the whole year', { target: 'quota', window: 'whole year' }, { quota: '1000' }, ['1000', '1000', '1000', '1000']],
    ['arithmetic to date is the sum over its periods', { target: 'quota * 2', window: 'year to date' }, { quota: '1000' }, ['500', '1000', '1500', '2000']],
  ])('%s', (_, asked, row, wanted) => { expect(targets(asked, row)).toEqual(wanted); });

  test('a ramp and a season as tables, each period at its own value, to date as their sum', () => {
    const ramp = "{ by: 'month_number(payee.hired, period_start, 15)', steps: { 1: 50_000, 4: 75_000, 7: 100_000 } }";
    const of = (window: string): string[] => {
      const plan = planOf(`plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\ncomponents:\n  c: { measure: { sum: amount, from: deal }, target: ${ramp}, rate: 5%, window: ${window} }\n`);
      const place = placeOf(plan, peopleOf({ ann: { hired: '2026-01-01' } }), 'ann');
      return spansOf([plan]).windows.flatMap((w) => w.steps.map((s) => { const t = numberOver(targetOf(plan), place, { from: s.from, soFar: s.soFar, to: s.to, periods: s.targetPeriods }); return t === null ? 'none' : formatRatio(t); }));
    };
    expect(of('period')).toEqual(['50000', '75000', '100000', '100000']);
    expect(of('year to date')).toEqual(['50000', '125000', '225000', '325000']);
    expect(of('whole year')).toEqual(['325000', '325000', '325000', '325000']);
  });
});

describe('blended by days', () => {
  test('of the reference: 36,500 until 1 July and 73,000 from 2 July are 54,800 in the year', () => {
    expect(targets({ target: 'quota', period: 'year' }, [{ quota: '36500' }, { from: '2026-07-02', quota: '73000' }])).toEqual(['54800']);
  });
  test('a row that has not begun by the end of the period does not count yet', () => {
    expect(targets({ target: 'quota' }, [{ quota: '365' }, { from: '2026-06-01', quota: '730' }])).toEqual(['91.25', 'about 121.3324', '182.5', '182.5']);
  });
  test('a year\'s target that changes in June changes only what ends after it, for the whole year too', () => {
    const [march, june] = targets({ target: 'quota', window: 'whole year' }, [{ quota: '36500' }, { from: '2026-06-01', quota: '73000' }]);
    expect(march).toBe('36500');
    // 151 days at 36,500 and 214 at 73,000
    expect(june).toBe('57900');
  });
  test('a column that does not change is no change: a dated row holds all columns of its person', () => {
    const rows = [{ quota: '1000', role: 'AE' }, { from: '2026-02-10', quota: '1000', role: 'SDR' }, { from: '2026-03-03', quota: '1000', role: 'AE' }];
    expect(targets({ target: 'quota', more: 'round: { days: 0.01 }\n' }, rows)).toEqual(['250', '250', '250', '250']);
    expect(targets({ target: 'quota', more: 'round: { days: 0.01 }\n' }, [{ quota: '1000' }, { from: '2026-02-10', quota: '2000' }])[0]).toBe('390');
  });
  test('rounding of days and of parts happens where it is named', () => {
    const row = [{ quota: '1000' }, { from: '2026-07-02', quota: '2000' }];
    expect(targets({ target: 'quota', period: 'year', more: 'round: { days: 0.1 }\n' }, row)).toEqual(['1500']);
    expect(targets({ target: 'quota', period: 'year', more: 'round: { part: 10 }\n' }, row)).toEqual(['1500']);
    expect(targets({ target: 'quota', period: 'year' }, row)).toEqual(['about 1501.3699']);
  });
});

describe('proration', () => {
  test('scales what has a unit of time by the days on the plan; what has none is not scaled', () => {
    const ben: PersonRow = { quota: '365', hired: '2026-03-02', left: '2026-07-02' };
    expect(targets({ target: 'quota', period: 'year' }, ben)).toEqual(['122']);
    expect(targets({ target: 'quota', period: 'year', more: 'prorate: none\n' }, ben)).toEqual(['365']);
    expect(targets({ target: 'quota', period: 'year', more: 'prorate: days after the first\n' }, ben)).toEqual(['121']);
    expect(targets({ target: 'quota', terms: 'quota: money', period: 'year' }, ben)).toEqual(['365']);
  });
  test('the day of joining counts in a period that he began in, once, under `days after the first`', () => {
    expect(targets({ target: 'quota', terms: 'quota: money a month', period: 'month', effective: '2026-05-01 / 2026-07-01', more: 'prorate: days after the first\n' }, { quota: '310', hired: '2026-05-12' })).toEqual(['190', '310']);
  });
  test('[C16] however a year is cut by joining, leaving and changes, the parts sum to the whole', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 364 }), { minLength: 1, maxLength: 4 }).map((xs) => xs.sort((a, b) => a - b));
    fc.assert(fc.property(cuts, fc.constantFrom('month', 'quarter', 'half', 'year'), fc.constantFrom(2024, 2026), (xs, period, year) => {
      const start = day(`${year}-01-01`), effective = `${year}-01-01 / ${year + 1}-01-01`;
      const days = [start, ...xs.map((x) => start + x), addMonths(start, 12)];
      // one person a stretch: whoever comes next begins where the one before ends
      const plan = planWith({ target: 'quota', period, effective });
      let total: Ratio = ZERO;
      days.slice(1).forEach((to, i) => {
        const people = peopleOf({ ann: { quota: '1000' } }), one = people.persons[0];
        assert(one !== undefined, 'a person is there');
        const eligible: Span[] = [{ from: days[i] ?? start, to }], { from, to: end } = plan.effective;
        const place: Place = { plan, people, person: one, eligible, window: { from, to: end, cut: end }, day: end - 1, round: {} };
        for (const w of spansOf([plan]).windows) for (const s of w.steps) total = add(total, numberOver(targetOf(plan), place, { from: s.from, soFar: s.soFar, to: s.to, periods: s.targetPeriods }) ?? ZERO);
      });
      expect(total).toEqual(ratio(1000n));
    }), { numRuns: 60 });
  });
  test('the payee\'s fields are those of the last day of the window', () => {
    const plan = planOf("plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: half\ncomponents:\n  c: { measure: { sum: amount, from: deal }, target: { by: payee.role, lookup: { AE: 100, SDR: 50 } }, rate: 5% }\n");
    const place = placeOf(plan, peopleOf({ ann: [{ role: 'AE' }, { from: '2026-06-30', role: 'SDR' }] }), 'ann');
    const at = (to: string): Ratio | null => numberAt(targetOf(plan), placeAt(place, { from: day('2026-01-01'), to: day(to) }));
    expect([at('2026-06-30'), at('2026-07-01')]).toEqual([ratio(100n), ratio(50n)]);
  });
});
