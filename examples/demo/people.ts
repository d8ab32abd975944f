/**
 * The people and pods of the demo company: 120 people in eight roles and 12 pods, with what a year
 * does to them. A person is a list of dated rows; what a person never has is a row that is edited.
 */
import { addMonths, dayOf, effectiveAt } from '../../src/value/period.ts';
import type { Day } from '../../src/value/period.ts';
import { FAMILY_NAMES, GIVEN_NAMES, POD_NAMES } from './names.ts';
import { randomFrom } from './random.ts';
import type { Random } from './random.ts';

export const ROLES = ['VP sales', 'Sales manager', 'AE', 'SDR', 'Account manager', 'CSM', 'Marketing', 'Partner manager'] as const;
export type Role = (typeof ROLES)[number];
export type Region = 'Americas' | 'Europe';

/** How somebody is placed from a day on. `from` null: from the beginning. Money in minor units, a year. */
export interface Placement {
  readonly from: Day | null;
  readonly role: Role;
  readonly pod: string;
  readonly manager: string;
  readonly quota: bigint;
  readonly incentive: bigint;
  readonly status: 'active' | 'on leave';
}
export interface Person {
  /** the login, which every system of the company knows */
  readonly id: string;
  readonly name: string;
  /** the legal entity that employs, and so the currency of the pay */
  readonly region: Region;
  readonly hired: Day;
  /** the first day on which the person is no longer employed */
  readonly left: Day | null;
  readonly rows: readonly Placement[];
}
export interface Pod { readonly id: string; readonly name: string; readonly region: Region }
export interface Staff { readonly people: readonly Person[]; readonly pods: readonly Pod[] }

/** The 24 months of the demo, half-open. */
export const FIRST_DAY: Day = dayOf(2025, 1, 1);
export const END_DAY: Day = dayOf(2027, 1, 1);
const NEW_YEAR: Day = dayOf(2026, 1, 1);
const MID_YEAR: Day = dayOf(2025, 7, 1);
const POD_HANDED_OVER: Day = dayOf(2025, 9, 1);

export function makeStaff(seed: number): Staff {
  const random = randomFrom(seed, 'people');
  const pods = POD_NAMES.map((name, i): Pod => ({ id: `pod-${String(i + 1).padStart(2, '0')}`, name, region: i < 8 ? 'Americas' : 'Europe' }));
  const drafts = hire(random, pods);
  promote(drafts);
  move(drafts, random, pods);
  const lead = (pod: string, day: Day): string => leaderOf(drafts, pod, day);
  const sellers = drafts.filter((d) => !isLeader(d.role)).map((d) => finished(d, lead, drafts));
  const leaders = drafts.filter((d) => isLeader(d.role)).map((d) => finishedLeader(d, sellers, drafts));
  const byId = new Map([...sellers.map((p) => withTeamQuota(p, sellers)), ...leaders].map((p) => [p.id, p]));
  return { pods, people: drafts.map((d) => byId.get(d.id) as Person) };
}

/** The placement on a day; undefined where the person is not employed or on leave. */
export function atWork(person: Person, day: Day): Placement | undefined {
  if (day < person.hired || (person.left !== null && day >= person.left)) return undefined;
  const row = effectiveAt(person.rows, day);
  return row?.status === 'active' ? row : undefined;
}

type Change = { readonly from: Day } & Partial<Pick<Placement, 'role' | 'pod' | 'status' | 'quota' | 'incentive'>>;
interface Draft {
  readonly id: string;
  readonly name: string;
  readonly region: Region;
  readonly role: Role;
  readonly pod: string;
  hired: Day;
  left: Day | null;
  readonly quota: bigint;
  readonly incentive: bigint;
  readonly changes: Change[];
}

/** Headcount: role, region, people. SDRs are one hub in the Americas that serves all pods. */
const HEADCOUNT: readonly (readonly [Role, Region, number])[] = [
  ['VP sales', 'Americas', 1], ['VP sales', 'Europe', 1],
  ['Sales manager', 'Americas', 5], ['Sales manager', 'Europe', 3],
  ['AE', 'Americas', 28], ['AE', 'Europe', 16],
  ['SDR', 'Americas', 24],
  ['Account manager', 'Americas', 12],
  ['CSM', 'Americas', 10], ['CSM', 'Europe', 6],
  ['Marketing', 'Americas', 6], ['Marketing', 'Europe', 2],
  ['Partner manager', 'Americas', 6],
];

function hire(random: Random, pods: readonly Pod[]): Draft[] {
  const names = namesOf(random, HEADCOUNT.reduce((n, [, , count]) => n + count, 0));
  const drafts: Draft[] = [];
  for (const [role, region, count] of HEADCOUNT) {
    const home = role === 'SDR' ? pods : pods.filter((p) => p.region === region);
    for (let i = 0; i < count; i += 1) {
      const [given, family] = names[drafts.length] as readonly [string, string];
      const pod = inPod(role) ? (home[i % home.length] as Pod).id : '';
      drafts.push({
        id: `${given}.${family}`.toLowerCase(), name: `${given} ${family}`, region, role, pod,
        hired: dayOf(random.between(2018, 2024), random.between(1, 12), random.between(1, 28)), left: null,
        ...payOf(role, region, random), changes: [],
      });
    }
  }
  return drafts;
}

/** A year's quota and target incentive. Who is paid for each event has neither. Leaders' quotas follow from their teams'. */
function payOf(role: Role, region: Region, random: Random): { quota: bigint; incentive: bigint } {
  const thousands = (n: number): bigint => BigInt(n) * 100_000n;
  if (role === 'AE') {
    const quota = thousands((region === 'Americas' ? random.between(12, 18) : random.between(10, 15)) * 50);
    return { quota, incentive: quota / 10n };
  }
  if (role === 'Account manager') {
    const quota = thousands(random.between(8, 12) * 50);
    return { quota, incentive: (quota * 2n) / 25n };
  }
  if (role === 'CSM') return { quota: 0n, incentive: thousands(random.between(18, 26)) };
  if (role === 'Sales manager') return { quota: 0n, incentive: thousands(30) };
  if (role === 'VP sales') return { quota: 0n, incentive: thousands(80) };
  return { quota: 0n, incentive: 0n };
}

/** Who becomes what: two SDRs in mid-year, the others with the new plan year. */
function promote(drafts: readonly Draft[]): void {
  const inAmericas = (d: Draft): boolean => d.region === 'Americas' && podIndex(d.pod) < 8;
  const americas = (role: Role, pod?: string): Draft[] => drafts.filter((d) => d.role === role && inAmericas(d) && (pod === undefined || d.pod === pod));
  const toAe = (d: Draft | undefined, from: Day): void => { d?.changes.push({ from, role: 'AE', quota: 60_000_000n, incentive: 6_000_000n }); };
  const sdrs = americas('SDR');
  toAe(sdrs[1], MID_YEAR);
  toAe(sdrs[4], MID_YEAR);
  toAe(sdrs[2], NEW_YEAR);
  toAe(sdrs[6], NEW_YEAR);
  americas('CSM')[3]?.changes.push({ from: NEW_YEAR, role: 'Account manager', quota: 40_000_000n, incentive: 3_200_000n });
  americas('AE', PROMOTED_LEADS)[0]?.changes.push({ from: NEW_YEAR, role: 'Sales manager', pod: '', quota: 0n, incentive: 3_000_000n });
}

/** Joined, left, on leave, moved to another pod: people who have no other change yet, so that each story can be followed. */
function move(drafts: readonly Draft[], random: Random, pods: readonly Pod[]): void {
  const free = new Map(ROLES.map((role) => [role, random.shuffled(drafts.filter((d) => d.role === role && d.changes.length === 0))]));
  const each = (counts: readonly (readonly [Role, number])[], what: (d: Draft) => void): void => {
    for (const [role, n] of counts) for (const d of free.get(role)?.splice(0, n) ?? []) what(d);
  };
  each([['AE', 7], ['SDR', 6], ['CSM', 2], ['Account manager', 2], ['Marketing', 1]], (d) => {
    d.hired = addMonths(FIRST_DAY, random.between(1, 20)) + random.below(15);
  });
  each([['AE', 4], ['SDR', 4], ['CSM', 1], ['Account manager', 1]], (d) => {
    d.left = addMonths(FIRST_DAY, random.between(5, 21)) + random.below(28);
  });
  each([['AE', 2], ['SDR', 1], ['CSM', 1], ['Account manager', 1]], (d) => {
    // An AE's year is measured at the end of each quarter by what has begun by then, so a leave that is
    // open at that moment would make the year's quota look too small for a while: theirs end in the quarter.
    const short = d.role === 'AE';
    const from = short ? addMonths(FIRST_DAY, 3 * random.between(1, 6)) + random.below(13) : addMonths(FIRST_DAY, random.between(2, 16)) + random.below(20);
    d.changes.push({ from, status: 'on leave' }, { from: from + (short ? random.between(45, 75) : random.between(60, 150)), status: 'active' });
  });
  each([['AE', 3], ['SDR', 2], ['CSM', 1]], (d) => {
    const home = pods.filter((p) => p.region === pods.find((q) => q.id === d.pod)?.region && p.id !== d.pod);
    d.changes.push({ from: addMonths(FIRST_DAY, 3 * random.between(1, 6)), pod: random.pick(home).id });
  });
}

const PROMOTED_LEADS = 'pod-07';
/** Pod → index among the eight sales managers. */
const LED_BY: readonly number[] = [0, 0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 7];

/** Who leads a pod. Pod 5 changes hands in September 2025; pod 7 goes to the AE of it who is promoted. */
function leaderOf(drafts: readonly Draft[], pod: string, day: Day): string {
  const managers = drafts.filter((d) => d.role === 'Sales manager');
  const index = pod === 'pod-05' && day >= POD_HANDED_OVER ? 3 : LED_BY[podIndex(pod)];
  const promoted = drafts.find((d) => d.role === 'AE' && d.changes.some((c) => c.role === 'Sales manager'));
  const leader = pod === PROMOTED_LEADS && day >= NEW_YEAR ? promoted : managers[index ?? 0];
  return leader?.id ?? '';
}

/** Folds a draft's changes into dated rows; a row that says nothing new is left out. */
function finished(draft: Draft, lead: (pod: string, day: Day) => string, drafts: readonly Draft[]): Person {
  const dates = [...new Set([POD_HANDED_OVER, NEW_YEAR, ...draft.changes.map((c) => c.from)])].sort((a, b) => a - b);
  const vp = drafts.find((d) => d.role === 'VP sales' && d.region === draft.region)?.id ?? '';
  let now: Draft & { status: Placement['status'] } = { ...draft, status: 'active' };
  const row = (from: Day | null): Placement => {
    const away = now.status === 'on leave';
    const led = now.role === 'AE' || now.role === 'SDR' || now.role === 'Account manager';
    const manager = led ? lead(now.pod, from ?? FIRST_DAY) : vp;
    return { from, role: now.role, pod: now.pod, manager, quota: away ? 0n : now.quota, incentive: away ? 0n : now.incentive, status: now.status };
  };
  const rows = [row(null)];
  for (const from of dates) {
    const { from: _, ...changed } = Object.assign({ from }, ...draft.changes.filter((c) => c.from === from)) as Change;
    // With the new plan year quotas rise by 5 % and target incentives by 4 %; a promotion sets its own.
    if (from === NEW_YEAR) now = { ...now, quota: (now.quota * 105n) / 100n, incentive: (now.incentive * 104n) / 100n };
    now = { ...now, ...changed };
    rows.push(row(from));
  }
  return { id: draft.id, name: draft.name, region: draft.region, hired: draft.hired, left: draft.left, rows: withoutRepeats(rows, draft.hired, draft.left) };
}

/** The rows of a leader, whose quota follows from the team's. */
function finishedLeader(draft: Draft, sellers: readonly Person[], drafts: readonly Draft[]): Person {
  const top = draft.role === 'VP sales';
  const manager = top ? '' : drafts.find((d) => d.role === 'VP sales' && d.region === draft.region)?.id ?? '';
  const row = (from: Day | null): Placement => ({
    from, role: draft.role, pod: '', manager, incentive: draft.incentive, status: 'active',
    quota: teamQuota(sellers, draft.region, top ? null : draft.id, from ?? FIRST_DAY),
  });
  const rows = top ? [row(null), row(NEW_YEAR)] : [row(null), row(POD_HANDED_OVER), row(NEW_YEAR)];
  return { id: draft.id, name: draft.name, region: draft.region, hired: draft.hired, left: draft.left, rows: withoutRepeats(rows, draft.hired, draft.left) };
}

/** Who was promoted to lead a team gets the team's quota, too. */
function withTeamQuota(person: Person, sellers: readonly Person[]): Person {
  const rows = person.rows.map((r) => (r.role === 'Sales manager' ? { ...r, quota: teamQuota(sellers, person.region, person.id, r.from ?? FIRST_DAY) } : r));
  return { ...person, rows };
}

/** 90 % of what a manager's team (null: the whole region) carries on a day, down to ten thousands: the usual over-assignment. */
function teamQuota(sellers: readonly Person[], region: Region, manager: string | null, day: Day): bigint {
  const placed = sellers.filter((p) => p.region === region).flatMap((p) => atWork(p, day) ?? []);
  const carried = placed.filter((r) => manager === null || r.manager === manager).reduce((sum, r) => sum + r.quota, 0n);
  return ((carried * 9n) / 10n / 1_000_000n) * 1_000_000n;
}

/** Leaves out rows that repeat the one before, rows after leaving, and all but the last of those before joining. */
function withoutRepeats(rows: readonly Placement[], hired: Day, left: Day | null): Placement[] {
  const begun = rows.findLastIndex((r) => r.from !== null && r.from <= hired);
  const lived = begun > 0 ? [{ ...(rows[begun] as Placement), from: null }, ...rows.slice(begun + 1)] : rows;
  return lived.filter((r, i) => {
    const before = lived[i - 1];
    if (before === undefined) return true;
    if (left !== null && r.from !== null && r.from >= left) return false;
    return (['role', 'pod', 'manager', 'quota', 'incentive', 'status'] as const).some((key) => r[key] !== before[key]);
  });
}

function namesOf(random: Random, count: number): (readonly [string, string])[] {
  const families = random.shuffled(FAMILY_NAMES);
  const given = random.shuffled(GIVEN_NAMES);
  return Array.from({ length: count }, (_, i) => [given[(i * 7 + Math.floor(i / given.length)) % given.length] as string, families[i % families.length] as string]);
}

function inPod(role: Role): boolean {
  return role === 'AE' || role === 'SDR' || role === 'Account manager' || role === 'CSM';
}

function isLeader(role: Role): boolean {
  return role === 'VP sales' || role === 'Sales manager';
}

function podIndex(pod: string): number {
  return Number(pod.slice(4)) - 1;
}
