#!/usr/bin/env node
/** The command `trueup`. On an older Node it hands everything to the pinned one. */
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cannotStart, endAs, isWanted, missingNode, pinnedNode, run } from './runtime.mjs';

const here = fileURLToPath(import.meta.url);

if (isWanted()) await start();
else await handOver();

async function start() {
  // Beside the packages, not in the machine's shared temporary folder, where others can write.
  module.enableCompileCache(join(dirname(dirname(here)), 'node_modules', '.cache', 'compiled'));
  try {
    const { main } = await import('../src/cli/main.ts');
    await main(process.argv.slice(2));
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    console.error(`Trueup is not installed yet: ${error.message.split(' imported from')[0].replace('Cannot find', 'there is no')}.\nRun: npm install`);
    process.exitCode = 1;
  }
}

async function handOver() {
  const node = pinnedNode();
  if (!node) {
    console.error(missingNode());
    process.exitCode = 1;
    return;
  }
  const end = await run(node, [here, ...process.argv.slice(2)]);
  const reason = cannotStart(end.code);
  if (reason) console.error(reason);
  endAs(end);
}

function isMissingPackage(error) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && error.message.startsWith('Cannot find package');
}
