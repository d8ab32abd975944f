/**
 * Templates: `based_on` lays a plan over the template that it names, and that over the `defaults` of
 * trueup.yaml. The blanks of a template are its `terms`. A template never runs; one that no plan is
 * based on is checked by itself, as far as that is possible.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import { find, textOf } from './document.ts';
import type { MapNode } from './document.ts';
import type { TemplateFile } from './files.ts';
import { overlay, without } from './overlay.ts';
import { both, problem } from './problem.ts';

export type Templates = ReadonlyMap<string, TemplateFile>;
/** `files`: of the templates that a document is made of. */
export interface Based { readonly root: MapNode; readonly files: readonly string[]; readonly templates: readonly string[] }

export function templatesByName(files: readonly TemplateFile[], found: Diagnostic[]): Templates {
  const byName = new Map<string, TemplateFile>();
  for (const file of files) {
    const before = byName.get(file.name);
    const at = find(file.root, 'template')?.at ?? file.root.at;
    if (before !== undefined) {
      const line = find(before.root, 'template')?.at.line ?? 0;
      found.push(problem('plan.two_meanings', at, `there is another template \`${file.name}\` in ${before.file}, line ${line}`, 'give one of them another name'));
    } else {
      byName.set(file.name, file);
      const plan = find(file.root, 'plan');
      if (plan !== undefined) found.push(problem('plan.template', plan.at, `the file is both the template \`${file.name}\` and the plan \`${textOf(plan) ?? ''}\``, `remove \`plan\`, and base the plan on the template in a file of its own: \`based_on: ${file.name}\``));
    }
  }
  return byName;
}

/** The document over its templates and the defaults; undefined where a template is not there, which is reported. */
export function basedOn(root: MapNode, templates: Templates, defaults: MapNode, found: Diagnostic[], above: readonly string[] = []): Based | undefined {
  const node = find(root, 'based_on');
  if (node === undefined) return { root: overlay(defaults, root, found), files: [], templates: [] };
  const name = textOf(node)?.trim() ?? '';
  // an empty value has been reported with its key
  if (name === '') return undefined;
  const template = templates.get(name);
  if (template === undefined) {
    const names = [...templates.keys()];
    const near = closest(name, names);
    found.push(problem('plan.template', node.at, `there is no template \`${name}\``, near !== undefined ? `did you mean \`${near}\`?` : names.length === 0 ? `write one into the folder \`templates\`: a file that starts with \`template: ${name}\`` : `templates: ${both(names.map((n) => `\`${n}\``))}`));
    return undefined;
  }
  if (above.includes(name)) {
    found.push(problem('plan.cycle', node.at, `templates are based on each other in a circle: ${[...above.slice(above.indexOf(name)), name].join(' → ')}`, 'take `based_on` out of one of them'));
    return undefined;
  }
  const below = basedOn(template.root, templates, defaults, found, [...above, name]);
  if (below === undefined) return undefined;
  return { root: overlay(without(below.root, 'template', 'based_on'), root, found), files: [...below.files, template.file], templates: [...below.templates, name] };
}
