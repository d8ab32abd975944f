import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseMoney } from '../../src/value/money.ts';
import { parseDay } from '../../src/value/period.ts';
import { DEMO_SEED, demoData, generateDemo } from './generate.ts';

type Row = Readonly<Record<string, string>>;
const demo = demoData(DEMO_SEED);
const flawed = new Set(demo.flaws.map((f) => f.opportunity));

/** Rows of one export. The demo quotes cells only in the flawed file, where quotes hold no line ends. */
function rowsOf(name: string): Row[] {
  const text = demo.files.find((f) => f.path === `data-in/${name}.csv`)?.text ?? '';
  const lines = text.trimEnd().split('\n').map((line) => [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map((m) => m[1] ?? m[2] ?? ''));
  const header = lines[0] ?? [];
  return lines.slice(1).map((cells) => {
    if (cells.length !== header.length) expect.fail(`${name}: ${cells.join('|')} has not ${header.length} cells`);
    return Object.fromEntries(header.map((column, i) => [column, cells[i] ?? '']));
  });
}
const bothRegions = (name: string): Row[] => ['americas', 'europe'].flatMap((r) => rowsOf(`${name}-${r}`));
const distinct = (rows: readonly Row[], column: string): Set<string> => new Set(rows.map((r) => r[column] ?? ''));
/** All rows but the damaged ones, so that everything else can be held to be sound. */
const sound = (rows: readonly Row[]): Row[] => rows.filter((r) => r['opportunity_id'] !== '' && !flawed.has(r['opportunity_id'] ?? '-'));

const people = rowsOf('people');
const accounts = rowsOf('accounts');
const opportunities = bothRegions('opportunities');

describe('the demo company', () => {
  test('the same seed gives the same bytes', () => {
    expect(generateDemo(DEMO_SEED)).toEqual(demo.files);
  });

  test('another seed gives another company of the same size', () => {
    const other = generateDemo(DEMO_SEED + 1);
    expect(other.map((f) => f.path)).toEqual(demo.files.map((f) => f.path));
    for (const name of ['people', 'accounts', 'opportunities-europe', 'meetings', 'payments-americas']) {
      const path = `data-in/${name}.csv`;
      expect(other.find((f) => f.path === path)?.text).not.toBe(demo.files.find((f) => f.path === path)?.text);
    }
  });

  test('it is made in less than a second', () => { generateDemo(DEMO_SEED + 2); }, 1000);

  test('it has 120 people in eight roles, 12 pods, 600 accounts in three tiers, four products', () => {
    expect(distinct(people, 'employee_id').size).toBe(120);
    expect(distinct(people, 'role').size).toBe(8);
    expect(distinct(rowsOf('pods'), 'pod_id').size).toBe(12);
    expect(distinct(accounts, 'account_id').size).toBe(600);
    expect(distinct(accounts, 'name').size).toBe(600);
    expect([...distinct(accounts, 'tier')].sort()).toEqual(['1', '2', '3']);
    expect(rowsOf('products')).toHaveLength(4);
    expect(accounts.filter((a) => a['parent_id'] !== '').length).toBeGreaterThan(30);
  });

  test('it has decided deals in each of 24 months and 25,000 to 40,000 facts in all', () => {
    expect(new Set(sound(opportunities).flatMap((o) => (o['close_date'] ? [o['close_date'].slice(0, 7)] : []))).size).toBe(24);
    const decided = opportunities.filter((o) => o['stage'] === 'Won' || o['stage'] === 'Lost').length;
    const facts = decided + [rowsOf('stage-history'), rowsOf('meetings'), bothRegions('renewals'), bothRegions('invoices'), bothRegions('payments')].reduce((n, rows) => n + rows.length, 0);
    expect(facts).toBeGreaterThan(25_000);
    expect(facts).toBeLessThan(40_000);
  });

  test('people join, leave, go on leave without quota, and change role, pod and manager by dated rows', () => {
    const changes = (column: string): number => people.filter((r, i) => r['employee_id'] === people[i - 1]?.['employee_id'] && r[column] !== people[i - 1]?.[column]).length;
    for (const column of ['role', 'pod_id', 'manager_id', 'status', 'annual_quota']) expect(changes(column), column).toBeGreaterThan(4);
    expect(distinct(people.filter((r) => (r['hired'] ?? '') > '2025-01-01'), 'employee_id').size).toBeGreaterThan(12);
    expect(distinct(people.filter((r) => r['left'] !== ''), 'employee_id').size).toBeGreaterThan(6);
    const away = people.filter((r) => r['status'] === 'on leave');
    expect(away.length).toBeGreaterThan(3);
    for (const r of away) expect([r['annual_quota'], r['annual_target_incentive']]).toEqual(['0.00', '0.00']);
  });

  test('the first row of a person holds from the beginning, the others are in order, and none follows the last day', () => {
    people.forEach((r, i) => {
      const before = people[i - 1];
      if (before?.['employee_id'] !== r['employee_id']) {
        expect(r['valid_from']).toBe('');
        return;
      }
      expect((r['valid_from'] ?? '') > (before?.['valid_from'] ?? '')).toBe(true);
      if (r['left'] !== '') expect((r['valid_from'] ?? '') < (r['left'] ?? '')).toBe(true);
    });
  });

  test('everybody but the two VPs has a manager who is a leader, and no chain is a circle', () => {
    const leaders = distinct(people.filter((r) => r['role'] === 'Sales manager' || r['role'] === 'VP sales'), 'employee_id');
    const vps = distinct(people.filter((r) => r['role'] === 'VP sales'), 'employee_id');
    expect(vps.size).toBe(2);
    for (const r of people) {
      if (vps.has(r['employee_id'] ?? '')) expect(r['manager_id']).toBe('');
      else if (r['role'] === 'Sales manager') expect(vps).toContain(r['manager_id']);
      else expect(leaders).toContain(r['manager_id']);
    }
  });
});

describe('references and values', () => {
  const ids = distinct(people, 'employee_id');
  const accountIds = distinct(accounts, 'account_id');
  const opportunityIds = new Set([...distinct(opportunities, 'opportunity_id'), ...flawed]);
  const renewalIds = distinct(bothRegions('renewals'), 'renewal_id');
  const invoiceIds = distinct(bothRegions('invoices'), 'invoice_id');
  const facts = [...sound(opportunities), ...rowsOf('stage-history'), ...rowsOf('meetings'), ...bothRegions('renewals'), ...bothRegions('invoices'), ...bothRegions('payments')];

  test('every reference is there, except in the flawed rows', () => {
    const known: Readonly<Record<string, ReadonlySet<string>>> = {
      account_id: accountIds, owner_id: ids, second_owner_id: ids, partner_manager_id: ids, sdr_id: ids, booked_by: ids, csm_id: ids, manager_id: ids,
      parent_id: accountIds, pod_id: distinct(rowsOf('pods'), 'pod_id'), opportunity_id: opportunityIds, invoice_id: invoiceIds,
      contract_id: new Set([...opportunityIds, ...renewalIds]),
    };
    for (const row of [...facts, ...people, ...accounts]) {
      for (const [column, all] of Object.entries(known)) {
        const value = row[column] ?? '';
        if (value !== '' && !all.has(value)) expect.fail(`${column} ${value} of ${JSON.stringify(row)} is not there`);
      }
    }
  });

  test('every id is there once, except in the flawed rows', () => {
    const tables: readonly (readonly [readonly Row[], string])[] = [
      [sound(opportunities), 'opportunity_id'], [rowsOf('stage-history'), 'change_id'], [rowsOf('meetings'), 'meeting_id'],
      [bothRegions('renewals'), 'renewal_id'], [bothRegions('invoices'), 'invoice_id'], [bothRegions('payments'), 'payment_id'],
    ];
    for (const [rows, column] of tables) expect(distinct(rows, column).size, column).toBe(rows.length);
  });

  test('money is a plain decimal with two digits and dates are days of the calendar, except in the flawed rows', () => {
    const money = ['amount', 'arr_due', 'arr_renewed', 'annual_quota', 'annual_target_incentive'];
    const dates = ['created', 'close_date', 'entered', 'meeting_date', 'due_date', 'issued', 'received', 'hired', 'left', 'valid_from'];
    for (const row of [...facts, ...people]) {
      for (const column of money) if (row[column] !== undefined && !/^\d+\.\d\d$/.test(row[column])) expect.fail(`${column} of ${JSON.stringify(row)}`);
      for (const column of dates) if (row[column] && parseDay(row[column]) === undefined) expect.fail(`${column} of ${JSON.stringify(row)}`);
    }
  });

  test('a deal of a region is owned by somebody who is paid in its currency', () => {
    const currency = new Map(people.map((r) => [r['employee_id'], r['pay_currency']]));
    expect(new Set(currency.values())).toEqual(new Set(['USD', 'EUR']));
    for (const [name, code] of [['americas', 'USD'], ['europe', 'EUR']] as const) {
      for (const kind of ['opportunities', 'renewals', 'invoices']) {
        const owners = sound(rowsOf(`${kind}-${name}`)).flatMap((r) => [r['owner_id'], r['second_owner_id'], r['csm_id']].filter((v) => v));
        expect(new Set(owners.map((o) => currency.get(o)))).toEqual(new Set([code]));
      }
    }
  });

  test('a deal is owned by somebody who works there on its close date and is not on leave', () => {
    for (const o of sound(opportunities).filter((one) => one['close_date'] !== '')) {
      const day = o['close_date'] ?? '';
      const rows = people.filter((r) => r['employee_id'] === o['owner_id'] && (r['valid_from'] ?? '') <= day);
      const row = rows.at(-1);
      expect([row?.['status'], (row?.['left'] || '9999') > day], `${o['opportunity_id']} of ${o['owner_id']}`).toEqual(['active', true]);
    }
  });

  test('what is collected never exceeds what was invoiced', () => {
    const cents = (text: string | undefined): bigint => {
      const got = parseMoney(text ?? '', 'USD');
      return 'money' in got ? got.money.minor : expect.fail(`${text} is no money`);
    };
    const open = new Map(bothRegions('invoices').map((r) => [r['invoice_id'], cents(r['amount'])]));
    for (const p of bothRegions('payments')) open.set(p['invoice_id'], (open.get(p['invoice_id']) ?? 0n) - cents(p['amount']));
    expect([...open.values()].every((rest) => rest >= 0n)).toBe(true);
  });
});

describe('the flaws', () => {
  const americas = rowsOf('opportunities-americas');

  test('eleven deals of one file are damaged, each a different one, each really won', () => {
    expect(demo.flaws).toHaveLength(11);
    expect(flawed.size).toBe(11);
    for (const f of demo.flaws) {
      const found = americas.filter((r) => r[f.column] === f.now && (f.column === 'opportunity_id' || r['opportunity_id'] === f.opportunity));
      expect(found, f.what).toHaveLength(1);
      expect(found[0]?.['stage']).toBe('Won');
      expect(f.was).not.toBe(f.now);
    }
  });

  test('open opportunities and other spellings of products are in that file, too', () => {
    expect(americas.filter((r) => r['stage'] !== 'Won' && r['stage'] !== 'Lost').every((r) => r['close_date'] === '')).toBe(true);
    expect(distinct(americas, 'product')).toContain('QuillShield');
    expect(distinct(rowsOf('opportunities-europe'), 'product')).not.toContain('QuillShield');
  });

  test('the README of the workspace tells each of them, with the right value, and names only people who exist', () => {
    const readme = readFileSync(new URL('workspace/README.md', import.meta.url), 'utf8');
    const table = readme.split('\n').filter((line) => line.startsWith('| O1'));
    expect(table).toHaveLength(demo.flaws.length);
    demo.flaws.forEach((f, i) => {
      expect(table[i]).toContain(`| ${f.opportunity} | \`${f.column}\` |`);
      if (f.now !== '') expect(table[i]).toContain(`\`${f.now}\``);
      if (i < 10) expect(table[i]).toContain(`\`${f.was}\``);
    });
    const open = americas.filter((r) => r['stage'] !== 'Won' && r['stage'] !== 'Lost').length;
    const misspelt = americas.filter((r) => !/^Quill [A-Z]/.test(r['product'] ?? '')).length;
    expect(readme).toContain(`**${open} open opportunities**`);
    expect(readme).toContain(`**${misspelt} rows spell`);
    const names = [...readme.matchAll(/`([a-z]+\.[a-z]+)`/g)].map((m) => m[1] ?? '').filter((n) => n !== 'crm.trainee');
    for (const name of names) expect(distinct(people, 'employee_id')).toContain(name);
  });
});
