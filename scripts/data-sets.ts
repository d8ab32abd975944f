/** The real data sets that `npm run reproduce` knows, and which of our figures each expected row gives. */

export type ExpectedRow = Readonly<Record<string, string>>;

/** One comparison: rows of an expected file, each with the figure that it must equal. */
export interface Comparison {
  readonly name: string;
  readonly file: string;
  /** only these rows of the file */
  readonly only?: (row: ExpectedRow) => boolean;
  /** payee, period, figure */
  readonly figure: (row: ExpectedRow) => readonly [string, string, string];
  /** the column of the expected value */
  readonly column: string;
  /** figures whose sum over all payees and periods is the sum of the column, where the file leaves out what is 0 */
  readonly whole?: readonly string[];
}
export interface DataSet {
  readonly workspace: string;
  readonly data: string;
  readonly comparisons: readonly Comparison[];
  /** what is odd in the data must be told at import, not swallowed */
  readonly told: readonly string[];
}

const by = (payee: string, period: string, figure: string) => (r: ExpectedRow): readonly [string, string, string] =>
  [r[payee] ?? '', r[period] ?? '', figure.replace(/\{(\w+)\}/g, (_, column: string) => r[column] ?? '')];

export const DATA_SETS: Readonly<Record<string, DataSet>> = {
  'maven-crm': {
    workspace: 'test/data/maven-crm', data: '../shared/data/maven-crm',
    comparisons: [
      { name: 'plan A, commission', file: 'plan_a_agent_quarters.csv', column: 'commission', figure: by('sales_agent', 'quarter', 'commission') },
      { name: 'plan A, won value', file: 'plan_a_agent_quarters.csv', column: 'won_value', figure: by('sales_agent', 'quarter', 'commission.value') },
      { name: 'plan B, override', file: 'plan_b_managers.csv', column: 'override', figure: by('manager', 'quarter', 'override') },
      { name: 'plan B, team won value', file: 'plan_b_managers.csv', column: 'team_won_value', figure: by('manager', 'quarter', 'override.value') },
      { name: 'plan B, win-rate bonus', file: 'plan_b_managers.csv', column: 'gate_bonus', figure: by('manager', 'quarter', 'win_rate') },
      { name: 'plan B, payout', file: 'plan_b_managers.csv', column: 'payout', figure: by('manager', 'quarter', 'earned') },
      { name: 'plan B, spiffs', file: 'plan_b_spiffs.csv', column: 'spiff', figure: by('sales_agent', 'month', 'spiff'), whole: ['spiff'] },
    ],
    told: ['GTXPro → GTX Pro: 1,480 rows', '`account` is blank in 1,425 rows of those left out', '5 people of 35 in `agents` have no fact'],
  },
  'olist-funnel': {
    workspace: 'test/data/olist-funnel', data: '../shared/data/olist-funnel',
    comparisons: [
      { name: 'plan A, sellers won', file: 'plan_a_payouts.csv', column: 'deals', figure: by('payee', 'period', '{role}.value') },
      { name: 'plan A, by role', file: 'plan_a_payouts.csv', column: 'base', figure: by('payee', 'period', '{role}'), whole: ['sdr', 'sr', 'marketing'] },
      { name: 'plan A, speed bonus', file: 'plan_a_payouts.csv', column: 'speed_bonus', only: (r) => r['role'] === 'sdr', figure: by('payee', 'period', 'sdr_speed'), whole: ['sdr_speed'] },
      { name: 'plan B, revenue', file: 'plan_b_payouts.csv', column: 'realised_gmv', figure: by('payee', 'period', '{role}_share.value') },
      { name: 'plan B, lines', file: 'plan_b_lines.csv', column: 'commission', figure: by('payee', 'period', '{role}_share.line.{seller_id}') },
      { name: 'plan B, payout', file: 'plan_b_payouts.csv', column: 'payout', figure: by('payee', 'period', '{role}_share'), whole: ['sdr_share', 'sr_share', 'marketing_share'] },
    ],
    // who has both roles is one person: the second source adds nothing, and its rows are put aside
    told: ['srs: 842 read, 9 new, 593 unchanged, 0 left out, 240 in quarantine', 'gzip, unpacked', '`account` of 107,606 rows of `item` names something that no row of `account` describes'],
  },
  'ravenstack-saas': {
    workspace: 'test/data/ravenstack-saas', data: '../shared/data/ravenstack-saas',
    comparisons: [
      { name: 'plan A, bonus', file: 'plan_a_csm_quarters.csv', column: 'payout', figure: by('csm', 'quarter', 'retention'), whole: ['retention'] },
      { name: 'plan A, opening', file: 'plan_a_csm_quarters.csv', column: 'opening_mrr', figure: by('csm', 'quarter', 'opening_shown.value') },
      { name: 'plan A, closing', file: 'plan_a_csm_quarters.csv', column: 'closing_mrr', figure: by('csm', 'quarter', 'closing_shown.value') },
      { name: 'plan A, kept', file: 'plan_a_csm_quarters.csv', column: 'kept_mrr', figure: by('csm', 'quarter', 'kept_shown.value') },
      { name: 'plan B, lines', file: 'plan_b_lines.csv', column: 'payout', figure: by('payee', 'period', '{role}.line.{subscription_id}') },
      { name: 'plan B, payout', file: 'plan_b_payouts.csv', column: 'payout', figure: by('payee', 'period', '{role}'), whole: ['ae', 'marketing'] },
    ],
    told: [],
  },
};
