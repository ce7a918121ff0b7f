/** A hundred services, each with a client of its own, and how long a decision takes to be known in every one of them. */
import { once } from 'node:events';
import { GracelineClient } from '../../src/client/client.ts';
import { answering } from '../fanout/child.ts';

/** What they follow. */
export interface Following {
  readonly url: string;
  readonly token: string;
  readonly clients: number;
}

/** What is decided. */
export interface Deciding {
  readonly url: string;
  /** Of an operator. */
  readonly operator: string;
  readonly account: string;
  readonly migration: string;
}

let clients: GracelineClient[] = [];

async function follow({ url, token, clients: count }: Following): Promise<void> {
  clients = Array.from({ length: count }, () => new GracelineClient({ url, token }));
  await Promise.all(clients.map((client) => client.ready()));
}

/** @returns ms from sending the opt-in, before its commit, until the last of them has answered with yes */
async function decide({ url, operator, account, migration }: Deciding): Promise<number> {
  const known = Promise.all(clients.map((client) => untilOn(client, migration, account)));
  const begun = performance.now();
  const query = `mutation { optIn(account: "${account}", migration: "${migration}") { state { enabled } } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  if (!(await response.text()).includes('"enabled":true')) throw new Error('The opt-in was refused.');
  await known;
  return performance.now() - begun;
}

async function untilOn(client: GracelineClient, migration: string, account: string): Promise<void> {
  while (!client.isEnabled(migration, account)) await once(client, 'changed');
}

answering(null, { follow, decide, leave: () => Promise.all(clients.map((client) => client.close())).then(() => null) });
