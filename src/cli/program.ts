/**
 * The commands: what each is called, takes and shows as an example. Everything here is data, so that
 * `--help` loads no command; the file of a command is loaded when it runs.
 */
import { Command as Program, Option } from 'commander';
import type { Command, Options } from './answer.ts';

export interface CommandSpec {
  readonly name: string;
  /** `[DIR]` or `<WHAT>`, with what it is; its value is the option `argument` */
  readonly argument?: readonly [string, string];
  readonly summary: string;
  /** a paragraph for its help */
  readonly about: string;
  /** flags and what they do */
  readonly options: readonly (readonly [string, string])[];
  /** command lines, each with what it does */
  readonly examples: readonly (readonly [string, string])[];
  /** `always`: its process is started before anything else; `never`: no options about memory */
  readonly engine: 'always' | 'sometimes' | 'never';
  /** what is true after Ctrl-C */
  readonly stopped: string;
  readonly load: () => Promise<Command>;
}

const NOTHING = 'Nothing was recorded.';

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'demo', argument: ['[DIR]', 'folder to make; default: ./demo'], summary: 'make the workspace of an invented company, with two years of data',
    about: 'Makes a workspace that works: 120 people, 14 plans, 24 months of exports. With --tour it imports them, calculates a year and shows what is paid and why.',
    options: [['--tour', 'import, calculate a year, and show it']],
    examples: [['trueup demo ./demo', 'make it'], ['trueup demo ./demo --tour', 'make it and look around']],
    engine: 'sometimes', stopped: 'Run the command again: it goes on from what is there.', load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'init', argument: ['[DIR]', 'folder to make; default: the current one'], summary: 'start a workspace of your own',
    about: 'Makes a small workspace with comments: one plan, one source, a sample CSV file and a test. Change it into yours.',
    options: [], examples: [['trueup init acme', 'a new folder acme with a workspace in it']],
    engine: 'never', stopped: 'Some files may have been made.', load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'import', summary: 'read the files that the sources name',
    about: 'Reads what has changed since the last import. A row that cannot be read goes to quarantine with its reason, and the rest goes on (exit code 2).',
    options: [
      ['--source <NAME>', 'only this source'], ['--corrected <FILE>', 'rows of the quarantine that you corrected, for --source'],
      ['--quarantine', 'list the rows that are in quarantine; imports nothing'], ['--dry-run', 'say what would happen; keep nothing'],
    ],
    examples: [
      ['trueup import', 'all sources'], ['trueup import --quarantine', 'which rows could not be read, and why'],
      ['trueup import --source deals --corrected rows.csv', 'take corrected rows'],
    ],
    engine: 'always', stopped: 'Files that were read completely before that are kept; of the one under way, nothing is.', load: async () => (await import('./commands/import.ts')).importFiles,
  },
  {
    name: 'check', summary: 'is everything right? every mistake, with its line and what to do',
    about: 'Reads all plans, sources and measures and shows every mistake at once. Where facts were imported, it also looks whether everybody has the numbers that their plan needs.',
    options: [
      ['--resolved', 'print the plans with every default written out'], ['--plan <NAME>', 'with --resolved: only this plan'],
      ['--schema <WHICH>', 'print the JSON Schema for editors: plan or workspace'],
    ],
    examples: [
      ['trueup check', 'all plans'], ['trueup check --resolved --plan sdr', 'one plan in words, and with all its defaults'],
      ['trueup check --schema plan > plan.schema.json', 'for completion in an editor'],
    ],
    engine: 'sometimes', stopped: NOTHING, load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'preview', summary: 'what would be paid, and what differs from what was posted',
    about: 'Calculates all plans from the imported facts and shows what `trueup apply` would post. Changes nothing.',
    options: [['--plan <NAME>', 'show only this plan'], ['--payee <NAME>', 'show only this payee'], ['--period <LABEL>', 'show only this period'], ['--all', 'every line, not only the first ones'], ['--as-of <DAY>', 'what is payable by this day, like 2026-03-31; default: today']],
    examples: [['trueup preview', 'payouts and differences'], ['trueup preview --period 2026-Q1 --all', 'every payee of one quarter']],
    engine: 'always', stopped: NOTHING, load: async () => (await import('./commands/preview.ts')).preview,
  },
  {
    name: 'apply', summary: 'post it: write the run and its entries into the ledger',
    about: 'Calculates like `trueup preview` and posts the difference to what was posted before, in one step: all of it or nothing. Applied twice, the second time posts nothing.',
    options: [], examples: [['trueup apply', 'post what the preview showed']],
    engine: 'always', stopped: NOTHING, load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'explain', summary: 'why is this amount what it is? down to the row of the file',
    about: 'Says in words and numbers how an amount came about, and from which rows of which files. With --fact it says of one fact who was credited with it, by which rule and with what share, why every other rule credits nobody or somebody else, and what was paid for it.',
    options: [
      ['--payee <NAME>', 'whose pay (or --fact)'], ['--fact <ID>', 'who was credited with this fact, and who was not; instead of --payee'], ['--kind <KIND>', 'with --fact: of which kind, where ids are the same'], ['--period <LABEL>', 'which period, like 2026-Q1; default: the last one with pay'], ['--component <NAME>', 'only this part of the plan'],
      ['--plan <NAME>', 'only this plan'], ['--all', 'every row of the files, not only the first ones'], ['--as-of <DAY>', 'what is payable by this day, like 2026-03-31; default: today'],
      ['--statement', 'the statement alone: result, target and amount of each component'],
    ],
    examples: [['trueup explain --payee "Ann Lee" --period 2026-Q1', 'one quarter of one payee'], ['trueup explain --payee "Ann Lee" --period 2026 --statement', 'the statement of a year'], ['trueup explain --fact D-1042', 'who was credited with a deal']],
    engine: 'always', stopped: NOTHING, load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'export', argument: ['<WHAT>', 'earnings, facts or quarantine'], summary: 'write earnings, facts or quarantined rows to a file',
    about: 'earnings: plan, component, payee, period, amount and currency as CSV, after importing what has changed. facts: everything that was imported, a Parquet file for each kind, into a folder. quarantine: rows that could not be read, as CSV, to be corrected.',
    options: [
      ['--format <FORMAT>', 'csv (earnings, quarantine) or parquet (facts)'], ['--out <FILE>', 'where to: a file; for facts a folder. Earnings go to the screen without it, or with -'],
      ['--source <NAME>', 'quarantine: rows of this source'],
    ],
    examples: [
      ['trueup export earnings --format csv --out earnings.csv', 'what everybody earned'], ['trueup export facts --out facts', 'for other programs'],
      ['trueup export quarantine --source deals --out rows.csv', 'correct them, then: trueup import --source deals --corrected rows.csv'],
    ],
    engine: 'always', stopped: 'No file was written.', load: async () => (await import('./commands/export.ts')).exportData,
  },
  {
    name: 'test', argument: ['[FILE]', 'only this file of tests/'], summary: 'run the small tables in tests/: facts in, pay out',
    about: 'Calculates the examples in tests/*.yaml with your plans and shows where the result differs from what they expect.',
    options: [], examples: [['trueup test', 'all of tests/'], ['trueup test tests/sdr.yaml', 'one file']],
    engine: 'always', stopped: NOTHING, load: async () => (await import('./commands/test.ts')).test,
  },
  {
    name: 'doctor', summary: 'is this machine and this workspace in order?',
    about: 'Looks at the runtime, the engine, versions, space, permissions and the state of the workspace, and says what to do where something is wrong.',
    options: [], examples: [['trueup doctor', 'look at everything']],
    engine: 'always', stopped: NOTHING, load: async () => (await import('./commands/doctor.ts')).doctor,
  },
];

export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly width: number;
  readonly version: string;
  /** runs a command that was read */
  readonly run: (spec: CommandSpec, options: Options) => Promise<void>;
}

export function makeProgram(output: ProgramOutput): Program {
  const program = configured(new Program('trueup'), output)
    .description('Pays revenue teams from plans that are readable files, exact to the cent, with a reason for every figure.')
    .usage('COMMAND [options]')
    .version(output.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this, or the help of a command')
    .helpCommand(false)
    .addHelpText('after', `\n${START_HERE}`);
  for (const spec of COMMANDS) program.addCommand(commandOf(spec, output));
  return program;
}

const START_HERE = `Start here:
  trueup demo ./demo --tour     an invented company, imported, calculated and explained
  trueup init acme              a small workspace of your own
  trueup COMMAND --help         what a command takes, with examples

Exit codes: 0 done, 1 the plan or the request is wrong, 2 done but something was rejected, 3 our fault.`;

function commandOf(spec: CommandSpec, output: ProgramOutput): Program {
  const command = configured(new Program(spec.name), output)
    .summary(spec.summary).description(spec.about)
    .helpOption('-h, --help', 'print this')
    .allowExcessArguments(false);
  if (spec.argument !== undefined) command.argument(...spec.argument);
  for (const [flags, about] of spec.options) command.addOption(new Option(flags, about));
  if (spec.name !== 'demo' && spec.name !== 'init') command.option('-w, --workspace <DIR>', 'folder of the workspace; default: the current one');
  command.option('--json', 'one JSON document, for programs');
  if (spec.engine !== 'never') command.option('--memory <MB>', 'most that calculations may take; default: half of the machine, at most 4096').option('--threads <N>', 'processors to use; default: all');
  command.option('--debug', 'where it is our fault: show where it happened');
  const width = Math.max(...spec.examples.map(([line]) => line.length));
  command.addHelpText('after', `\n${spec.examples.length === 1 ? 'Example' : 'Examples'}:\n${spec.examples.map(([line, about]) => `  ${line.padEnd(width)}   ${about}`).join('\n')}`);
  command.action(async () => {
    const argument = command.args[0];
    await output.run(spec, { ...command.opts<Options>(), ...(argument === undefined ? {} : { argument }) });
  });
  return command;
}

/** Errors and output come back to us; nothing ends the process from in here. */
function configured(program: Program, output: ProgramOutput): Program {
  return program.exitOverride().showSuggestionAfterError(true)
    .configureHelp({ helpWidth: output.width, subcommandTerm: (c) => [c.name(), ...c.registeredArguments.map((a) => (a.required ? `<${a.name()}>` : `[${a.name()}]`))].join(' ') })
    .configureOutput({
      writeOut: output.out, writeErr: output.err,
      outputError: (text, write) => { write(`${text.replace(/^error: /, '').trimEnd()}\nSee: trueup ${program.name() === 'trueup' ? '' : `${program.name()} `}--help\n`); },
    });
}
