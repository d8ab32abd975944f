/**
 * Random whole numbers from a seed: the same on every machine and in every version of the runtime.
 * Each part of the demo draws from a stream of its own, so that a change to one part leaves the
 * figures of the others as they were.
 */
import { assert } from '../../src/value/diagnostic.ts';

export interface Random {
  /** 0 … n - 1 */
  below(n: number): number;
  /** low … high, both included */
  between(low: number, high: number): number;
  /** true in `percent` of 100 calls */
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** the same elements in another order */
  shuffled<T>(list: readonly T[]): T[];
}

/** The stream named `part` of this seed. Only the low 32 bits of the seed count. */
export function randomFrom(seed: number, part: string): Random {
  const next = mulberry32(mixed(seed, part));
  // The remainder favours small results by at most one part in 2^32 / n, which no demo can show.
  const below = (n: number): number => next() % n;
  const pick = <T>(list: readonly T[]): T => {
    const got = list[below(list.length)];
    assert(got !== undefined, 'there is something to pick from');
    return got;
  };
  return {
    below,
    pick,
    between: (low, high) => low + below(high - low + 1),
    chance: (percent) => below(100) < percent,
    shuffled: (list) => shuffle([...list], below),
  };
}

function shuffle<T>(list: T[], below: (n: number) => number): T[] {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = below(i + 1);
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}

/** FNV-1a over the name of the part, started from the seed. */
function mixed(seed: number, part: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < part.length; i += 1) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** Tommy Ettinger's mulberry32: 32 bits of state, one unsigned 32-bit number a call. */
function mulberry32(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  };
}
