/** How far long work is: one line that is drawn over on a terminal, now and then a plain line elsewhere. */

export interface ProgressBar {
  /** `done` of `of` steps; drawn at most some times a second */
  show(step: string, done: number, of: number): void;
  /** how far the step is that was shown last, 0 to 100 */
  within(percent: number): void;
  /** takes the line away, before something else is printed */
  clear(): void;
}

export interface ProgressOutput {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** milliseconds since any moment */
  readonly elapsed: () => number;
}

const REDRAW_MS = 80;
/** Short work stays silent in a log. */
const PLAIN_EVERY_MS = 3_000;
const BAR_CELLS = 24;

export function progressBar(output: ProgressOutput): ProgressBar {
  let last = output.isTerminal ? Number.NEGATIVE_INFINITY : output.elapsed();
  let drawn = false, step = '', done = 0, of = 0;
  const draw = (part: number): void => {
    const now = output.elapsed();
    if (now - last < (output.isTerminal ? REDRAW_MS : PLAIN_EVERY_MS)) return;
    last = now;
    const line = progressLine(step, done + part, of, output.columns);
    drawn = output.isTerminal;
    output.write(output.isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  };
  return {
    show(...shown) { [step, done, of] = shown; draw(0); },
    within(percent) { if (of > 1) draw(percent / 100); },
    clear() {
      if (drawn) output.write('\r\u001b[K');
      drawn = false;
    },
  };
}

/** `[██████░░░░]  60 %  credits`, cut to the width. */
function progressLine(step: string, done: number, of: number, columns: number): string {
  const part = of <= 0 ? 0 : Math.min(1, done / of);
  const full = Math.floor(part * BAR_CELLS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  return `${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${step.replaceAll('_', ' ')}`.slice(0, Math.max(10, columns - 1));
}

/** No bar: for machines that read. */
export const SILENT: ProgressBar = { show: () => undefined, within: () => undefined, clear: () => undefined };
