/** `formula`: arithmetic of measures, with what is known of whose number it is. */
import type { TextNode } from './document.ts';
import { FACTOR, MONEY, NUMBER, PERCENT, YES_NO } from './formula-units.ts';
import type { Measure, Subject } from './plan.ts';
import { bareKind } from './kinds.ts';
import { problem } from './problem.ts';
import { measuresNamed } from './references.ts';
import { pathTo, rowNames } from './row-names.ts';
import { around, levels, subjectWords, withTables } from './row-scope.ts';
import { groupNames, together, typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';
import { reaches, theSubject } from './subjects.ts';

type Base = Pick<Measure, 'name' | 'title' | 'subject' | 'at'>;

export function arithmetic(ctx: PlanContext, base: Base, node: TextNode): Measure | undefined {
  const before = ctx.found.length;
  const got = typed(ctx.found, node, formulaNames(ctx, base.subject), [MONEY, NUMBER, PERCENT, FACTOR, YES_NO]);
  if (got === undefined) return hintAtSum(ctx, node, before);
  if (got.formula.type.kind === 'yes_no') {
    ctx.found.push(problem('plan.measure', node.at, `\`${got.text}\` is a condition, not something that can be measured`, 'write the condition under `where` of a measure, or as a gate'));
    return undefined;
  }
  const used = measuresNamed(got.formula);
  const measures = used.map((m) => [m, ctx.measure(m, node)] as const);
  if (!measures.every((pair): pair is readonly [string, Measure] => pair[1] !== undefined)) return undefined;
  const only = measures.length === 1 && got.formula.kind === 'name' ? measures[0]?.[1] : undefined;
  if (only !== undefined) return { ...only, name: base.name, title: base.title };
  return { kind: 'formula', ...base, type: got.formula.type, formula: got.formula, measures: Object.fromEntries(measures) };
}

function formulaNames(ctx: PlanContext, subject: Subject): Names {
  const rows = typeof subject === 'string' ? [] : [subject.entity];
  const own = rows.length === 0 ? [] : [rowNames(ctx.kinds, rows), levels(ctx, rows)];
  const groups = subject === 'payee' ? [groupNames(ctx.kinds), lostGroups(ctx)] : [];
  return withTables(ctx, together(seenFrom(ctx, subject), ...own, ...groups, noResults(ctx), around(ctx, subject === 'payee' ? 'payee' : 'subject')));
}

/** Measures whose number can be seen from here. */
function seenFrom(ctx: PlanContext, subject: Subject): Names {
  return {
    all: () => [...ctx.measureNames].filter((name) => reaches(ctx.kinds, subject, ctx.subjectOf(name))),
    find(name, asked) {
      if (!ctx.measureNames.has(name)) return undefined;
      const whose = ctx.subjectOf(name);
      if (!reaches(ctx.kinds, subject, whose)) {
        return { refusal: { code: 'plan.measure', message: `\`${name}\` is a number of ${subjectWords(whose)}, and ${theSubject(subject)} does not say which`, hint: `sum it over the rows of ${theSubject(subject)}, or give both the same \`for\`` } };
      }
      const measure = ctx.measure(name, asked);
      return measure === undefined ? { broken: true } : { meaning: { ref: { kind: 'measure', measure: name }, type: measure.type } };
    },
  };
}

/** Results come from measures, never the other way round. */
function noResults(ctx: PlanContext): Names {
  return {
    all: () => [],
    find(name) {
      const [first = '', second] = name.split('.');
      const result = ['attainment', 'value', 'target', 'incentive', 'rate', 'payout'].includes(second ?? first);
      if (!result || (second !== undefined && !ctx.components.has(first))) return undefined;
      return { refusal: { code: 'plan.measure', message: `\`${name}\` is a result of a component, and results are calculated from measures`, hint: 'name measures and terms here; read results in a gate, a factor or a table' } };
    },
  };
}

/** Kinds that no payee says he belongs to. */
function lostGroups(ctx: PlanContext): Names {
  const person = ctx.kinds.get('person');
  return {
    all: () => [],
    find(name) {
      const [group = '', ...path] = name.split('.');
      const kind = ctx.kinds.get(group);
      if (kind === undefined || kind.dated || kind.name === 'person' || path.length === 0 || person === undefined || pathTo(ctx.kinds, person, kind.name) !== undefined) return undefined;
      return { refusal: { code: 'plan.unknown_name', message: `\`${name}\`: a payee has no field that says which \`${group}\` he is in`, hint: `declare it: \`facts: { person: { fields: { ${group}: ${group} } } }\`` } };
    },
  };
}

/** `measure: amount` is the most frequent slip: a field of the fact in the place of a measure. */
function hintAtSum(ctx: PlanContext, node: TextNode, before: number): undefined {
  const kind = [...ctx.kinds.values()].find((k) => k.dated && k.fields.some((f) => f.name === node.text.trim()));
  if (kind !== undefined) {
    ctx.found.splice(before, ctx.found.length, problem('plan.measure', node.at, `\`${node.text.trim()}\` is a field of \`${bareKind(kind.name)}\`, not a measure`, `say what is done with it: \`{ sum: ${node.text.trim()}, from: ${bareKind(kind.name)} }\``));
  }
  return undefined;
}
