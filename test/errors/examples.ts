/** code → the smallest input that brings it about. `npm run errors` writes docs/errors.md from it. */
import type { Code } from '../../src/value/diagnostic.ts';
import { BOOK_EXAMPLES } from './book-examples.ts';
import { CLI_EXAMPLES } from './cli-examples.ts';
import { COMPILE_EXAMPLES } from './compile-examples.ts';
import type { Example } from './example.ts';
import { FILE_EXAMPLES } from './file-examples.ts';
import { IMPORT_EXAMPLES } from './import-examples.ts';
import { PLAN_EXAMPLES } from './plan-examples.ts';
import { RUN_EXAMPLES } from './run-examples.ts';

export const EXAMPLES: Readonly<Partial<Record<Code, Example>>> = {
  ...PLAN_EXAMPLES, ...COMPILE_EXAMPLES, ...FILE_EXAMPLES, ...IMPORT_EXAMPLES, ...RUN_EXAMPLES, ...BOOK_EXAMPLES, ...CLI_EXAMPLES,
};
