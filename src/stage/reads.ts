/** What formulas read, and keys that tell contents apart. */
import type { Typed } from '../plan/formula.ts';
import type { Measure, Num, Plan, Table } from '../plan/plan.ts';

/** Every name that a formula reads, those of its tables too. */
export function namesOf(part: Typed | Num | null | undefined): Extract<Typed, { kind: 'name' }>[] {
  if (part === null || part === undefined) return [];
  switch (part.kind) {
    case 'formula': return namesOf(part.formula);
    case 'table': return namesOfTable(part.table);
    case 'name': return [part];
    case 'read': return namesOfTable(part.table);
    case 'op': case 'call': return part.args.flatMap(namesOf);
    default: return [];
  }
}
export function namesOfTable(table: Table): Extract<Typed, { kind: 'name' }>[] {
  return [
    ...namesOf(table.by), ...table.rows.flatMap((r) => [...namesOf(r.value), ...namesOf(r.right)]), ...namesOf(table.otherwise),
    ...(table.outer?.rows.flatMap((r) => namesOfTable(r.table)) ?? []), ...(table.outer?.otherwise === undefined ? [] : namesOfTable(table.outer.otherwise)),
  ];
}
/** Does it ask for amounts with a unit of time? */
export function hasTime(part: Typed | Num | null | undefined): boolean {
  if (part === null || part === undefined) return false;
  switch (part.kind) {
    case 'per': return true;
    case 'formula': return hasTime(part.formula);
    case 'table': return tableHasTime(part.table);
    case 'read': return tableHasTime(part.table);
    case 'op': case 'call': return part.args.some(hasTime);
    default: return false;
  }
}
function tableHasTime(table: Table): boolean {
  return hasTime(table.by) || table.rows.some((r) => hasTime(r.value) || hasTime(r.right)) || (table.outer?.rows.some((r) => tableHasTime(r.table)) ?? false);
}

/** Reads the payee who is credited (or the one below him), so it is found for each credit. */
export function isPersonal(part: Typed | Num | null | undefined): boolean {
  return namesOf(part).some((n) => ['payee', 'payee_field', 'via_field', 'person_term', 'term'].includes(n.ref.kind));
}
/** Reads the window at hand. */
export function isTimed(part: Typed | Num | null | undefined): boolean {
  return hasTime(part) || namesOf(part).some((n) => n.ref.kind === 'period');
}

/** The same for parts that say the same, wherever they stand. */
export function contentKey(part: unknown): string {
  const known = typeof part === 'object' && part !== null ? keys.get(part) : undefined;
  if (known !== undefined) return known;
  const key = JSON.stringify(part, (key, value: unknown) => (key === 'at' || key === 'text' ? undefined : typeof value === 'bigint' ? `${value}n` : value)) ?? '';
  if (typeof part === 'object' && part !== null) keys.set(part, key);
  return key;
}
// plans are frozen data
const keys = new WeakMap<object, string>();

/** The measures that a plan names or uses anywhere, with those inside of them. */
export function measuresOf(plan: Plan): Measure[] {
  const found = new Set<Measure>();
  const add = (m: Measure | undefined): void => {
    if (m === undefined || found.has(m)) return;
    found.add(m);
    if (m.kind === 'ratio') { add(m.numerator); add(m.denominator); add(m.otherwise); }
    if (m.kind === 'rank') add(m.of);
    if (m.kind === 'formula') for (const inner of Object.values(m.measures)) add(inner);
  };
  for (const m of plan.measures) add(m);
  const walk = (components: Plan['components']): void => {
    for (const c of components) {
      if (c.kind === 'group') { walk(c.components); continue; }
      add(c.measure);
      if (typeof c.of === 'object') add(c.of);
      for (const g of c.gates) for (const t of g.require) if (t.left.kind === 'measure') add(t.left.measure);
      for (const r of c.release ?? []) add(r.as);
    }
  };
  walk(plan.components);
  for (const r of plan.release) add(r.as);
  return [...found];
}

const KNOWN: ReadonlySet<string> = new Set(['term', 'payee_field', 'person_term', 'group_field', 'period', 'payee']);
/** Known of a payee and a period before the facts are: terms, fields of the payee and of his group, edges of the period. */
export function isKnownBefore(part: Typed | Num | null | undefined): boolean {
  return namesOf(part).every((n) => KNOWN.has(n.ref.kind));
}
/** Reads fields of facts. */
export function readsFacts(part: Typed | Num | null | undefined): boolean {
  return namesOf(part).some((n) => n.ref.kind === 'field' || n.ref.kind === 'state');
}

/** Kinds that people belong to (pods), whose rows the plans read for a payee. */
export function groupsRead(plans: readonly Plan[]): string[] {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) { node.forEach(walk); return; }
    const part = node as Readonly<Record<string, unknown>>;
    if (part['kind'] === 'group_field' && typeof part['group'] === 'string') found.add(part['group']);
    if (part['kind'] === 'payee_field' && Array.isArray(part['path']) && part['path'].length > 1) found.add(String(part['path'][0]));
    Object.values(part).forEach(walk);
  };
  walk(plans);
  for (const plan of plans) for (const m of measuresOf(plan)) if (typeof m.subject === 'object') found.add(m.subject.entity);
  return [...found].sort();
}
