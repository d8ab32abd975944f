/**
 * Installs what package-lock.json names, unless it is there already. Every script begins here, so
 * that `npm start` and `npm test` work in a bare clone. Plain JavaScript for older Nodes: before
 * this has run, the right Node may not be there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anyNode, cannotStart, missingNode, run } from '../bin/runtime.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @returns {Promise<string>} path of the Node to run everything else with
 * @throws where the installation fails, with a sentence for the user
 */
export async function install() {
  const reason = whatIsMissing(ROOT);
  if (reason) await npmCi(reason);
  const node = anyNode();
  if (!node) throw new Error(missingNode());
  if (reason) {
    const { code } = await run(node, ['-e', '']);
    if (code !== 0) throw new Error(cannotStart(code) ?? `${node} does not start (exit code ${code}).`);
  }
  return node;
}

/**
 * Why an installation is needed, or undefined. npm writes down what it has installed in
 * node_modules/.package-lock.json, last of all; that list must hold what our lockfile wants.
 * Packages for other platforms are optional and may be absent.
 */
export function whatIsMissing(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted) throw new Error('package-lock.json is missing or damaged. Get it back with: git checkout package-lock.json');
  if (!present) return 'the packages are not installed yet';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const there = present[path];
    if (!there && entry.optional) continue;
    if (!there || !existsSync(join(root, path))) return `${name} ${entry.version} is missing`;
    if (there.version !== entry.version || there.integrity !== entry.integrity) {
      return `${name} is ${there.version}, and package-lock.json wants ${entry.version}`;
    }
  }
  return anyNode() ? undefined : 'the Node for this platform is missing';
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

const OLDEST_FOR_NPM = 20;

async function npmCi(reason) {
  const version = nodeOfNpm();
  if (Number(version.split('.')[0]) < OLDEST_FOR_NPM) {
    // npm leaves out, without a word, optional packages that want a newer Node; the tools would then not start.
    throw new Error(`The installation needs Node ${OLDEST_FOR_NPM} or newer, and npm runs on ${version}. Install a newer one from nodejs.org and run this again.`);
  }
  console.error(`Installing packages (${reason}). About 400 MB on disk; usually under a minute.`);
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const heartbeat = setInterval(() => console.error(`  still installing, ${seconds()}`), 15_000);
  try {
    const { code, signal } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    if (signal) throw new Error(`The installation was stopped (${signal}). Run the same command again to finish it.`);
    if (code !== 0) throw new Error('npm could not install the packages; its own words stand above. Where the network was the reason, run the same command again.');
  } finally {
    clearInterval(heartbeat);
  }
  console.error(`Installed in ${seconds()}.`);
}

/** The version of Node that npm runs on, which is not always the one that runs this file. */
function nodeOfNpm() {
  return /node\/v([\d.]+)/.exec(process.env.npm_config_user_agent ?? '')?.[1] ?? process.versions.node;
}

/**
 * npm must not run on the Node inside node_modules, which it is about to replace: it gets the Node
 * it was started with, and a PATH without that folder.
 */
function npm(args) {
  const ours = join(ROOT, 'node_modules');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== join(ours, '.bin')).join(delimiter);
  const options = { cwd: ROOT, env: { ...process.env, PATH: path } };
  const { npm_node_execpath: node, npm_execpath: cli } = process.env;
  if (node && cli?.endsWith('.js') && !node.startsWith(ours) && existsSync(node)) return run(node, [cli, ...args], options);
  const windows = process.platform === 'win32';
  return run(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows });
}
