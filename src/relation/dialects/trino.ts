import { type Dialect, generic } from '../dialect.ts';

export const trino: Dialect = {
  ...generic,
  name: 'trino',
  types: { integer: 'INTEGER', bigint: 'BIGINT', wide: 'DECIMAL(38,0)', boolean: 'BOOLEAN', text: 'VARCHAR' },
  // a sum of BIGINT stays BIGINT there
  sum: (of, filter) => `CAST(sum(${of})${filter} AS DECIMAL(38,0))`,
};
