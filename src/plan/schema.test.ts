import { describe, expect, it } from 'vitest';
import { readDocument } from './document.ts';
import { KEYS } from './keys.ts';
import type { Place } from './keys.ts';
import { checkShape, planJsonSchema, workspaceJsonSchema } from './schema.ts';

function check(text: string, place: Place = 'plan'): string[] {
  const { value, diagnostics } = readDocument('a.yaml', text);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return checkShape(value, place).map((d) => `${d.line}:${d.column} ${d.path} ${d.code}`);
}

function paths(text: string): string[] {
  return check(text).map((d) => d.replace(/^\S+ /, ''));
}

describe('the schema', () => {
  it('rows of a table without a kind give one message that names the kinds', () => {
    const { value } = readDocument('a.yaml', 'components: { c: { rate: { 0: 3%, 50k: 5% } } }');
    const said = value === undefined ? [] : checkShape(value, 'plan');
    expect(said.map((d) => `${d.code} ${d.message} ${d.hint}`)).toEqual(['plan.table The rows `0` and `50k` do not say how they are read. '
      + 'Put them under `marginal` (each part at its own value) or `retroactive` (the value reached, for everything): rate: { marginal: { … } }.']);
    expect(paths('components: { c: { rate: { 0: 3%, margnal: 5% } } }')).toHaveLength(2);
  });

  it('keys that stand in the wrong place are unknown there, at any depth', () => {
    expect(paths('components: { g: { components: { c: { gates: { x: { require: a > 1, then: hold } } } } } }')).toEqual(['components.g.components.c.gates.x.then plan.unknown_key']);
    expect(paths('measures: { m: { ratio: [{ count: deal, wear: a }, b] } }')).toEqual(['measures.m.ratio[0].wear plan.unknown_key']);
    expect(paths('components: { c: { cap: [50k, { by: x, setps: { 0: 1 } }] } }')).toEqual(['components.c.cap[1].setps plan.unknown_key']);
    expect(paths('components: { c: { multiply: { f: { by: x, lokup: { a: 1 } } } } }')).toEqual(['components.c.multiply.f.lokup plan.unknown_key']);
    expect(paths('__proto__: { a: 1 }\nconstructor: x')).toEqual(['__proto__ plan.unknown_key', 'constructor plan.unknown_key']);
  });

  it('all that is wrong with the shape comes in one go', () => {
    expect(check('components:\n  a: { rate: [1], wait: 2 }\n  b: 5\n  c: { better: hihger, gates: [x] }\n').sort()).toEqual([
      '2:14 components.a.rate plan.wrong_shape', '2:19 components.a.wait plan.unknown_key', '3:6 components.b plan.wrong_shape',
      '4:16 components.c.better plan.bad_value', '4:31 components.c.gates plan.wrong_shape',
    ]);
  });

  it('`removed` may stand in plans and templates, which are laid over something', () => {
    expect(check('plan: a\namends: 2026-01-01\ncomponents: removed\nround: { end: removed }')).toEqual([]);
    expect(check('template: a\nround: removed')).toEqual([]);
    expect(check('components: removed')).toEqual(['1:13 components plan.wrong_shape']);
  });

  it('the JSON Schema has every key with its words, and no other', () => {
    const schema = planJsonSchema() as { properties?: Record<string, { description?: string }>; additionalProperties?: boolean };
    const keys = Object.entries(KEYS.plan);
    expect(Object.keys(schema.properties ?? {}).sort()).toEqual(keys.map(([name]) => name).sort());
    for (const [name, key] of keys) expect(JSON.stringify(schema.properties?.[name]), name).toContain(key.doc);
    expect(schema.additionalProperties).toBe(false);
    expect(JSON.stringify(planJsonSchema())).toContain('share of the incentive that is paid');
    expect(JSON.stringify(workspaceJsonSchema())).toContain('time zone of the dates');
  });
});
