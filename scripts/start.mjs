/** `npm start`: installs what is missing, then makes the demo company's workspace and shows a year of pay. */
import { join } from 'node:path';
import { endAs, run } from '../bin/runtime.mjs';
import { install, ROOT } from './install.mjs';

try {
  const node = await install();
  endAs(await run(node, [join(ROOT, 'bin', 'trueup.mjs'), 'demo', './demo', '--tour'], { cwd: ROOT }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
