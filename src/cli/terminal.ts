/** The terminal that a command prints to: its width, its colours, its progress line. */
import type { Terminal } from './answer.ts';
import { painter } from './render/colour.ts';
import { progressBar, SILENT } from './render/progress.ts';

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** of the environment: NO_COLOR, TERM, COLUMNS */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly elapsed: () => number;
}

const WIDEST = 100;
const NARROWEST = 60;

/** `quiet`: no progress, for `--json`. */
export function openTerminal(streams: Streams, quiet: boolean): Terminal {
  const { stdout, stderr, variables } = streams;
  // a reader that has seen enough (`| head`) is no error
  stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE') throw error; });
  const progress = quiet ? SILENT : progressBar({
    write: (text) => { stderr.write(text); }, isTerminal: stderr.isTTY === true, columns: stderr.columns || WIDEST, elapsed: streams.elapsed,
  });
  // a terminal that does not know its width says 0
  return {
    print(text) { progress.clear(); stdout.write(`${text}\n`); },
    note(text) { progress.clear(); stderr.write(`${text}\n`); },
    width: Math.max(NARROWEST, Math.min(WIDEST, columnsOf(variables['COLUMNS']) ?? (stdout.columns || WIDEST))),
    paint: painter(isColoured(stdout, variables)),
    progress,
  };
}

/** Whether a stream shows colour: a terminal, and nobody said no (no-color.org). */
export function isColoured(stream: NodeJS.WriteStream, variables: Streams['variables']): boolean {
  return stream.isTTY === true && (variables['NO_COLOR'] ?? '') === '' && variables['TERM'] !== 'dumb';
}

function columnsOf(written: string | undefined): number | undefined {
  return /^[1-9]\d{0,3}$/.test(written ?? '') ? Number.parseInt(written ?? '', 10) : undefined;
}
