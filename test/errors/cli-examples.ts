/** What can be wrong with a command line. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeDemo } from '../../src/app/demo.ts';
import { initWorkspace } from '../../src/app/init.ts';
import { fileProblem, missingOption, unknownName, wrongOption } from '../../src/cli/request.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';
import { inFolder } from './example.ts';

export const CLI_EXAMPLES = {
  'cli.unknown_name': { about: 'The names that there are stand in the hint.', diagnose: () => [unknownName('plan', 'ae-2025', ['ae', 'sdr'])] },
  'cli.bad_option': { about: 'What an option takes stands in the help of the command, too.', diagnose: () => [wrongOption('--format of earnings', 'xlsx', ['csv'])] },
  'cli.missing_option': { about: 'Nothing is guessed.', diagnose: () => [missingOption('--payee', 'whose pay shall be explained', 'trueup explain --payee "Ann Lee" --period 2026-Q1')] },
  'cli.folder_in_use': { about: '`init` and `demo` write into an empty folder only; nothing of yours is overwritten.', diagnose: () => inFolder({ 'acme/notes.txt': 'mine' }, async (folder) => initWorkspace(join(folder, 'acme')).diagnostics) },
  'cli.no_demo': { about: 'The demo is made from `examples/`, which a smaller installation may not have.', diagnose: () => inFolder({ 'examples/demo/README.md': '' }, async (folder) => (await makeDemo(join(folder, 'demo'), pathToFileURL(join(folder, 'examples/demo/')))).diagnostics) },
  'cli.unwritable': { about: 'The disk says no: rights, room, or a file where a folder belongs.', diagnose: () => inFolder({ data: 'a file' }, async (folder) => refusedBy(() => { mkdirSync(join(folder, 'data', 'inbox')); })) },
} satisfies Partial<Record<Code, Example>>;

function refusedBy(work: () => void): readonly Diagnostic[] {
  try {
    work();
    return [];
  } catch (error) {
    const problem = fileProblem(error);
    return problem === undefined ? [] : [problem];
  }
}
