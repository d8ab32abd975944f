import { type Dialect, generic } from '../dialect.ts';

export const duckdb: Dialect = {
  ...generic,
  name: 'duckdb',
  types: { integer: 'INTEGER', bigint: 'BIGINT', wide: 'HUGEINT', boolean: 'BOOLEAN', text: 'VARCHAR' },
  // `//` cuts toward zero on every integer type, at half the cost of the plain form
  quotient: (a, b) => `(${a} // ${b})`,
  // what a run makes is gone with the connection: a preview leaves the store as it was
  create: (make, name, stays) => `CREATE OR REPLACE ${stays ? '' : 'TEMP '}${make === 'view' ? 'VIEW' : 'TABLE'} ${name} AS`,
  temporary: 'TEMP ',
  // sorted blocks are what makes one payee's rows quick to find
  keepsOrder: true,
};
