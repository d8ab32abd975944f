/** `npm run test:long`: drawn plans through oracle and engine, 100,000 cases; `CASES` and `SEED` say otherwise (cases of each of the two files). */
process.env.CASES ??= '50000';
process.argv.push('test/oracle-against-engine');
await import('./test.mjs');
