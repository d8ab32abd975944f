/** Relations in memory: each kind becomes rows, out of the rows of the relations below it. */
import { columnsOf } from '../relation/check.ts';
import type { Codes } from '../relation/emit.ts';
import type { Relation } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import { aggregated } from './memory-aggregate.ts';
import { cellOf, cellsOf, compile } from './memory-expression.ts';
import { type Body, bodyOver, columnCells, type Frame, frame, picked, scopeOver } from './memory-frame.ts';
import { joined } from './memory-join.ts';
import { windowed } from './memory-window.ts';

export interface Reading {
  readonly table: (name: string) => Frame;
  readonly codes: Codes;
  /** a relation that stands in several places is calculated once */
  readonly done: Map<Relation, Frame>;
}

export function frameOf(relation: Relation, reading: Reading): Frame {
  const known = reading.done.get(relation);
  if (known !== undefined) return known;
  const made = make(relation, reading);
  reading.done.set(relation, made);
  return made;
}

function make(relation: Relation, reading: Reading): Frame {
  const columns = columnsOf(relation);
  switch (relation.kind) {
    case 'scan': return scanned(relation, reading);
    case 'values': return valuesFrame(relation);
    case 'filter': {
      const body = bodyOf(relation, reading);
      return frame(columns, body.count, (name) => columnCells(body, name, undefined));
    }
    case 'project': {
      const body = bodyOf(relation.from, reading), exprs = new Map(relation.columns.map(({ name, expr }) => [name, expr])), types = new Map(columns.map((c) => [c.name, c.type]));
      const scope = scopeOver(body, reading.codes);
      return frame(columns, body.count, (name) => {
        const expr = exprs.get(name), type = types.get(name);
        assert(expr !== undefined && type !== undefined, `${name} is a column of the project`);
        return expr.kind === 'column' ? columnCells(body, expr.name, expr.of) : cellsOf(expr, type, scope, body.count);
      });
    }
    case 'aggregate': return aggregated(relation, columns, bodyOf(relation.from, reading), reading.codes);
    case 'window': return windowed(relation, columns, frameOf(relation.from, reading), reading.codes);
    case 'union': {
      const parts = relation.relations.map((r) => frameOf(r, reading));
      return frame(columns, parts.reduce((n, part) => n + part.count, 0), (name) => parts.flatMap((part) => part.cells(name)));
    }
    case 'join': assert(false, 'a join stands under a filter, a project or an aggregate');
  }
}

/** FROM and WHERE: only rows for which the condition is true stay, not those for which it is unknown. */
function bodyOf(relation: Relation, reading: Reading): Body {
  if (relation.kind === 'join') return joined(relation.inputs, relation.inputs.map((input) => frameOf(input.relation, reading)), reading.codes);
  if (relation.kind !== 'filter') return bodyOver(frameOf(relation, reading));
  const body = bodyOf(relation.from, reading), holds = compile(relation.where, scopeOver(body, reading.codes)).read, rows: number[] = [];
  for (let row = 0; row < body.count; row++) if (holds(row) === true) rows.push(row);
  return rows.length === body.count ? body : picked(body, Int32Array.from(rows));
}

function scanned(relation: Extract<Relation, { kind: 'scan' }>, reading: Reading): Frame {
  const table = reading.table(relation.table);
  for (const { name, type } of relation.columns) assert(table.typeOf(name) === type, `${relation.table}.${name} is ${type}; the table has it as ${table.typeOf(name)}`);
  return table;
}

function valuesFrame(relation: Extract<Relation, { kind: 'values' }>): Frame {
  return frame(relation.columns, relation.rows.length, (name) => {
    const at = relation.columns.findIndex((c) => c.name === name), type = relation.columns[at]?.type ?? 'text';
    return relation.rows.map((row) => cellOf(row[at] ?? null, type));
  });
}
