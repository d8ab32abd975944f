/**
 * What an engine may say in its own way. The emitter writes the plain form that every engine runs;
 * a dialect overrides a hook only where the plain form fails or is slower there.
 */
import type { SqlType } from './relation.ts';

export interface Dialect {
  readonly name: string;
  readonly types: Readonly<Record<SqlType, string>>;
  /** division of integers that cuts toward zero; the divisor is not 0 */
  readonly quotient: (a: string, b: string) => string;
  /** the greatest number that divides both; of 0 and a number the number */
  readonly gcd: (a: string, b: string) => string;
  /** sum of integers, of the wide type */
  readonly sum: (of: string, filter: string) => string;
  /** opening words of a statement that makes a table or a view */
  readonly create: (make: 'table' | 'view', name: string, stays: boolean) => string;
  /** how a table of one run is told from one that stays */
  readonly temporary: string;
  /** does the order of storage matter? */
  readonly keepsOrder: boolean;
}

export const generic: Omit<Dialect, 'name' | 'types'> = {
  // wide division rounds on some engines: taking the rest away first makes it exact on all
  quotient: (a, b) => `((${a} - ${a} % ${b}) / ${b})`,
  gcd: (a, b) => `gcd(${a}, ${b})`,
  sum: (of, filter) => `sum(${of})${filter}`,
  create: (make, name) => `CREATE ${make === 'view' ? 'OR REPLACE VIEW' : 'TABLE'} ${name} AS`,
  temporary: '',
  keepsOrder: false,
};
