/**
 * `npm run errors` writes docs/errors.md anew from the examples of test/errors. Without `--update`
 * (`node scripts/run.mjs scripts/errors.ts`) it only says which sections would change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES } from '../test/errors/examples.ts';
import { codes, page, PAGE, sectionsOf, show } from '../test/errors/page.ts';
import { ROOT } from '../test/tidy/source.ts';

const path = join(ROOT, PAGE);
const update = process.argv.includes('--update');
const before = sectionsOf(readFileSync(path, 'utf8'));
const { shown, wrong } = await show(EXAMPLES);
const text = page(shown);
const after = sectionsOf(text);
const changed = [...new Set([...before.keys(), ...after.keys()])].filter((code) => before.get(code) !== after.get(code));
const missing = codes().filter((code) => !EXAMPLES[code]);

if (update) writeFileSync(path, text);
console.log(`${changed.length} of ${after.size} sections ${update ? 'were written anew' : 'would change'}${changed.length > 0 ? `: ${changed.join(', ')}` : ''}`);
if (missing.length > 0) console.log(`${missing.length} codes have no example yet: ${missing.join(', ')}`);
for (const one of wrong) console.log(`The example does not bring its code about: ${one}`);
if (missing.length > 0 || wrong.length > 0 || (changed.length > 0 && !update)) process.exitCode = 1;
