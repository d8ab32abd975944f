/** Numbers that look random and are the same for a seed everywhere (mulberry32). */
export interface Random {
  /** 0 up to, not including, n */
  int(n: number): number;
  from<T>(choices: readonly T[]): T;
  /** true in so many of a hundred */
  chance(percent: number): boolean;
  some<T>(choices: readonly T[], most: number): T[];
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (n: number): number => Math.floor(next() * n);
  return {
    int, from: (choices) => choices[int(choices.length)] as (typeof choices)[number],
    chance: (percent) => next() * 100 < percent,
    some: (choices, most) => choices.filter(() => next() < most / choices.length).slice(0, most),
  };
}
