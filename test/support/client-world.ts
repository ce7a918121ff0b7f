/** Clients of this process against a service, over a way that can be cut, and how a test knows that they have seen all there is. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { GracelineClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { newId } from '../../src/ids.ts';
import { insertAccount, insertWorld, named, tell, writeDecision } from './flag-world.ts';
import { until } from './processes.ts';
import type { TestService } from './service.ts';
import type { Transaction } from '../../src/db/database.ts';

const MARKING = {
  live: true,
  graceStartsAt: null,
  mandatoryAt: null,
  reversible: true,
  affects: { platforms: [], builtInEmailOnly: false, attributes: {}, listedOnly: false },
};
const MARKED = { createdAt: new Date(0), platform: 'CLOUD', usesBuiltInEmail: true, attributes: {}, listed: false } as const;
const OPTED_IN = { optedInAt: new Date(0), optedOutAt: null, extendedUntil: null, exemptUntil: null };
/** More answers than a client gives between two looks at its clock. */
const LOOKS_AGAIN = 300;

/** A token of a runtime. */
export async function runtimeToken({ house }: TestService): Promise<string> {
  return (await house.tokens.createToken(SYSTEM, { name: 'test', role: 'RUNTIME', subject: 'checkout' })).token;
}

/** The port a service listens on. */
export function portOf({ url }: TestService): number {
  return Number(new URL(url).port);
}

/** Makes a client that is closed at the end of the test, and whose problems are kept. */
export function startClient(options: ClientOptions): { readonly client: GracelineClient; readonly problems: string[] } {
  const client = new GracelineClient(options);
  const problems: string[] = [];
  client.on('problem', ({ message }) => problems.push(message));
  onTestFinished(() => client.close());
  return { client, problems };
}

/** A way to a server that lets no WebSocket through, as some proxies do. */
export async function startPlainProxy(to: number): Promise<number> {
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    near.on('data', (data) => (/^upgrade: websocket/im.test(data.toString('latin1')) ? near.destroy() : far.write(data)));
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Has a client look at its clock, as it does by itself in a quarter of a second. */
export function lookAtClock(client: GracelineClient): void {
  for (let i = 0; i < LOOKS_AGAIN; i++) client.isEnabled('none', 'nobody');
}

/** Changes things, and tells when clients have seen that. */
export class Marker {
  private constructor(
    private readonly service: TestService,
    private readonly migration: { readonly id: string; readonly key: string },
  ) {}

  static async of(service: TestService): Promise<Marker> {
    const world = named([MARKING], []);
    await insertWorld(service, world);
    return new Marker(service, world.migrations[0]!);
  }

  /**
   * Makes a change whose last event, in the order of the log, opts a new account in.
   *
   * @returns that account, for {@link seen}
   */
  async change(work: (tx: Transaction) => Promise<void>): Promise<string> {
    const account = { id: `marker-${newId()}`, facts: MARKED };
    await this.service.db.transaction(async (tx) => {
      await work(tx);
      await insertAccount(tx, account, []);
      await writeDecision(tx, this.migration.id, account.id, OPTED_IN);
      await tell(tx, 'OPTED_IN', { migrationId: this.migration.id, accountId: account.id });
    });
    this.service.house.wake.ring();
    return account.id;
  }

  /** Waits until a client has been told of all that was done until then. */
  async seen(client: GracelineClient, account: string): Promise<void> {
    await until(
      async () => client.evaluate(this.migration.key, account).reason === 'OPTED_IN',
      () => `The client never knew of it; it is ${client.status}.`,
    );
  }
}
