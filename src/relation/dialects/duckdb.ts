import { type Dialect, generic } from '../dialect.ts';

export const duckdb: Dialect = {
  ...generic,
  name: 'duckdb',
  types: { integer: 'INTEGER', bigint: 'BIGINT', wide: 'HUGEINT', boolean: 'BOOLEAN', text: 'VARCHAR' },
  // `//` cuts toward zero on every integer type, at half the cost of the plain form
  quotient: (a, b) => `(${a} // ${b})`,
  create: (make, name) => `CREATE OR REPLACE ${make === 'view' ? 'VIEW' : 'TABLE'} ${name} AS`,
  // sorted blocks are what makes one payee's rows quick to find
  keepsOrder: true,
};
