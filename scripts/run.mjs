/** `node scripts/run.mjs FILE.ts [ARGUMENTS]`: installs what is missing, then runs the file on the pinned Node. */
import { endAs, run } from '../bin/runtime.mjs';
import { install } from './install.mjs';

const [file, ...args] = process.argv.slice(2);
try {
  if (!file) throw new Error('Say which file to run: node scripts/run.mjs scripts/errors.ts');
  const node = await install();
  endAs(await run(node, [file, ...args]));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
