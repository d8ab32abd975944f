import { expect, test } from 'vitest';
import { formatDay, parseDay } from './period.ts';
import { instalmentDays, later, type Length } from './length.ts';

const after = (day: string, n: number, unit: Length['unit']): string => formatDay(later(parseDay(day) ?? 0, { n, unit }));

test('a length of time after a day', () => {
  expect(after('2026-02-01', 180, 'day')).toBe('2026-07-31');
  expect(after('2026-01-31', 1, 'month')).toBe('2026-02-28');
  expect(after('2026-01-31', 2, 'quarter')).toBe('2026-07-31');
  expect(after('2024-02-29', 1, 'year')).toBe('2025-02-28');
  expect(after('2026-01-10', 1, 'half')).toBe('2026-07-10');
  expect(after('2026-01-05', 2, 'week')).toBe('2026-01-19');
});

test('business days pass over Saturdays and Sundays, wherever they begin', () => {
  // 2026-01-02 is a Friday
  expect(after('2026-01-02', 1, 'business_day')).toBe('2026-01-05');
  expect(after('2026-01-02', 5, 'business_day')).toBe('2026-01-09');
  expect(after('2026-01-03', 1, 'business_day')).toBe('2026-01-05');
  expect(after('2026-01-03', 5, 'business_day')).toBe('2026-01-12');
  expect(after('2026-01-01', 10, 'business_day')).toBe('2026-01-15');
});

test('instalments fall on the same date of each unit, counted from the first', () => {
  expect(instalmentDays(parseDay('2026-01-31') ?? 0, { n: 3, unit: 'month' }).map(formatDay)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
});
