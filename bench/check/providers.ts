/** How soon clients in many processes know of a decision. */
import { type Figure, judged, median } from '../benchmark.ts';
import { Child } from '../fanout/child.ts';
import type { Deciding, Following } from './providers.child.ts';

const CLIENTS = 100;
const DECISIONS = 50;
/** How often a client of Unleash asks its server, unless told otherwise. */
const POLLED_EVERY_MS = 15_000;

/** What it is measured with. */
export interface Providers extends Omit<Following, 'clients'>, Omit<Deciding, 'account'> {
  /** Some that are there and have not opted in. */
  readonly accounts: readonly string[];
}

/** Measures it, decision by decision. */
export async function measureProviders({ url, token, operator, accounts, migration }: Providers): Promise<Figure[]> {
  const providers = await Child.start('../check/providers.child.ts', []);
  try {
    await providers.ask('follow', { url, token, clients: CLIENTS } satisfies Following);
    const tookMs: number[] = [];
    for (const account of accounts.slice(0, DECISIONS))
      tookMs.push(await providers.ask<number>('decide', { url, operator, account, migration } satisfies Deciding));
    await providers.ask('leave');
    const value = median(tookMs);
    const peer = 'unleash-client, between two polls';
    return [
      {
        name: `opt-in until ${CLIENTS} clients know`,
        value,
        unit: 'ms',
        peer,
        peerValue: POLLED_EVERY_MS,
        ...judged(value / POLLED_EVERY_MS),
      },
      {
        name: `the slowest of ${DECISIONS}`,
        value: Math.max(...tookMs),
        unit: 'ms',
        peer: 'its median',
        peerValue: value,
        ...judged(Math.max(...tookMs) / value),
      },
    ];
  } finally {
    await providers.close();
  }
}
