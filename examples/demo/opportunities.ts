/** Opportunities of 24 months with their stage history: who owned them, who found them, how they ended. */
import { addMonths, dayOf } from '../../src/value/period.ts';
import type { Day } from '../../src/value/period.ts';
import type { Account } from './accounts.ts';
import { PRODUCTS } from './names.ts';
import { END_DAY, FIRST_DAY, atWork } from './people.ts';
import type { Person, Region, Role, Staff } from './people.ts';
import { randomFrom } from './random.ts';
import type { Random } from './random.ts';

export type Stage = 'Discovery' | 'Accepted' | 'Proposal' | 'Negotiation' | 'Won' | 'Lost';
export interface Opportunity {
  readonly id: string;
  readonly account: Account;
  readonly region: Region;
  readonly owner: string;
  /** a colleague who sold with the owner; Europe only */
  readonly secondOwner: string;
  readonly partnerManager: string;
  readonly sdr: string;
  readonly product: string;
  readonly type: 'New' | 'Expansion';
  readonly created: Day;
  /** null while it is open */
  readonly closed: Day | null;
  /** what is signed for the first year, in minor units of the region's currency */
  readonly amount: bigint;
  readonly years: number;
  /** every stage with its first day, in order; the last is the present one */
  readonly stages: readonly { readonly stage: Stage; readonly entered: Day }[];
}

/** Opportunities begin this early so that January 2025 has deals that close. */
const BACKLOG_FROM: Day = dayOf(2024, 8, 1);
/** days from the first talk to the decision, per tier */
const CYCLE: readonly (readonly [number, number])[] = [[80, 190], [50, 130], [25, 90]];
/** first year's value in thousands, per tier */
const VALUE: readonly (readonly [number, number])[] = [[80, 240], [40, 115], [15, 60]];

export function makeOpportunities(seed: number, staff: Staff, accounts: readonly Account[]): readonly Opportunity[] {
  const random = randomFrom(seed, 'opportunities');
  const desk = makeDesk(staff, accounts, random);
  const found: Opportunity[] = [];
  for (let month = BACKLOG_FROM; month < END_DAY; month = addMonths(month, 1)) {
    for (const person of staff.people) {
      // Nobody was placed before the first day: the backlog goes by the placement of that day.
      const placed = atWork(person, Math.max(month, FIRST_DAY));
      if (placed?.role !== 'AE' && placed?.role !== 'Account manager') continue;
      const many = placed.role === 'AE' ? random.between(2, 4) : random.between(1, 3);
      for (let i = 0; i < many; i += 1) {
        const one = opportunity(desk, person, placed.pod, placed.role, month + random.below(28), found.length);
        if (one.closed === null || one.closed >= FIRST_DAY) found.push(one);
      }
    }
  }
  return found;
}

interface Desk {
  readonly random: Random;
  readonly staff: Staff;
  /** pod → its accounts, the large ones more than once, because more is sold there */
  readonly books: ReadonlyMap<string, readonly Account[]>;
  /** person → chance to win in percent */
  readonly talent: ReadonlyMap<string, number>;
}

function makeDesk(staff: Staff, accounts: readonly Account[], random: Random): Desk {
  const books = new Map(staff.pods.map((pod) => [pod.id, accounts.filter((a) => a.pod === pod.id).flatMap((a) => Array.from({ length: 4 - a.tier }, () => a))]));
  const talent = new Map(staff.people.map((p) => [p.id, random.between(17, 37)]));
  return { random, staff, books, talent };
}

function opportunity(desk: Desk, finder: Person, pod: string, role: 'AE' | 'Account manager', created: Day, index: number): Opportunity {
  const { random } = desk;
  const account = random.pick(desk.books.get(pod) ?? []);
  const type = role === 'Account manager' ? 'Expansion' : account.region === 'Europe' && random.chance(25) ? 'Expansion' : 'New';
  const sdr = type === 'New' && random.chance(60) ? someone(desk, 'SDR', account, Math.max(created, FIRST_DAY)) : '';
  const accepted = sdr === '' || random.chance(85);
  const [shortest, longest] = CYCLE[account.tier - 1] as readonly [number, number];
  const decided = created + (accepted ? random.between(shortest, longest) : random.between(15, 40));
  const closed = decided < END_DAY ? decided : null;
  const owner = closed === null || atWork(finder, Math.max(closed, FIRST_DAY))?.role === role ? finder.id : someone(desk, role, account, Math.max(closed, FIRST_DAY));
  const chance = (desk.talent.get(owner) ?? 25) + (role === 'Account manager' ? 12 : 0);
  const won = accepted && random.chance(chance);
  return {
    id: `O${String(10001 + index)}`, account, region: account.region, owner, sdr, type, created, closed,
    secondOwner: account.region === 'Europe' && random.chance(12) ? colleague(desk, owner, account, Math.max(closed ?? created, FIRST_DAY)) : '',
    partnerManager: account.region === 'Americas' && random.chance(18) ? someone(desk, 'Partner manager', account, Math.max(closed ?? created, FIRST_DAY)) : '',
    product: productOn(random, created), amount: amountOf(random, account, type), years: random.chance(22) ? 3 : random.chance(15) ? 2 : 1,
    stages: history(random, created, decided, accepted, won),
  };
}

/** Somebody of this role at work on the day: of the account's pod if possible, else of its region, else anybody. */
function someone(desk: Desk, role: Role, account: Account, day: Day): string {
  const able = desk.staff.people.filter((p) => atWork(p, day)?.role === role);
  // SDRs are one hub: they mostly help their own pod, and any other that needs them.
  const away = role === 'SDR' && desk.random.chance(30);
  const near = away ? [] : able.filter((p) => atWork(p, day)?.pod === account.pod);
  const home = able.filter((p) => p.region === account.region);
  return desk.random.pick(near.length > 0 ? near : home.length > 0 ? home : able).id;
}

function colleague(desk: Desk, owner: string, account: Account, day: Day): string {
  const able = desk.staff.people.filter((p) => p.id !== owner && p.region === account.region && atWork(p, day)?.role === 'AE');
  return desk.random.pick(able).id;
}

function productOn(random: Random, day: Day): string {
  // Shield was launched in February 2025; before, its share goes to the platform.
  const name = random.pick([0, 0, 0, 0, 1, 1, 1, 2, 2, 3].map((i) => PRODUCTS[i]?.name ?? ''));
  return name === 'Quill Shield' && day < dayOf(2025, 2, 1) ? 'Quill Core' : name;
}

/** In hundreds, so that prices look like prices; some are discounted and end on odd cents. */
function amountOf(random: Random, account: Account, type: Opportunity['type']): bigint {
  const [low, high] = VALUE[account.tier - 1] as readonly [number, number];
  const list = BigInt(random.between(low * 10, high * 10)) * 10_000n;
  const price = random.chance(30) ? (list * BigInt(1000 - random.between(25, 199))) / 1000n - BigInt(random.below(100)) : list;
  const local = account.region === 'Europe' ? (price * 97n) / 100n : price;
  return type === 'Expansion' ? (local * 45n) / 100n : local;
}

function history(random: Random, created: Day, decided: Day, accepted: boolean, won: boolean): Opportunity['stages'] {
  const all: { stage: Stage; entered: Day }[] = [{ stage: 'Discovery', entered: created }];
  if (accepted) {
    const first = created + random.between(2, 12);
    const rest = decided - first;
    all.push({ stage: 'Accepted', entered: first });
    // Some deals are won or lost without a written proposal or a negotiation.
    if (random.chance(88)) all.push({ stage: 'Proposal', entered: first + Math.trunc((rest * random.between(25, 45)) / 100) });
    if (random.chance(won ? 90 : 55)) all.push({ stage: 'Negotiation', entered: first + Math.trunc((rest * random.between(60, 85)) / 100) });
  }
  all.push({ stage: won ? 'Won' : 'Lost', entered: decided });
  return all.filter((s) => s.entered < END_DAY);
}
