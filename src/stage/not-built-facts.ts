/** What plans may say, and the stages do not calculate yet: told at once, before anything is compiled. */
import { constantOf } from '../plan/literal.ts';
import type { At, CreditRule, Kind, Measure, Plan } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { NotBuilt } from './lower.ts';

const HINT = 'Remove it for now; nothing of it would be paid.';

/** One diagnostic for each thing of these plans that is not built. */
export function notBuilt(plans: readonly Plan[], kinds: readonly Kind[]): Diagnostic[] {
  const stored = new Set(kinds.filter((k) => k.dated && k.derivation === undefined).map((k) => k.name));
  const found = plans.flatMap((plan): NotBuilt[] => [
    ...plan.guardrails.map((g) => refused(g.at, `The guardrail ${g.name} is not built yet`)),
    ...plan.states.map((s) => refused(s.at, `The state ${s.name} is not built yet`)),
    ...plan.kinds.map((k) => refused(k.at, `The kind ${k.name}, which is made of other facts, is not built yet`)),
    ...plan.credits.flatMap((rule) => ofRule(rule, stored)),
    ...measuresOf([plan.components, plan.measures]).flatMap((m) => ofMeasure(m, stored)),
    ...kinds.filter((k) => k.name === 'person').flatMap((k) => k.derived.slice(0, 1)).map((d) => refused(d.at, `The derived field ${d.name} of person is not built yet`)),
  ]);
  return [...new Map(found.map(({ diagnostic: d }) => [`${d.file}|${d.line}|${d.column}|${d.message}`, d])).values()];
}

function refused(at: At, message: string): NotBuilt {
  return new NotBuilt(at, message, HINT);
}

function ofRule(rule: CreditRule, stored: ReadonlySet<string>): NotBuilt[] {
  const shares = [rule.share, ...rule.split.flat().map((s) => (s.share === 'rest' ? undefined : s.share))];
  const what = rule.list !== undefined ? 'a list of payees' : rule.through !== undefined ? '`through`' : rule.factor !== undefined ? '`factor`' : rule.yieldsTo !== undefined ? '`yields_to`'
    : shares.some((s) => s !== undefined && constantOf(s) === undefined) ? 'a share that is found for each fact' : undefined;
  return [
    ...(what === undefined ? [] : [refused(rule.at, `The credit rule ${rule.name} has ${what}, which is not built yet`)]),
    ...rule.from.filter((kind) => !stored.has(kind)).map((kind) => refused(rule.at, `The credit rule ${rule.name} is about ${kind}, whose rows are not facts of a file; this is not built yet`)),
  ];
}

function ofMeasure(measure: Measure, stored: ReadonlySet<string>): NotBuilt[] {
  const say = (what: string): NotBuilt[] => [refused(measure.at, `The measure ${measure.name} ${what}, which is not built yet`)];
  if (measure.subject !== 'payee') return say(`is for ${measure.subject === 'company' ? 'the company' : `each ${measure.subject.entity}`}`);
  if (measure.kind === 'rank') return say('is a rank');
  if (measure.kind === 'ratio') return measure.minSample === undefined ? [] : say('has a smallest sample');
  if (measure.kind === 'formula') return [];
  if (measure.kind !== 'sum' && measure.kind !== 'count' && measure.kind !== 'distinct') return say(`is \`${measure.kind}\` of facts`);
  const key = measure.date !== undefined ? 'date' : measure.moment !== undefined ? 'at' : measure.lookBack !== undefined ? 'look_back' : measure.halfLife !== undefined ? 'half_life' : measure.factors.length > 0 ? 'factors' : measure.limits.length > 0 ? 'limits' : undefined;
  if (key !== undefined) return say(`has \`${key}\``);
  const other = measure.from.find((kind) => !stored.has(kind));
  return other === undefined ? [] : say(`is of ${other}, whose rows are not facts of a file`);
}

/** All measures inside of these parts, at whatever depth. */
function measuresOf(value: unknown): Measure[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(measuresOf);
  const own = 'subject' in value && 'title' in value && 'type' in value ? [value as Measure] : [];
  return [...own, ...Object.entries(value).flatMap(([key, part]) => (key === 'at' ? [] : measuresOf(part)))];
}
