/**
 * The canonical form of a plan: the same text for every way to write the same plan. It has every
 * default, canonical formulas and exact numbers; it has no positions, comments or file names. Its
 * SHA-256 is the plan's fingerprint, in two: `pay` of everything that can change a payout, `words` of
 * titles and purposes. Order of keys does not matter, except where it decides pay or what people see
 * first: parts of a ratio, steps of a split, `cap` lists do; components and terms do not.
 */
import { createHash } from 'node:crypto';
import { formulaText } from './formula-text.ts';
import type { Typed } from './formula.ts';
import type { Plan } from './plan.ts';

export type Unmarked = Omit<Plan, 'fingerprint'>;

export function fingerprintOf(plan: Unmarked): Plan['fingerprint'] {
  return { pay: sha256(canonicalText(plan, 'pay')), words: sha256(canonicalText(plan, 'words')) };
}

/** Stable JSON: sorted keys, no white space. */
export function canonicalText(plan: Unmarked, side: 'pay' | 'words'): string {
  return JSON.stringify(canonical(plan, side));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

const WORDS: ReadonlySet<string> = new Set(['title', 'purpose']);
const NOWHERE: ReadonlySet<string> = new Set(['at', 'text', 'fingerprint']);
/** Lists whose members have names: their order is the order of keys in the file, which decides nothing. */
const BY_NAME: ReadonlySet<string> = new Set(['terms', 'components', 'credits', 'gates', 'multiply']);

function canonical(value: unknown, side: 'pay' | 'words', key = ''): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, side));
    return BY_NAME.has(key) ? items.sort(byText) : key === 'from' || key === 'credited' ? items.sort(byText) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isTyped(value)) return side === 'pay' ? [formulaText(value), value.type.kind, ...meanings(value)] : undefined;
  if (isRatio(value)) return side === 'pay' ? `${value.n}/${value.d}` : undefined;
  const entries = Object.entries(value).filter(([k, v]) => v !== undefined && !NOWHERE.has(k) && (side === 'words' || !WORDS.has(k)));
  const kept = side === 'pay' ? entries : entries.filter(([k, v]) => WORDS.has(k) || k === 'name' || k === 'plan' || (typeof v === 'object' && v !== null));
  return Object.fromEntries(kept.map(([k, v]) => [k, canonical(v, side, k)] as const).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the names stand for: `team` may be a term in one plan and a field in another. */
function meanings(formula: Typed): string[] {
  if (formula.kind === 'name') return [`${formula.name}:${formula.ref.kind}:${formula.type.kind}`];
  return formula.kind === 'call' || formula.kind === 'op' ? formula.args.flatMap(meanings) : [];
}

function isTyped(value: object): value is Typed {
  return 'kind' in value && 'type' in value && 'at' in value && isSpan(value.at);
}

function isSpan(at: unknown): boolean {
  return typeof at === 'object' && at !== null && 'start' in at && 'end' in at;
}

function isRatio(value: object): value is { n: bigint; d: bigint } {
  return 'n' in value && 'd' in value && typeof value.n === 'bigint';
}

function byText(a: unknown, b: unknown): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
