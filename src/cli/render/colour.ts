/** Colour, where it helps and where it is wanted: on a terminal, and not where NO_COLOR is set. */
import type { Painter, Role } from '../../value/render.ts';

/** SGR codes: bold red, bold yellow, blue, … */
const CODES: Readonly<Record<Role, string>> = { error: '1;31', warning: '1;33', where: '34', mark: '1;31', hint: '1;36' };

export function painter(colour: boolean): Painter | undefined {
  return colour ? (role, text) => `\u001b[${CODES[role]}m${text}\u001b[0m` : undefined;
}
