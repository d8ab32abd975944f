/** What goes back by what happens to a fact must be pay that can be told apart by facts: `check` says where it cannot. */
import { describe, expect, test } from 'vitest';
import { checked } from './both-engines.fixture.ts';
import { checkPlans } from './check.ts';

const FACTS = `facts:
  deal: { fields: { owner: payee, amount: money, cost: money } }
  call: { fields: { owner: payee } }
  refund: { fields: { deal: deal, amount: money } }
`;
const BACK = 'take_back: { refunded: { from: refund } }\n';
const DEALS = '  deals: { measure: { sum: amount, from: deal }, rate: 5% }\n', EACH = '  each: { measure: { sum: amount, from: deal }, per: deal, rate: { retroactive: { 0: 5%, 100: 6% } } }\n';
const RATIO = '  margin: { measure: { ratio: [{ sum: cost, from: deal }, { sum: amount, from: deal }] }, amount: { steps: { 0%: 7 } } }\n';
async function said(plan: string): Promise<readonly string[]> {
  const { workspace, errors } = checked({ 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\n${plan}` });
  if (workspace === undefined || errors.length > 0) return errors.map((d) => d.message);
  return (await checkPlans(workspace, undefined)).map((d) => `${d.severity} ${d.code} ${d.line}: ${d.message} ${d.hint}`);
}

describe('a take-back', () => {
  test('of pay on sums and counts of facts, and of pay for each fact, is right', async () => {
    expect(await said(`${BACK}components:\n${DEALS}${EACH}  calls: { measure: { count: call }, rate: 1 }\n  shown: { measure: { count: call } }\n`)).toEqual([]);
  });
  test('of the plan is told the components that it never reaches', async () => {
    expect(await said(`${BACK}components:\n${DEALS}${RATIO}`)).toEqual(['warning plan.release 4: The take-back `refunded` never takes anything of `margin`: what it pays cannot be told apart by the facts that it came from. If that is meant, move the take-back to the components that it is about.']);
  });
  test('that reaches no component is refused, on the plan and on a component', async () => {
    const why = 'never takes anything of `margin`: what it pays cannot be told apart by the facts that it came from. Pay on a sum or a count of facts, or write `per` with the kind of fact; or remove the take-back.';
    expect(await said(`${BACK}components:\n${RATIO}`)).toEqual([`error plan.release 4: The take-back \`refunded\` ${why}`]);
    expect(await said(`components:\n${DEALS}${RATIO.replace(' }\n', ', take_back: { gone: { from: refund } } }\n')}`)).toEqual([`error plan.release 6: The take-back \`gone\` ${why}`]);
    expect(await said(`${BACK}components:\n  all: { components: { ${DEALS.trim()}, ${EACH.trim()} } }\n`)).toEqual([expect.stringContaining('never takes anything of `all`')]);
  });
});

describe('a part of a release', () => {
  test('that waits for facts is told the components whose pay has none', async () => {
    const parts = 'measures: { back: { for: deal, ratio: [{ sum: amount, from: refund }, { sum: amount, from: deal }] } }\nrelease:\n  now: { share: 40% }\n  live: { share: 30%, from: refund, within: 90 days }\n  cash: { share: 30%, as: back }\n';
    expect(await said(`${parts}components:\n${DEALS}${EACH}`)).toEqual([]);
    const why = (part: string, line: number, so: string): string => `warning plan.release ${line}: The part \`${part}\` waits for what happens to single facts, and what \`margin\` pays cannot be told apart by the facts that it came from: ${so}. Pay on a sum or a count of facts, or write \`per\` with the kind of fact; or give the component a \`release\` of its own.`;
    expect(await said(`${parts}components:\n${DEALS}${RATIO}`)).toEqual([why('live', 7, 'the event never comes'), why('cash', 8, 'it is payable without that')]);
  });
});
