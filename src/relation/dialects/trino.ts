import { type Dialect, generic } from '../dialect.ts';

export const trino: Dialect = {
  ...generic,
  name: 'trino',
  types: { integer: 'INTEGER', bigint: 'BIGINT', wide: 'DECIMAL(38,0)', boolean: 'BOOLEAN', text: 'VARCHAR' },
  // there is none: the steps of Euclid, as many as two numbers of 38 digits can need
  gcd: (a, b) => `reduce(sequence(1, 184), CAST(ROW(abs(${a}), abs(${b})) AS ROW(a DECIMAL(38,0), b DECIMAL(38,0))), (s, i) -> IF(s.b = 0, s, CAST(ROW(s.b, s.a % s.b) AS ROW(a DECIMAL(38,0), b DECIMAL(38,0)))), s -> s.a)`,
  // a sum of BIGINT stays BIGINT there
  sum: (of, filter) => `CAST(sum(${of})${filter} AS DECIMAL(38,0))`,
};
