/**
 * Measures, states, derived fields and derived kinds name each other in any order: each is resolved
 * when it is first asked for. What needs itself, however far round, is reported with its path.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Node } from './document.ts';
import type { At } from './plan.ts';
import { problem } from './problem.ts';

type What = 'measure' | 'state' | 'kind' | 'field';
/** What is being resolved, outermost first. */
export type Trail = { readonly what: What; readonly name: string }[];

const IN_WORDS: Readonly<Record<What, string>> = { measure: 'measure', state: 'state', kind: 'kind', field: 'derived field' };

/** The thing of a name, made once; undefined where there is none, or where it has errors, which are reported as it is made. */
export function lazily<T>(what: What, around: () => { readonly trail: Trail; readonly found: Diagnostic[] }, make: (name: string) => T | undefined): (name: string, asked: Node | At) => T | undefined {
  const done = new Map<string, T | undefined>();
  return (name, asked) => {
    if (done.has(name)) return done.get(name);
    const { trail, found } = around();
    const start = trail.findIndex((step) => step.what === what && step.name === name);
    if (start >= 0) {
      found.push(circle([...trail.slice(start), { what, name }], 'line' in asked ? asked : asked.at));
      return undefined;
    }
    trail.push({ what, name });
    const made = make(name);
    trail.pop();
    done.set(name, made);
    return made;
  };
}

function circle(path: Trail, at: At): Diagnostic {
  if (path.every((step) => step.what === 'measure')) {
    return problem('plan.cycle', at, `these measures need each other: ${path.map((s) => s.name).join(' → ')}`, 'a measure is made of facts and of other measures; break the circle at one of them');
  }
  return problem('plan.cycle', at, `these need each other: ${path.map((s) => `\`${s.name}\` (${IN_WORDS[s.what]})`).join(' → ')}`, 'facts come first, then what is derived from them, then measures; break the circle at one of them');
}
