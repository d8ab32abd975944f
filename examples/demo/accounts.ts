/** The 600 named accounts in three tiers, 50 to a pod, some of them daughters of others. */
import { ACCOUNT_ENDINGS, ACCOUNT_STEMS } from './names.ts';
import type { Pod, Region } from './people.ts';
import { randomFrom } from './random.ts';
import type { Random } from './random.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly tier: 1 | 2 | 3;
  readonly region: Region;
  readonly country: string;
  readonly industry: string;
  readonly pod: string;
  /** place within the pod, 0 … 49 */
  readonly place: number;
  /** id of the parent account, or blank */
  readonly parent: string;
}

const PER_POD = 50;
const COUNTRIES: Readonly<Record<Region, readonly string[]>> = {
  Americas: ['United States', 'United States', 'United States', 'Canada', 'Mexico', 'Brazil'],
  Europe: ['Germany', 'France', 'Netherlands', 'Spain', 'Italy', 'Austria'],
};

export function makeAccounts(seed: number, pods: readonly Pod[]): readonly Account[] {
  const random = randomFrom(seed, 'accounts');
  const names = random.shuffled(ACCOUNT_STEMS.flatMap((stem) => ACCOUNT_ENDINGS.map((ending) => [stem, ending] as const)));
  const accounts: Account[] = [];
  for (const pod of pods) {
    for (let place = 0; place < PER_POD; place += 1) {
      const [stem, industry] = names[accounts.length] as readonly [string, string];
      const tier = place < 5 ? 1 : place < 20 ? 2 : 3;
      accounts.push({
        id: `A${String(1001 + accounts.length)}`, name: `${stem} ${industry}`, tier, region: pod.region,
        country: random.pick(COUNTRIES[pod.region]), industry, pod: pod.id, place,
        parent: tier === 3 && random.chance(18) ? parentOf(accounts, pod, random) : '',
      });
    }
  }
  return accounts;
}

/** A larger account of the same pod, so that parents never form a ring. */
function parentOf(accounts: readonly Account[], pod: Pod, random: Random): string {
  return random.pick(accounts.filter((a) => a.pod === pod.id && a.tier < 3)).id;
}
