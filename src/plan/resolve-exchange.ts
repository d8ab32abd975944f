/**
 * `exchange`: how money of facts in another currency becomes the plan's. The rate is what one unit of the
 * fact's currency is worth in the plan's; it may read the fact's `currency` and `date`, terms, and dated
 * rows of the reference kind `currency`: `rate: currency.usd`. One fact has one rate, whoever is credited.
 */
import { minorDigits } from '../value/money.ts';
import { compare, ZERO } from '../value/rate.ts';
import { closest } from './closest.ts';
import { find, textOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import { DATE, NUMBER, TEXT } from './formula-units.ts';
import type { Typed } from './formula.ts';
import { fieldOf } from './kinds.ts';
import { constantOf } from './literal.ts';
import type { Exchange, Num } from './plan.ts';
import { both, problem } from './problem.ts';
import { resolveNumber } from './resolve-tables.ts';
import { periodNames, tableNames, termNames, together } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';

export function resolveExchange(ctx: PlanContext, node: Node | undefined): Exchange | undefined {
  if (node?.kind !== 'map') return undefined;
  const rateNode = find(node, 'rate');
  if (rateNode === undefined) {
    ctx.found.push(problem('plan.missing_key', node.at, '`exchange` does not say the `rate`', `add \`rate: { by: currency, lookup: { EUR: 1.08 } }\`: what one unit of the other currency is worth in ${ctx.currency}`));
    return undefined;
  }
  const names = rateNames(ctx);
  // a rate is a plain number, as a target of a count is
  const rate = resolveNumber(ctx, rateNode, { place: 'target', names: together(names, terms(ctx), periodNames, tableNames(ctx)), by: names, measure: NUMBER });
  if (rate === undefined) return undefined;
  checkRate(ctx, rate, rateNode);
  return { rate, when: textOf(find(node, 'at')) === 'period' ? 'period' : 'date', at: node.at };
}

/** What a rate may know: the currency that is converted, the day, and imported rates of that currency. */
export function rateNames(ctx: PlanContext): Names {
  const kind = ctx.kinds.get('currency');
  const rates = kind?.dated === false ? kind.fields.filter((f) => f.type === 'number').map((f) => f.name) : [];
  return {
    all: () => ['currency', 'date', ...rates.map((r) => `currency.${r}`)],
    find(name) {
      if (name === 'currency') return { meaning: { ref: { kind: 'field', path: ['currency'] }, type: TEXT } };
      if (name === 'date') return { meaning: { ref: { kind: 'field', path: ['date'] }, type: DATE } };
      const [first, field = '', more] = name.split('.');
      if (first !== 'currency') return undefined;
      if (more === undefined && rates.includes(field)) return { meaning: { ref: { kind: 'field', path: ['currency', field] }, type: NUMBER } };
      return { refusal: { code: 'plan.exchange', ...unknownRate(ctx, field, rates) } };
    },
  };
}

function unknownRate(ctx: PlanContext, field: string, rates: readonly string[]): { readonly message: string; readonly hint: string } {
  const kind = ctx.kinds.get('currency');
  if (kind === undefined || kind.dated) {
    const what = kind === undefined ? 'there is no kind of reference rows `currency` with dated rates' : 'rows of `currency` are facts, because a source gives them a `date`';
    return { message: `\`currency.${field}\` is not known: ${what}`, hint: `declare \`facts: { currency: { fields: { ${field}: number } } }\`, and a source into it: \`id\` is the code of the currency, \`from\` the first day of the rate` };
  }
  const near = closest(field, rates);
  const other = fieldOf(kind, field);
  return { message: other === undefined ? `\`currency\` has no field \`${field}\`` : `\`${field}\` of \`currency\` is not a number`, hint: near !== undefined ? `did you mean \`currency.${near}\`?` : rates.length === 0 ? `declare it as a number: \`currency: { fields: { ${field}: number } }\`` : `rates are ${both(rates.map((r) => `\`currency.${r}\``))}` };
}

/** Terms with one value for the whole plan. */
function terms(ctx: PlanContext): Names {
  const all = termNames(ctx.terms);
  return {
    all: all.all,
    find(name, asked) {
      const term = ctx.terms.get(name);
      if (term === undefined) return undefined;
      if (term.every === undefined && (term.given ?? term.fallback) !== undefined) return all.find(name, asked);
      const message = term.every === undefined ? `\`${name}\` has no value of its own in this plan, and a fact has one rate, whoever is credited` : `\`${name}\` is shared out over time, so it is no rate`;
      return { refusal: { code: 'plan.exchange', message, hint: `give it one: \`${name}: number = 1.08\`` } };
    },
  };
}

function checkRate(ctx: PlanContext, rate: Num, node: Node): void {
  const constant = constantOf(rate);
  if (constant !== undefined && compare(constant, ZERO) <= 0) {
    ctx.found.push(problem('plan.exchange', node.at, `a rate of exchange is more than 0, not ${textOf(node) ?? ''}`, `write what one unit of the other currency is worth in ${ctx.currency}`));
  } else if (rate.kind === 'formula' && !readsCurrency(rate.formula)) {
    ctx.found.push(problem('plan.exchange', node.at, `\`${textOf(node) ?? ''}\` is one rate for every other currency, whichever it is`, `say for which: \`rate: { by: currency, lookup: { EUR: ${textOf(node) ?? ''} } }\`; money of any other currency is then rejected by name`, 'warning'));
  }
  if (rate.kind === 'table') checkTable(ctx, rate.table, tableNode(ctx, node));
}

function checkTable(ctx: PlanContext, table: Extract<Num, { kind: 'table' }>['table'], node: MapNode | undefined): void {
  if (!readsCurrency(table.by)) return;
  if (table.otherwise !== undefined) {
    ctx.found.push(problem('plan.exchange', find(find(node, table.kind), 'otherwise')?.at ?? find(node, 'otherwise')?.at ?? table.at, '`otherwise` would convert a currency that nobody thought of', 'write a row for each currency; money of any other is rejected by name'));
  }
  for (const row of table.rows) {
    const key = typeof row.key === 'string' ? row.key : '';
    if (minorDigits(key) === undefined) ctx.found.push(problem('plan.exchange', row.at, `\`${key}\` is not a currency in use`, minorDigits(key.toUpperCase()) !== undefined ? `write it in capitals: \`${key.toUpperCase()}\`` : 'write the three letters of ISO 4217, such as EUR or GBP'));
    else if (row.value.kind === 'number' && compare(row.value.value, ZERO) <= 0) ctx.found.push(problem('plan.exchange', row.at, `the rate of ${key} is not more than 0`, `write what one ${key} is worth in ${ctx.currency}`));
  }
}

/** The table as it is written, here or under `tables`. */
function tableNode(ctx: PlanContext, node: Node): MapNode | undefined {
  const found = node.kind === 'text' ? ctx.tables.get(node.text.trim())?.value : node;
  return found?.kind === 'map' ? found : undefined;
}

function readsCurrency(formula: Typed): boolean {
  if (formula.kind === 'name') return formula.ref.kind === 'field' && formula.ref.path[0] === 'currency';
  if (formula.kind === 'read') return readsCurrency(formula.table.by) || (formula.table.outer?.rows.some((r) => readsCurrency(r.table.by)) ?? false);
  return (formula.kind === 'call' || formula.kind === 'op') && formula.args.some(readsCurrency);
}
