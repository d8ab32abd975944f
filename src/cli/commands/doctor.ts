/** `trueup doctor`: what the machine and the workspace are like, and what to do where something is wrong. */
import { availableParallelism, totalmem } from 'node:os';
import { examine, type Finding } from '../../app/doctor.ts';
import { VERSION } from '../../app/versions.ts';
import type { Answer, Context } from '../answer.ts';
import { paragraph } from '../render/text.ts';

export async function doctor(context: Context): Promise<Answer> {
  const findings = await examine(context.dir, {
    version: VERSION, node: process.versions.node, pinned: /[\\/]node_modules[\\/]node-/.test(process.execPath), platform: `${process.platform} ${process.arch}`,
    sqlite: process.versions.sqlite ?? 'not there', processors: availableParallelism(), totalMemory: totalmem(), memoryMb: context.memoryMb, threads: context.threads,
  }, context.session(), context.now());
  const problems = findings.filter((f) => f.state === 'problem').length;
  const text = [...findings.map((f) => lineOf(f, context.terminal.width)), '', problems === 0 ? 'Everything is in order.' : `${problems} ${problems === 1 ? 'problem' : 'problems'}.`].join('\n');
  return { exit: problems === 0 ? 0 : 1, document: { findings }, text, diagnostics: [] };
}

function lineOf({ topic, state, says, advice }: Finding, width: number): string {
  const head = `${(state === 'ok' ? 'ok' : 'PROBLEM').padEnd(8)} ${topic.padEnd(12)} `, indent = ' '.repeat(head.length);
  const rest = paragraph(says, width, indent).slice(head.length);
  return [head + rest, ...(advice === '' ? [] : [paragraph(`→ ${advice}`, width, indent)])].join('\n');
}
