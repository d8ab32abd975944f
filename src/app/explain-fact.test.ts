/** The page of a fact, word for word, on the lessons; and every reason for which a rule credits nobody, in small workspaces. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calculation as calculationOf, type Corpus, openCorpus } from '../../test/corpus/corpus.ts';
import type { ProgramRunner } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import type { Calculation } from './calculate.ts';
import { calculated, type Cells } from './explain.fixture.ts';
import { explainFact, type FactExplanation, type FactRequest } from './explain-fact.ts';
import { factText } from './explain-fact-text.ts';

interface Run { readonly engine: ProgramRunner; readonly calculation: Calculation }
async function explained({ engine, calculation }: Run, request: FactRequest): Promise<FactExplanation> {
  const { value, diagnostics } = await explainFact(engine, calculation, request);
  if (value === undefined) throw new Error(diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint}`).join('\n'));
  return value;
}
const page = async (run: Run, fact: string, kind?: string): Promise<string> => factText(await explained(run, { fact, ...(kind !== undefined && { kind }) }));

describe('the lessons', () => {
  let corpus: Corpus;
  const runs = new Map<string, Promise<Run>>();
  beforeAll(async () => { corpus = await openCorpus(); });
  afterAll(async () => { await corpus.close(); });
  const lesson = (name: string): Promise<Run> => {
    const run = runs.get(name) ?? corpus.inMemory(name).then(async ({ workspace, memory }) => ({ engine: memory, calculation: await calculationOf(workspace, memory, { everyLine: true }) }));
    runs.set(name, run);
    return run;
  };

  it('splits and overlays: what won, a condition that is not met, and fields that are blank', async () => {
    expect(await page(await lesson('splits-and-overlay'), 'D5')).toBe(`Deal D5, 2026-03-12
  account      K3
  ae           Abe Nolan (abe)
  partner      Partner & Co (partnerco)
  situation    csm helped
  amount       1,000.01 USD
  engineers    gus
  specialists  tom 25 %
  from deals.csv:6

Who is credited

Engineers and specialists, on top of the sellers (overlay)
  engineers: The engineers of each deal share all of it equally, on top of the direct credits.
    Gus Hall (gus)  100 %
  specialists: The specialists of each deal where amount is at least 5,000 share all of it, as it says, on top of the direct credits.
    nobody: amount is at least 5,000; it is 1,000.01.
  In this plan: 100 % (0 % direct, 100 % on top)

What a deal is worth to each of those who sold it (sellers)
  sold: Of each deal, partner 20 %; of what is left, account's csm (by situation: csm sold is 80 %, csm helped is 30 %, everything else 0 %) and ae the rest.
    Abe Nolan (abe)           80 %
    Partner & Co (partnerco)  20 %
    not: account's csm is blank.
  helped: The second ae of each deal is credited with 10 % of it, on top of the direct credits. Nobody has it whom sold credits for the same.
    nobody: second ae is blank.
  In this plan: 100 % (100 % direct, 0 % on top)

Total credit factor: 200 % (100 % direct, 100 % on top).

Where it was counted, and what was paid for it alone
                              period        counted       paid
  Engineering (overlay)
    Gus Hall (gus)            2026-Q1  1,000.01 USD  10.00 USD
  Commission (sellers)
    Abe Nolan (abe)           2026-Q1   800.008 USD  40.00 USD
    Partner & Co (partnerco)  2026-Q1   200.002 USD  10.00 USD
`);
  });
  it('more than the whole on top, in thirds; the total over all plans', async () => {
    const { totals, plans, counted } = await explained(await lesson('splits-and-overlay'), { fact: 'D3' });
    expect(plans.map((p) => [p.plan, p.totals])).toEqual([['overlay', { direct: '0', on_top: '2', total: '2' }], ['sellers', { direct: '1', on_top: '0.1', total: '1.1' }]]);
    expect(totals).toEqual({ direct: '1', on_top: '2.1', total: '3.1' });
    expect(counted.filter((c) => c.component === 'engineering').map((c) => [c.payee, c.value, c.paid])).toEqual(['eli', 'fay', 'gus'].map((payee) => [payee, '3333.333333333333333333', [{ period: '2026-Q1', amount: '33.33' }]]));
  });
  it('a table that gives somebody nothing', async () => {
    const text = await page(await lesson('splits-and-overlay'), 'D1');
    expect(text).toContain('    Abe Nolan (abe)  100 %\n    not: partner is blank.\n    not: Cal Ode (cal): the share is 0 %, as situation is ae alone.\n');
  });
  it('guardrails: reduced, rejected, held and what became of it, decided in review', async () => {
    const run = await lesson('guardrails'), credit = async (fact: string): Promise<string | undefined> => /(?<=credited with all of it\.\n {4})[^]*?(?=\n {2}Total)/.exec(await page(run, fact))?.[0];
    expect(await credit('D2')).toBe('ana  80 %\n      reduced to 80 % by list (account\'s on list is yes; it is no)');
    expect(await credit('D3')).toBe('ana  0 %\n      rejected by fit (account\'s fit is at least 60; it is 59)');
    expect(await credit('D4')).toBe('ben  100 %\n      held by owner change until 2026-04-14, and passed then (owner since is blank or date − owner since is at least 14; owner since is 2026-03-10 and date is 2026-03-15)');
    expect(await credit('D5')).toBe('ben  80 %\n      reduced to 80 % by list (account\'s on list is yes; it is no)\n      passed in review, in spite of windfall (amount is at most 200,000; it is 300,000.00)');
    expect(await credit('D6')).toBe('ana  0 %\n      held by windfall until somebody decides (amount is at most 200,000; it is 250,000.00)');
    expect(await credit('D7')).toBe('ana  0 %\n      rejected in review, by windfall (amount is at most 200,000; it is 220,000.00)');
    expect(await credit('O2')).toBe('ana  0 %\n      held by hygiene until 2026-03-03, and rejected then (date moves is at most 2; it is 3)');
    expect(await credit('O3')).toBe('ben  100 %\n      passed in review, in spite of hygiene (next step is known; it is blank)');
  });
  it('a hierarchy: who is above, through whom, and what each is paid for it', async () => {
    expect(await page(await lesson('manager-roll-up'), 'P1')).toBe(`Policy P1, 2026-01-20
  agent    Ann Dale (ann)
  premium  10,000.00 USD
  from policies.csv:2

Who is credited

Everybody who writes policies, and those above by the difference of levels (agents)
  written: The agent of each policy is credited with all of it.
    Ann Dale (ann)  100 %
  above: For each policy, everybody above the agent (by manager) is credited with all of it, on top.
    Max Orr (max)     100 %  above Ann Dale (ann)
    Vera Holm (vera)  100 %  above Ann Dale (ann), in the team of Max Orr (max)
  In this plan: 300 % (100 % direct, 200 % on top)

Managers, on what their people write (managers)
  team: For each policy, the manager of the agent is credited with all of it, on top.
    Max Orr (max)  100 %  above Ann Dale (ann)
  In this plan: 100 % (0 % direct, 100 % on top)

Total credit factor: 400 % (100 % direct, 300 % on top).

Where it was counted, and what was paid for it alone
                      period         counted        paid
  Own policies, at the own level (agents)
    Ann Dale (ann)    2026-01  10,000.00 USD  800.00 USD
  What the own level is above that of the one below (agents)
    Max Orr (max)     2026-01     300.00 USD  300.00 USD
    Vera Holm (vera)  2026-01     300.00 USD  300.00 USD
  The team's month (managers)
    Max Orr (max)     2026-01  10,000.00 USD  150.00 USD
`);
  });
  it('touches: who yields to the rule that comes first; a touch from before the plan, which a measure looks back to', async () => {
    const run = await lesson('attribution-and-engagement'), text = await page(run, 'O1');
    expect(text).toContain('    Mo Farah-Lind (mo)  100 %\n    Pru Dent (pru)      100 %\n    not: Sal Ito (sal): it yields to sourced, which names the same person.\n  Total credit factor: 300 % (100 % direct, 200 % on top)\n');
    expect(await page(run, 'T01')).toMatch(/\(engagement\)\n {2}owner: .*\n {4}Mo Farah-Lind \(mo\) {2}100 %\n[^]* {2}Fresh engagement \(engagement\)\n {4}Mo Farah-Lind \(mo\) {2}2026-Q1 {2}0\.727095 +–\n/);
  });
  it('what takes back another fact has the credits of that one, negative', async () => {
    const text = await page(await lesson('returns-through-a-tier'), 'R1');
    expect(text).toContain('\n  It takes back S2: the credits of that one, negative.\n\nWho is credited, as of S2 and taken back\n');
    expect(text).toMatch(/Ivy Cole \(ivy\) {2}-100 %\n {2}Total credit factor: -100 % \(-100 % direct, 0 % on top\)\n[^]*Ivy Cole \(ivy\) {2}2026-Q1 {2}-50,000\.00 USD {2}-3,200\.00 USD\n$/);
  });
  it('a pod and the company, whose pay cannot be told apart by facts', async () => {
    const { counted } = await explained(await lesson('pod-scorecard'), { fact: 'D1' });
    expect(counted.map((c) => [c.name, c.payee, c.component, c.value, c.paid])).toEqual([
      ['the pod red', null, 'scorecard.bookings', '60000.00', null], ['Ed Quinn', 'ed', 'own', '60000.00', [{ period: '2026-Q1', amount: '1156.82' }]], ['the company', null, 'company', '60000.00', []],
    ]);
  });
  it('a fact that nothing counts: who reads it all the same', async () => {
    expect(await page(await lesson('account-states'), 'T1')).toContain('\nIt counts for nobody: no component counts it; it is read by the state warm.\n');
    expect(await page(await lesson('paid-on-cash'), 'M2')).toContain('\nIt counts for nobody: no component counts it; it is read by the release cash.\n');
    expect(await page(await lesson('paid-on-cash'), 'C1')).toMatch(/\nCredited, and not counted\n {2}Lou Perez \(lou\): 1,000 for a contract of three years counts only where term is at least 36; it is 12 \(award\)\.\n$/);
  });
});

// ---- small workspaces ----

const FACTS = `facts:
  person: { fields: { name: text, manager: payee, hired: date, left: date } }
  account: { fields: { name: text, lead: payee, staff: payees } }
  deal: { fields: { owner: payee, helper: payee, account: account, stage: text, amount: money, risky: yes/no, team: payees } }
  touch: { fields: { owner: payee, account: account, reverses: touch } }
  order: { fields: { owner: payee, amount: money } }
  big_deal: { from: deal, where: amount >= 1000 }
sources:
  people: { file: p.csv, into: person, id: id, fields: { name: name, manager: m, hired: h, left: l } }
  accounts: { file: a.csv, into: account, id: id, fields: { name: name, lead: lead, staff: staff } }
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, helper: h, account: a, stage: s, amount: m, risky: r, team: t } }
  touches: { file: t.csv, into: touch, id: id, date: day, fields: { owner: o, account: a, reverses: r } }
  orders: { file: r.csv, into: order, id: id, date: day, currency: USD, fields: { owner: o, amount: m } }
`;
const ENTITIES = {
  person: [{ id: 'ann', name: 'Ann Lee', manager: 'mo' }, { id: 'bob', name: 'Bob' }, { id: 'mo', manager: 'top' }, { id: 'top' }, { id: 'late', hired: '2026-03-01' }, { id: 'gone', left: '2026-01-15' }],
  account: [{ id: 'A1', lead: 'bob', staff: 'bob; mo' }, { id: 'A2', from: '2026-06-01', lead: 'bob' }],
};
const plan = (credits: string, { components = '  c: { measure: { sum: amount, from: deal }, rate: 1% }\n', payees = 'all', more = '' } = {}): string =>
  `plan: p\ntitle: The plan\neffective: 2026-01-01 / 2027-01-01\npayees: ${payees}\nperiod: quarter\n${more}credits:\n${credits}components:\n${components}`;
const deal = (more: Cells = {}): Cells => ({ id: 'd1', date: '2026-02-10', owner: 'ann', stage: 'Won', amount: '100', account: 'A1', ...more });
const run = (text: string, rows: Readonly<Record<string, readonly Cells[]>>): Promise<Run> => calculated({ plans: { 'p.yaml': text }, facts: FACTS, rows, entities: ENTITIES, engine: openMemory() });
/** Each rule: whom it credits with what, and why nobody else. */
async function rules(text: string, fact: Cells, more: Readonly<Record<string, readonly Cells[]>> = {}): Promise<readonly (readonly string[])[]> {
  const { plans } = await explained(await run(text, { deal: [deal(fact)], ...more }), { fact: 'd1' });
  return plans.flatMap((p) => p.rules.map((r) => [r.rule, ...r.credits.map((c) => `${c.payee} ${c.share}`), ...r.lost.map((l) => `${l.why}: ${l.text}`)]));
}

describe('a rule that credits nobody says why', () => {
  const OWNER = '  o: { from: deal, to: owner }\n';
  it('whom it names is unknown, begins later, has left, or is not named', async () => {
    const of = async (owner: string): Promise<unknown> => (await rules(plan(OWNER), { owner }))[0];
    expect(await of('zed')).toEqual(['o', 'unknown: owner is zed, who is not among the people']);
    expect(await of('late')).toEqual(['o', 'not_here: owner is late, who begins on 2026-03-01']);
    expect(await of('gone')).toEqual(['o', 'not_here: owner is gone, who left on 2026-01-15']);
    expect(await of('')).toEqual(['o', 'blank: owner is blank']);
  });
  it('a reference that says nothing yet on that day names nobody', async () => {
    expect(await rules(plan('  l: { from: deal, to: account.lead }\n'), { account: 'A2' })).toEqual([['l', 'blank: account\'s lead is blank']]);
    expect(await rules(plan('  l: { from: deal, to: account.lead }\n'), { account: 'A2', date: '2026-06-01' })).toEqual([['l', 'bob 1']]);
  });
  it('of a condition only what does not hold, with what the fact says', async () => {
    const where = (condition: string): string => plan(`  o: { from: deal, to: owner, where: '${condition}' }\n`);
    expect(await rules(where('stage = "Won" and amount > 500 and not risky'), { risky: 'yes' })).toEqual([['o', 'condition: amount is more than 500 (it is 100.00) and risky is no (it is yes)']]);
    expect(await rules(where('stage = "Lost" or known(helper)'), {})).toEqual([['o', 'condition: stage is Lost or helper is known; stage is Won and helper is blank']]);
    expect(await rules(where('stage = "Won" and amount > 50'), {})).toEqual([['o', 'ann 1']]);
  });
  it('nobody is above, or those above are not here', async () => {
    const up = plan(`${OWNER}  u: { from: deal, to: owner, up: manager, levels: all }\n`);
    expect(await rules(up, { owner: 'bob' })).toEqual([['o', 'bob 1'], ['u', 'nobody_above: Bob (bob) has no manager who works here on that day']]);
    expect(await rules(up, {})).toEqual([['o', 'ann 1'], ['u', 'mo 1', 'top 1']]);
  });
  it('those above whose terms the credit reads are found for each credit, one below', async () => {
    const up = plan('  u: { from: deal, to: [owner, helper], up: manager, levels: 2, factor: part }\n', { more: 'terms: { part: percent = 50% }\n' });
    expect(await rules(up, { helper: 'mo' })).toEqual([['u', 'mo 0.25', 'top 0.25', 'top 0.25']]);
    const text = await page(await run(up, { deal: [deal({ helper: 'mo' })] }), 'd1');
    expect(text).toContain('    mo   25 %  above Ann Lee (ann)\n    top  25 %  above Ann Lee (ann), in the team of mo\n    top  25 %  above mo\n');
  });
  it('no touch in the days before, and no account to have touches of', async () => {
    const through = plan('  t: { from: deal, through: touch, to: touch.owner, look_back: 30 days }\n'), touch = (date: string): Readonly<Record<string, readonly Cells[]>> => ({ touch: [{ id: 't', date, owner: 'bob', account: 'A1' }] });
    expect(await rules(through, {}, touch('2026-01-11'))).toEqual([['t', 'bob 1']]);
    expect(await rules(through, {}, touch('2026-01-10'))).toEqual([['t', 'no_touch: there is no touch of A1 in the 30 days before it']]);
    expect(await rules(through, { account: '' }, touch('2026-01-11'))).toEqual([['t', 'blank: account is blank']]);
    expect(await rules(through, { date: '2026-01-05' }, touch('2025-12-10'))).toEqual([['t', 'bob 1']]);
  });
  it('it is none of the kind that the rule is from, or no measure asks for the rule', async () => {
    const big = plan(`${OWNER}  b: { from: big_deal, to: account.lead, overlay: yes }\n  n: { from: deal, to: helper, overlay: yes }\n`, { components: '  c: { measure: { sum: amount, from: deal, credited: o }, rate: 1% }\n  b: { measure: { sum: amount, from: big_deal }, rate: 1% }\n' });
    expect(await rules(big, { helper: 'bob' })).toEqual([['o', 'ann 1'], ['b', 'other_kind: it is no big deal: big deal is every deal where amount is at least 1,000'], ['n', 'no_measure: no measure of the plan counts its credits']]);
    expect((await rules(big, { amount: '1000' }))[1]).toEqual(['b', 'bob 1']);
  });
  it('it gives way to the rule that comes first', async () => {
    const yields = plan(`${OWNER}  h: { from: deal, to: [helper, account.lead], overlay: yes, yields_to: o }\n`);
    expect(await rules(yields, { helper: 'ann' })).toEqual([['o', 'ann 1'], ['h', 'bob 0.5', 'yields: Ann Lee (ann): it yields to o, which names the same person']]);
  });
  it('it gives way to a list, and to touches; a touch that was taken back credits nobody', async () => {
    const listed = plan('  l: { from: deal, to: team }\n  h: { from: deal, to: [owner, helper], overlay: yes, yields_to: l }\n');
    expect(await rules(listed, { helper: 'mo', team: 'ann; bob' })).toEqual([['l', 'ann 0.5', 'bob 0.5'], ['h', 'mo 0.5', 'yields: Ann Lee (ann): it yields to l, which names the same person']]);
    const touched = plan(`  t: { from: deal, through: touch, to: touch.owner }\n  h: { from: deal, to: [owner, helper], overlay: yes, yields_to: t }\n`);
    const touch = { id: 't', date: '2026-01-05', owner: 'ann', account: 'A1' };
    expect(await rules(touched, { helper: 'mo' }, { touch: [touch] })).toEqual([['t', 'ann 1'], ['h', 'mo 0.5', 'yields: Ann Lee (ann): it yields to t, which names the same person']]);
    expect(await rules(touched, { helper: 'mo' }, { touch: [touch, { id: 'back', date: '2026-02-01', account: 'A1', reverses: 't' }] })).toEqual([['t', 'no_touch: there is no touch of A1 before it'], ['h', 'ann 0.5', 'mo 0.5']]);
  });
  it('a list of what the fact refers to', async () => {
    const team = plan('  s: { from: deal, to: account.staff }\n');
    expect(await rules(team, {})).toEqual([['s', 'bob 0.5', 'mo 0.5']]);
    expect(await rules(team, { account: '' })).toEqual([['s', 'blank: account\'s staff is blank']]);
  });
});

describe('where it counts', () => {
  it('nowhere, for somebody on no plan; in short for a plan that he is not on', async () => {
    const one = await run(plan('  o: { from: deal, to: owner }\n', { payees: 'name = "Bob"' }), { deal: [deal()] });
    expect(await page(one, 'd1')).toContain('\n    Ann Lee (ann)  100 %  credited, but on no plan that day\n  Total credit factor: 0 % (0 % direct, 0 % on top)\n\nIt counts for nobody: whom it names is on no plan on that day.\n');
    const other = plan('  a: { from: deal, to: owner }\n', { payees: 'name = "Ann Lee"' }).replace('plan: p', 'plan: q').replaceAll(' c:', ' d:');
    const two = await calculated({ plans: { 'p.yaml': plan('  o: { from: deal, to: [owner, helper] }\n', { payees: 'name = "Bob"' }), 'q.yaml': other }, facts: FACTS, rows: { deal: [deal()] }, entities: ENTITIES, engine: openMemory() });
    expect(await page(two, 'd1')).toContain('\nThe plan (p): nobody who is on it\n  o: Ann Lee (ann), not on this plan that day; helper is blank.\n\nWhere it was counted');
  });
  it('nowhere, on a day before all plans', async () => {
    expect(await page(await run(plan('  o: { from: deal, to: owner }\n'), { deal: [deal({ date: '2025-12-31' })] }), 'd1')).toMatch(/:1\n\nIt counts for nobody: no plan that holds on 2025-12-31 counts deals\.\n$/);
  });
  it('pay that is not told apart by facts is a dash, and says so', async () => {
    expect(await page(await run(plan('  o: { from: deal, to: owner }\n'), { deal: [deal()] }), 'd1')).toMatch(/Ann Lee \(ann\) {2}2026-Q1 {2}100\.00 USD +–\n {2}–: what was paid cannot be told apart by facts\.\n$/);
  });
});

describe('a fact that there is not', () => {
  it('is answered with the nearest ids, and ids of two kinds with both', async () => {
    const here = await run(plan('  o: { from: deal, to: owner }\n'), { deal: [deal({ id: 'D-1001' }), deal({ id: 'D-1002' }), deal({ id: 'X' })], order: [{ id: 'X', date: '2026-02-10', owner: 'ann', amount: '1' }] });
    const refused = async (request: FactRequest): Promise<string> => explained(here, request).then(() => 'explained', (e: unknown) => (e as Error).message);
    expect(await refused({ fact: 'D-1003' })).toBe('explain.unknown_fact: There is no fact with the id "D-1003". Did you mean deal D-1001, D-1002?');
    expect(await refused({ fact: 'd-1001' })).toBe('explain.unknown_fact: There is no fact with the id "d-1001". Did you mean deal D-1001, D-1002?');
    expect(await refused({ fact: 'nothing like it' })).toBe('explain.unknown_fact: There is no fact with the id "nothing like it". Ids are as the files have them, such as D-1001, X.');
    expect(await refused({ fact: 'D-1', kind: 'touch' })).toBe('explain.unknown_fact: There is no touch with the id "D-1". No touch has been imported yet: run `trueup import`.');
    expect(await refused({ fact: 'X' })).toBe('explain.unknown_fact: A deal and an order have the id "X". Say which is meant: `--kind deal` or `--kind order`.');
    expect(await refused({ fact: 'X', kind: 'account' })).toBe('explain.unknown_kind: There is no kind of fact "account". Kinds of fact are deal, touch and order.');
    expect((await explained(here, { fact: 'X', kind: 'order' })).kind).toBe('order');
  });
});
