/** `trueup explain`: why an amount is what it is, down to the row of the file. */
import { calculate } from '../../app/calculate.ts';
import { explain as explainPay } from '../../app/explain.ts';
import { explainFact } from '../../app/explain-fact.ts';
import { factText } from '../../app/explain-fact-text.ts';
import { explanationText } from '../../app/explain-text.ts';
import { statement, statementText } from '../../app/statement.ts';
import { sourceProblems } from '../../app/run-notes.ts';
import { hasErrors } from '../../value/diagnostic.ts';
import { parseDay } from '../../value/period.ts';
import { type Answer, type Context, type Options, refused, textOption } from '../answer.ts';
import { withWorkspace } from '../open.ts';
import { fittedPage } from '../render/explanation.ts';
import { missingOption, requestProblem, wrongOption } from '../request.ts';

export function explain(context: Context, options: Options): Promise<Answer> {
  const fact = textOption(options, 'fact'), kind = textOption(options, 'kind');
  if (fact !== undefined) return explainOneFact(context, options, fact, kind);
  if (kind !== undefined) return Promise.resolve(refused([missingOption('--fact', 'which fact of the kind shall be explained', `trueup explain --kind ${kind} --fact D-1042`)]));
  const payee = textOption(options, 'payee'), period = textOption(options, 'period');
  if (payee === undefined) return Promise.resolve(refused([missingOption('--payee', 'whose pay shall be explained, or --fact for who was credited with a fact', `trueup explain --payee "Ann Lee" --period ${period ?? '2026-Q1'}`)]));
  const asOfText = textOption(options, 'asOf'), asOf = parseDay(asOfText ?? context.now().slice(0, 10));
  if (asOf === undefined) return Promise.resolve(refused([wrongOption('--as-of', asOfText ?? '', ['a day such as 2026-03-31'])]));
  return withWorkspace(context, async ({ workspace, engine }) => {
    const notes = await sourceProblems(workspace, engine);
    if (hasErrors(notes)) return refused(notes);
    const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, { onProgress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); } });
    if (calculation === undefined) return refused([...notes, ...diagnostics]);
    if (options['statement'] === true) {
      const { value: pay, diagnostics: asked } = await statement(engine, calculation, payee, period);
      if (pay === undefined) return refused(asked);
      return { exit: 0, document: { statement: pay }, text: statementText(pay).trimEnd(), diagnostics: [...notes, ...diagnostics] };
    }
    const component = textOption(options, 'component'), plan = textOption(options, 'plan');
    const explained = await explainPay(engine, calculation, {
      payee, kinds: workspace.kinds, asOf, ...(period === undefined ? {} : { period }), ...(component === undefined ? {} : { component }), ...(plan === undefined ? {} : { plan }),
    });
    if (explained.value === undefined) return refused(explained.diagnostics);
    const text = fittedPage(explanationText(explained.value, { all: options['all'] === true, width: context.terminal.width }).trimEnd(), context.terminal.width);
    return { exit: 0, document: { explanation: explained.value }, text, diagnostics: [...notes, ...diagnostics, ...explained.diagnostics] };
  });
}

/** Options that ask about a payee's pay. */
const OF_PAYEES = { payee: '--payee', period: '--period', component: '--component', plan: '--plan', asOf: '--as-of', statement: '--statement' } as const;

function explainOneFact(context: Context, options: Options, fact: string, kind: string | undefined): Promise<Answer> {
  const both = Object.entries(OF_PAYEES).find(([name]) => options[name] !== undefined)?.[1];
  if (both !== undefined) return Promise.resolve(refused([requestProblem('cli.bad_option', `--fact and ${both} do not go together.`, '--fact tells of one fact everybody who was credited with it, in every plan; --payee tells the pay of one payee.')]));
  return withWorkspace(context, async ({ workspace, engine }) => {
    const notes = await sourceProblems(workspace, engine);
    if (hasErrors(notes)) return refused(notes);
    const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, { everyLine: true, onProgress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); } });
    if (calculation === undefined) return refused([...notes, ...diagnostics]);
    const explained = await explainFact(engine, calculation, { fact, ...(kind === undefined ? {} : { kind }) });
    if (explained.value === undefined) return refused(explained.diagnostics);
    return { exit: 0, document: { fact: explained.value }, text: fittedPage(factText(explained.value).trimEnd(), context.terminal.width), diagnostics: [...notes, ...diagnostics] };
  });
}
