/** How names and shares are written for people. */
import { formatRatio, multiply, ratio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';

/** `win_rate` → "Win rate": the title of what has none. */
export function humanised(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** 0.075 → "7.5 %" */
export function percentText(share: Ratio): string {
  return `${formatRatio(multiply(share, ratio(100n)))} %`;
}
