/** A service with receivers of webhooks around it, and a clock that the library of the specification believes. */
import { vi } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import type { House } from '../../src/house.ts';
import type { DeliveryView } from '../../src/webhooks/deliveries.repository.ts';
import type { EndpointView } from '../../src/webhooks/endpoints.repository.ts';
import type { EndpointWithSecret } from '../../src/webhooks/webhooks.service.ts';
import { atEndOfFile } from './end-of-file.ts';
import { startService, type TestService } from './service.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

export const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };

/** What an endpoint is known by here. */
type Endpoint = Pick<EndpointView, 'id'>;

/** See {@link startWebhookWorld}. */
export class WebhookWorld {
  private accounts = 0;
  private readonly made: string[] = [];

  constructor(
    readonly service: TestService,
    readonly receivers: readonly Receiver[],
    /** Milliseconds since 1970. */
    public now: number,
  ) {}

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    vi.setSystemTime(this.now);
    await this.service.setClock(new Date(this.now).toISOString());
  }

  /** Makes an account and gives its id. */
  async account(): Promise<string> {
    const id = `shop-${(this.accounts += 1)}`;
    await this.service.house.accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    return id;
  }

  /** Edits an account, which is the event that endpoints are told of here. */
  async rename(account: string, name: string): Promise<void> {
    await this.service.house.accounts.editAccount(OPERATOR, account, { name });
  }

  /** An endpoint of operators that is told of edited accounts alone. */
  async endpointAt(receiver: Receiver): Promise<EndpointWithSecret> {
    const created = await this.service.house.webhooks.createEndpoint(OPERATOR, { url: receiver.url, types: ['ACCOUNT_EDITED'] });
    this.willGo(created.endpoint);
    return created;
  }

  /** Remembers an endpoint for {@link clear}. */
  willGo({ id }: Endpoint): void {
    this.made.push(id);
  }

  /** One run of the sweeps; `house` of another process, else the service's own. */
  async deliver(house: House = this.service.house): Promise<void> {
    const { signal } = new AbortController();
    await house.webhookQueue.queueFromLog(signal);
    await house.webhookSender.deliverDue(signal);
  }

  /** Newest first. */
  async deliveriesOf({ id }: Endpoint): Promise<DeliveryView[]> {
    const page = await this.service.house.webhookDeliveries.deliveries(OPERATOR, id, null, { first: 100, after: null });
    return page.edges.map(({ node }) => node);
  }

  /** How an endpoint stands. */
  async viewOf({ id }: Endpoint): Promise<EndpointView> {
    const { edges } = await this.service.house.webhooks.endpoints(OPERATOR, { first: 100, after: null });
    return edges.find(({ node }) => node.id === id)!.node;
  }

  /** Deletes every endpoint, and lets receivers take what comes. */
  async clear(): Promise<void> {
    for (const receiver of this.receivers) Object.assign(receiver, { received: [], behaviour: 'take' });
    for (const id of this.made.splice(0)) await this.service.house.webhooks.deleteEndpoint(OPERATOR, id).catch(() => undefined);
  }
}

/** Starts a service that trusts so many receivers. They end with the file. */
export async function startWebhookWorld(count: number): Promise<WebhookWorld> {
  const now = Date.parse('2026-05-04T09:00:00.000Z');
  vi.useFakeTimers({ toFake: ['Date'], now });
  atEndOfFile(() => vi.useRealTimers());
  const receivers = await Promise.all(Array.from({ length: count }, () => startReceiver()));
  const hosts = receivers.map(({ host }) => host).join(',');
  return new WebhookWorld(await startService(new Date(now).toISOString(), { TRUSTED_WEBHOOK_HOSTS: hosts }), receivers, now);
}
