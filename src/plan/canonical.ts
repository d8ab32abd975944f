/**
 * The canonical form of a plan: the same text for every way to write the same plan. It has every
 * default, canonical formulas and exact numbers; it has no positions, comments or file names. Its
 * SHA-256 is the plan's fingerprint (`fingerprint.ts`). The order of keys does not matter, except where
 * it can decide pay.
 */
import { formulaText } from './formula-text.ts';
import type { Typed } from './formula.ts';
import type { Plan } from './plan.ts';

export type Unmarked = Omit<Plan, 'fingerprint'>;

/** Everything that can change a payout, as stable JSON: sorted keys, no white space. `beside`: what the plan reads and does not hold. */
export function payText(plan: Unmarked, beside: readonly unknown[] = []): string {
  return JSON.stringify(beside.length === 0 ? payForm(plan) : [payForm(plan), payForm(beside)]);
}

/** The same text for every way to say the same measure, condition or number. */
export function meaningOf(part: Plan['measures'][number] | Typed): string {
  return JSON.stringify(payForm(part));
}

/** Titles and purposes, each with the names that lead to it. */
export function wordsText(plan: Unmarked): string {
  return JSON.stringify(wordsOf(plan, plan.plan).sort(byText));
}

const WORDS: ReadonlySet<string> = new Set(['title', 'purpose', 'labels']);
const NOWHERE: ReadonlySet<string> = new Set(['at', 'text', 'fingerprint', 'family']);
/** Lists whose order is that of keys in the file, or means nothing. */
const UNORDERED: ReadonlySet<string> = new Set(['terms', 'credits', 'multiply', 'measures', 'from', 'credited', 'anyOrder', 'states', 'kinds', 'derived', 'factors']);

function payForm(value: unknown, key = ''): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) {
    const items = value.map((item) => payForm(item));
    return UNORDERED.has(key) ? items.sort(byText) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isTyped(value)) return [formulaText(value), value.type.kind, ...meanings(value), ...tablesIn(value)];
  if (isRatio(value)) return `${value.n}/${value.d}`;
  const entries = Object.entries(unordered(value)).filter(([k, v]) => v !== undefined && !NOWHERE.has(k) && !WORDS.has(k));
  return Object.fromEntries(entries.map(([k, v]) => [k, payForm(v, k)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Lists whose order means nothing in this object go under a name that says so. Gates with a limit do
 * not commute with other gates, and a plan's cap is shared out in the order of the components.
 */
function unordered(value: object): object {
  const { rows, gates, components, split, ...rest } = value as { rows?: unknown; gates?: readonly { otherwise: { kind: string } }[]; components?: unknown; split?: readonly unknown[]; kind?: string; cap?: unknown };
  const limited = gates !== undefined && gates.length > 1 && gates.some((g) => g.otherwise.kind === 'at_most');
  return {
    ...rest,
    ...(rows !== undefined && { rows: rest.kind === 'lookup' || found(rows) ? { anyOrder: rows } : rows }),
    ...(gates !== undefined && { gates: limited ? gates : { anyOrder: gates } }),
    ...(components !== undefined && { components: rest.cap === undefined ? { anyOrder: components } : components }),
    ...(split !== undefined && { split: split.map((step) => ({ anyOrder: step })) }),
  };
}

/** Rows with words or yes and no as keys are found, whatever their order. */
function found(rows: unknown): boolean {
  return Array.isArray(rows) && rows.every((row: { readonly key?: unknown }) => typeof row.key === 'string' || typeof row.key === 'boolean');
}

function wordsOf(value: unknown, path: string): [string, string, string][] {
  if (Array.isArray(value)) return value.flatMap((item) => wordsOf(item, path));
  if (typeof value !== 'object' || value === null || isTyped(value)) return [];
  const inside = 'name' in value && typeof value.name === 'string' ? `${path}.${value.name}` : path;
  return Object.entries(value).flatMap(([k, v]): [string, string, string][] => {
    if (WORDS.has(k) && typeof v === 'string') return [[inside, k, v]];
    return NOWHERE.has(k) ? [] : wordsOf(v, inside);
  });
}

/** What the names stand for: `team` may be a term in one plan and a field in another. */
function meanings(formula: Typed): string[] {
  if (formula.kind === 'name') return [`${formula.name}:${formula.ref.kind}:${formula.type.kind}`];
  return formula.kind === 'call' || formula.kind === 'op' ? formula.args.flatMap(meanings) : [];
}

/** Tables that the formula reads, each with its content: the name alone would not say what it pays. */
function tablesIn(formula: Typed): unknown[] {
  if (formula.kind === 'read') return [payForm(formula.table)];
  return formula.kind === 'call' || formula.kind === 'op' ? formula.args.flatMap(tablesIn) : [];
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
