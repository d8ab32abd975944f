import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from './plan.ts';
import { payText } from './canonical.ts';
import { resolvedText } from './resolved-text.ts';
import { readWorkspace } from './workspace.ts';

const SOURCES = `facts: { deal: { fields: { owner: payee, csm: payee, stage: text, product: text, amount: money, seats: number } } }
sources: { deals: { file: d.csv, into: deal, id: id, date: date, fields: { owner: o, csm: c, stage: s, product: p, amount: a, seats: n } } }
`;

type Tree = string | readonly string[] | { readonly [key: string]: Tree };
const PLAN: Tree = {
  plan: 'ae', title: 'Account executives', purpose: 'New business', effective: '2026-01-01 / 2027-01-01', period: 'quarter', payees: 'role in ("AE", "AM")',
  terms: { ote: 'money a year', variable: 'percent = 40%', quota: 'money a quarter = 100k' }, with: { ote: '80k' }, incentive: 'ote * variable', prorate: 'none', labels: 'target-and-payout',
  exchange: { rate: { by: 'currency', lookup: { EUR: '1.08', GBP: '1 / 0.8' } }, at: 'period' },
  credits: { direct: { from: 'deal', split: { owner: '70%', csm: 'rest' } }, leaders: { from: 'deal', to: 'owner', up: 'manager', levels: '2' } },
  measures: { won: { title: 'Deals won', count: 'deal', where: 'stage = "Won"' }, closed: { count: 'deal' }, size: { sum: 'seats', from: 'deal' } },
  components: {
    bookings: {
      title: 'Bookings', weight: '60%', measure: { sum: 'amount', from: 'deal', where: 'stage = "Won" and amount > 0', credited: ['leaders', 'direct'] }, target: 'quota', window: 'year to date',
      payout: { points: { '50%': '0%', '100%': ['90%', '100%'], '150%': '200%' } }, cap: ['250%', '50k'], gates: { rate: { require: 'win >= 20%', otherwise: '50%' } }, multiply: { size: { by: 'size', steps: { '0': '1x', '50': '1.2x' } } },
    },
    quality: { weight: '40%', measure: 'win', target: '30%', no_target: '100%', payout: { marginal: { '0%': '1x', 'over 100%': '1.5x' } }, floor: '0', round: { payout: '0.1% down' } },
    spiff: { measure: 'won', rate: { by: 'product', lookup: { 'GTX Pro': '150', 'a, b': '20', otherwise: '0' } } },
    deals: { amount: { by: 'payee.role', lookup: { AE: '100', 'A: M': '50' } } },
  },
  round: { end: '1 up', attainment: '0.1%' },
};
const FULL: Tree = { ...PLAN, measures: { ...PLAN['measures'] as object, win: { ratio: ['won', 'closed'] } } };

/** A tree as YAML; `order` decides where each map's keys go, and whether a comment or flow style comes in between. */
function yaml(tree: Tree, order: (keys: string[]) => string[], indent = ''): string {
  if (typeof tree === 'string') return JSON.stringify(tree);
  if (isList(tree)) return `[${tree.map((x) => JSON.stringify(x)).join(', ')}]`;
  return order(Object.keys(tree)).map((key) => {
    const value = tree[key] as Tree;
    const nested = typeof value === 'object' && !isList(value);
    return `${indent}${JSON.stringify(key)}:${nested ? `\n${yaml(value, order, `${indent}  `)}` : ` ${yaml(value, order)} # ${key}`}`;
  }).join('\n');
}
function isList(tree: Tree): tree is readonly string[] { return Array.isArray(tree); }

function planOf(text: string, file = 'plans/ae.yaml'): Plan {
  const files: Record<string, string> = { 'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'sources/s.yaml': SOURCES, [file]: text };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  expect(diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.line} ${d.message}`)).toEqual([]);
  const plan = value?.plans[0];
  if (plan === undefined) throw new Error('no plan');
  return plan;
}
const written = (tree: Tree): Plan => planOf(yaml(tree, (k) => k));

/** The tree with one value changed. */
function changed(tree: Tree, path: readonly string[], to: Tree): Tree {
  const [first, ...rest] = path;
  if (first === undefined) return to;
  const map = tree as { readonly [key: string]: Tree };
  return { ...map, [first]: changed(map[first] ?? '', rest, to) };
}

describe('fingerprints', () => {
  const base = written(FULL);

  it('the order of keys, comments, quotes and the name of the file change nothing', () => {
    fc.assert(fc.property(fc.infiniteStream(fc.nat(1000)), (stream) => {
      const shuffled = (keys: string[]): string[] => {
        // rows of a table are the one map whose order is checked
        if (keys.some((k) => /^(over )?\d+%?$/.test(k))) return keys;
        return keys.map((k) => [stream.next().value, k] as const).sort(([a], [b]) => a - b).map(([, k]) => k);
      };
      expect(planOf(yaml(FULL, shuffled), 'plans/other.yaml').fingerprint).toEqual(base.fingerprint);
    }), { numRuns: 40 });
  });

  it('the order of components counts where a cap of the plan is shared out over them', () => {
    const capped = changed(FULL, ['cap'], '300%');
    const swapped = changed(capped, ['components'], Object.fromEntries(Object.entries((capped as { components: Record<string, Tree> }).components).reverse()));
    expect(written(swapped).fingerprint.pay).not.toBe(written(capped).fingerprint.pay);
  });

  it('another spelling of the same numbers and formulas changes nothing', () => {
    let tree = changed(FULL, ['terms', 'quota'], 'money a quarter = 100_000.00');
    tree = changed(tree, ['components', 'bookings', 'measure', 'where'], '(stage = "Won")   AND (amount > 0)');
    tree = changed(tree, ['incentive'], '(ote) * variable');
    expect(written(tree).fingerprint).toEqual(base.fingerprint);
  });

  it('a default that is written out changes nothing', () => {
    let tree = changed(FULL, ['components', 'bookings', 'better'], 'higher');
    tree = changed(tree, ['components', 'bookings', 'missing'], 'hold');
    tree = changed(tree, ['currency'], 'USD');
    expect(written(tree).fingerprint).toEqual(base.fingerprint);
  });

  it.each([
    [['components', 'bookings', 'payout', 'points', '150%'], '201%'], [['components', 'quality', 'payout', 'marginal', 'over 100%'], '1.6x'],
    [['components', 'spiff', 'rate', 'lookup', 'GTX Pro'], '151'], [['terms', 'quota'], 'money a quarter = 100_001'], [['terms', 'quota'], 'money a month = 100k'], [['with', 'ote'], '80_001'],
    [['payees'], 'role = "AE"'], [['prorate'], 'days'], [['period'], 'month'], [['round', 'end'], '1 down'], [['cap'], '299%'], [['incentive'], 'ote * 41%'],
    [['effective'], '2026-01-01 / 2026-12-31'], [['measures', 'won', 'where'], 'stage = "won"'], [['components', 'bookings', 'gates', 'rate', 'require'], 'win > 20%'],
    [['components', 'bookings', 'window'], 'whole year'], [['components', 'quality', 'no_target'], 'hold'], [['credits', 'leaders', 'levels'], 'all'], [['currency'], 'EUR'],
    [['components', 'bookings', 'payout', 'points', '50%'], '1%'], [['components', 'bookings', 'multiply', 'size', 'steps', '50'], '1.3x'],
  ] as const)('a change of %s changes `pay`, and not `words`', (path, to) => {
    const { fingerprint } = written(changed(FULL, path, to));
    expect(fingerprint.pay).not.toBe(base.fingerprint.pay);
    expect(fingerprint.words).toBe(base.fingerprint.words);
  });

  it.each([[['title'], 'AE 2026'], [['purpose'], 'More'], [['components', 'bookings', 'title'], 'New bookings'], [['measures', 'won', 'title'], 'Won']] as const)('a change of %s changes `words`, and not `pay`', (path, to) => {
    const { fingerprint } = written(changed(FULL, path, to));
    expect(fingerprint.pay).toBe(base.fingerprint.pay);
    expect(fingerprint.words).not.toBe(base.fingerprint.words);
  });

  it('is of 64 hexadecimal digits, and the form has no place of a file in it', () => {
    expect(base.fingerprint.pay).toMatch(/^[0-9a-f]{64}$/);
    expect(payText(base)).not.toMatch(/\.yaml|"line"|"at"/);
  });
});

describe('resolvedText', () => {
  it('reads back as the same plan, in pay and in words', () => {
    const text = resolvedText(written(FULL));
    expect(planOf(text).fingerprint).toEqual(written(FULL).fingerprint);
    expect(resolvedText(planOf(text))).toBe(text);
  });

  it('prints every default', () => {
    const text = resolvedText(planOf('plan: tiny\neffective: 2026-01-01 / 2027-01-01\nperiod: month\ncomponents: { won: { measure: { sum: amount, from: deal }, target: 100k, rate: 5% } }\n'));
    expect(text).toBe(`plan: tiny
title: Tiny
effective: 2026-01-01 / 2027-01-01
payees: all
currency: USD
calendar: months
period: month
prorate: days
credits:
  owner:
    from: deal
    to: owner
    share: 100%
    overlay: no
components:
  won:
    title: Won
    measure:
      title: Won
      sum: amount
      from: deal
    target: 100_000
    better: higher
    no_target: hold
    missing: hold
    window: period
    period: month
    carry: none
    of: value
    rate: 5%
    round:
      end: 0.01
negative: carry
round:
  end: 0.01
`);
  });
});
