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
const PLAIN_EVERY_MS = 3_000;
const BAR_CELLS = 24;

export function progressBar(output: ProgressOutput): ProgressBar {
  // a log gets its first line after a while: short work stays silent there
  let last = output.isTerminal ? Number.NEGATIVE_INFINITY : output.elapsed();
  let drawn = false, step = '', done = 0, of = 0;
  const draw = (part: number): void => {
    const now = output.elapsed();
    if (now - last < (output.isTerminal ? REDRAW_MS : PLAIN_EVERY_MS)) return;
    last = now;
    drawn = output.isTerminal;
    const percent = of <= 0 ? 0 : Math.floor(Math.min(1, (done + part) / of) * 100);
    output.write(output.isTerminal ? `\r\u001b[K${barLine(step, percent, output.columns)}` : `${String(percent).padStart(3)} %  ${step}\n`);
  };
  return {
    show(name, ...shown) { step = name.replaceAll('_', ' '); [done, of] = shown; draw(0); },
    within(percent) { if (of > 1) draw(percent / 100); },
    clear() {
      if (drawn) output.write('\r\u001b[K');
      drawn = false;
    },
  };
}

/** `██████░░░░  60 %  credits`, cut to the width. */
function barLine(step: string, percent: number, columns: number): string {
  const full = Math.floor((percent * BAR_CELLS) / 100);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  return `${bar} ${String(percent).padStart(3)} %  ${step}`.slice(0, Math.max(10, columns - 1));
}

/** No bar: for machines that read. */
export const SILENT: ProgressBar = { show: () => undefined, within: () => undefined, clear: () => undefined };
