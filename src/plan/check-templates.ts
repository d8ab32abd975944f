/**
 * A template that no plan is based on is read as if it were a plan, so that a mistake shows before the
 * first plan is made of it. What a plan may still add is not missing. A template with plans is checked
 * through them.
 */
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { dayOf } from '../value/period.ts';
import { find } from './document.ts';
import type { MapNode } from './document.ts';
import type { TemplateFile } from './files.ts';
import { PLAN_NAME } from './names.ts';
import { without } from './overlay.ts';
import { problem } from './problem.ts';
import type { Shared } from './plan-context.ts';
import { resolvePlan } from './resolve.ts';
import { basedOn } from './templates.ts';
import type { Templates } from './templates.ts';

/** What the keys that a plan adds can put right. */
const LEFT_TO_PLANS: ReadonlySet<Code> = new Set(['plan.missing_key', 'plan.no_effective', 'plan.weights', 'plan.pay_form', 'plan.unused', 'plan.measure', 'plan.credit', 'plan.gate']);
/** What may be a hole that a plan fills, and may be a slip. */
const PERHAPS: ReadonlySet<Code> = new Set(['plan.unknown_name', 'plan.formula']);

export function checkTemplates(unused: readonly TemplateFile[], templates: Templates, defaults: MapNode, shared: Shared, found: Diagnostic[]): void {
  for (const template of templates.values()) checkName(template, found);
  for (const template of unused) {
    const mine: Diagnostic[] = [];
    const based = basedOn(template.root, templates, defaults, found, [template.name]);
    if (based === undefined) continue;
    const root = without(based.root, 'template', 'based_on', 'for_each');
    const effective = { from: dayOf(2000, 1, 1), to: dayOf(2001, 1, 1) };
    resolvePlan({ file: template.file, files: [...based.files, template.file], name: template.name, family: template.name, root, effective }, shared, mine);
    found.push(...mine.flatMap((d) => (LEFT_TO_PLANS.has(d.code) ? [] : [PERHAPS.has(d.code) ? { ...d, severity: 'warning' as const } : d])));
  }
}

function checkName(template: TemplateFile, found: Diagnostic[]): void {
  const node = find(template.root, 'template');
  if (node === undefined || template.name === '' || PLAN_NAME.test(template.name)) return;
  found.push(problem('plan.bad_name', node.at, `\`${template.name}\` cannot be the name of a template, which plans and commands say`, 'use letters, digits, `-` and `_`, and put the words for people into `title`'));
}
