/**
 * `npm test`: types, lint, then all tests; `npm test -- src/value` runs the tests of these files only.
 * The last line is always `N passed, N failed, N skipped`, which continuous integration reads.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../bin/runtime.mjs';
import { install, ROOT } from './install.mjs';

const filters = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
/** what failed besides single tests */
const failures = [];

try {
  const node = await install();
  if (filters.length === 0) {
    await step(node, 'types', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']);
    await step(node, 'lint', ['node_modules/oxlint/bin/oxlint', '--type-aware']);
  }
  await tests(node);
} catch (error) {
  fail(error.message);
}
for (const failure of failures) console.log(`Failed: ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

function fail(what) {
  total.failed += 1;
  failures.push(what);
}

async function step(node, name, args) {
  const { code, signal } = await run(node, args, { cwd: ROOT });
  if (signal) throw new Error(`${name} was stopped (${signal})`);
  if (code !== 0) fail(`${name} (the messages stand above)`);
}

async function tests(node) {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-test-'));
  const report = join(folder, 'report.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const { code, signal } = await run(node, [...args, ...filters], { cwd: ROOT });
    count(readReport(report), code, signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A file that does not load has no tests in the report, and an error outside a test counts nowhere: both must fail here. */
function count(report, code, signal) {
  if (!report) return fail(signal ? `the tests were stopped (${signal})` : `the test runner ended without a report (exit code ${code})`);
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) {
    const blamed = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !blamed) fail(`${file.name} could not be run`);
  }
  if (code !== 0 && total.failed === 0) fail(report.numTotalTests === 0 ? 'no test was found' : 'the test runner reported an error outside the tests');
}
