import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { readQueueDepth } from '../db/queue-depth.ts';
import type { RateLimit, RateLimits } from '../db/rate-limits.ts';
import { GracelineError } from '../errors.ts';
import { requireKept } from '../events/horizon.ts';
import { type EventCursor, parseCursor, readEvents, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { isUuid, newId } from '../ids.ts';
import type { Page, PageRequest } from '../pagination.ts';
import { MAX_RETRIED, type QueueView, SHOWN_FAILURES } from '../operations/operations.rules.ts';
import { isTaken, type WebhookAttempts } from './attempts.service.ts';
import { markWell } from './claims.repository.ts';
import {
  type DeliverySight,
  type DeliveryView,
  findDelivery,
  insertTest,
  listDeliveries,
  readFailedDeliveries,
  requeueDelivery,
  requeueFailed,
} from './deliveries.repository.ts';
import type { EndpointRow } from './endpoints.repository.ts';
import { requireEndpoint, requireOwner } from './permission.ts';
import { matchEvents, queueDeliveries } from './queue.repository.ts';
import { type DeliveryStatus, MAX_REPLAYED, TEST_TYPE } from './webhook.rules.ts';
import { bodyOf, testBody } from './webhook-body.ts';

/** Events one replay looks at: few of them may be of interest. */
const MAX_LOOKED_AT = 5_000;
/** Each of these makes us send something to somebody. */
const TESTS: RateLimit = { points: 10, seconds: 60 };
const REDELIVERIES: RateLimit = { points: 60, seconds: 60 };
const REPLAYS: RateLimit = { points: 60, seconds: 60 };

/** What a replay did. */
export interface ReplayReport {
  readonly queued: number;
  /** Up to where the log was looked at: give it as `after` to go on. */
  readonly cursor: EventCursor;
  readonly hasMore: boolean;
}

/** What it is made of. */
export interface DeliveriesParts {
  readonly db: Database;
  readonly wake: Pick<Wake, 'ring'>;
  readonly clock: Clock;
  readonly limits: RateLimits;
  readonly attempts: Pick<WebhookAttempts, 'post'>;
}

/** What was delivered, and delivering it again. */
export class WebhookDeliveriesService {
  constructor(private readonly parts: DeliveriesParts) {}

  /**
   * A page of the deliveries of an endpoint of the last 30 days, newest first. What was sent about accounts that its owner no
   * longer sees is shown to operators alone.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_CURSOR
   */
  async deliveries(actor: Actor, endpointId: string, status: DeliveryStatus | null, page: PageRequest): Promise<Page<DeliveryView>> {
    const { id } = await requireEndpoint(this.parts.db, actor, endpointId);
    return listDeliveries(this.parts.db, this.sightOf(actor), id, status, page);
  }

  /**
   * Delivers once more, by the same id and with ten tries of its own. What waits is tried at once.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, RATE_LIMITED; WRONG_STATE for a test or a disabled endpoint
   */
  async redeliver(actor: Actor, id: string): Promise<DeliveryView> {
    const { db, wake, clock, limits } = this.parts;
    requireOwner(actor);
    const sight = this.sightOf(actor);
    const delivery = isUuid(id) ? await findDelivery(db, sight, id) : undefined;
    const endpoint = delivery && (await requireEndpoint(db, actor, delivery.endpointId).catch(nullIfMissing));
    if (!delivery || !endpoint)
      throw new GracelineError('NOT_FOUND', 'There is no delivery of this id. Look it up in the list of deliveries.');
    if (delivery.type === TEST_TYPE) throw new GracelineError('WRONG_STATE', 'A test is sent once. Send another with sendTestWebhook.');
    requireEnabled(endpoint);
    await limits.take('webhook-redelivery', endpoint.id, REDELIVERIES);
    await requeueDelivery(db, id, clock.now());
    wake.ring();
    return (await findDelivery(db, sight, id)) ?? delivery;
  }

  /**
   * Delivers again what the log holds behind a cursor: of the endpoint's types, and of what its owner sees now. Up to 1,000
   * deliveries of 5,000 events at a time.
   *
   * @param after the cursor of the last event that need not come again
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_CURSOR, CURSOR_EXPIRED, RATE_LIMITED; WRONG_STATE for a disabled endpoint
   */
  async replay(actor: Actor, endpointId: string, after: EventCursor): Promise<ReplayReport> {
    const { db, wake, clock, limits } = this.parts;
    const endpoint = await requireEndpoint(db, actor, endpointId);
    requireEnabled(endpoint);
    parseCursor(after);
    await limits.take('webhook-replay', endpoint.id, REPLAYS);
    const now = clock.now();
    const report = await db.transaction(async (tx) => {
      await requireKept(tx, after);
      const events = await readEvents(tx, after, MAX_LOOKED_AT);
      const last = events.at(-1)?.cursor ?? after;
      const matches = await matchEvents(tx, { endpointId: endpoint.id, after, upTo: last, limit: MAX_REPLAYED }, now);
      const deliveries = matches.map((match) => ({ match, body: bodyOf(match) }));
      const queued = await queueDeliveries(tx, deliveries, true, now);
      const isFull = matches.length === MAX_REPLAYED;
      const cursor = isFull ? `${matches.at(-1)!.xid}.${matches.at(-1)!.id}` : last;
      const data = { endpointId: endpoint.id, host: new URL(endpoint.url).host, after, queued };
      await writeEvents(tx, actor, now, [{ type: 'WEBHOOK_REPLAYED', administratorId: actor.administratorId ?? undefined, data }]);
      return { queued, cursor, hasMore: isFull || events.length === MAX_LOOKED_AT };
    });
    wake.ring();
    return report;
  }

  /** How the queue stands, for whoever has been let in already. */
  async queueView(now: Date): Promise<Omit<QueueView, 'name'>> {
    const { db } = this.parts;
    const [depth, failed] = await Promise.all([readQueueDepth(db, 'webhook_delivery', now), readFailedDeliveries(db, SHOWN_FAILURES)]);
    return { ...depth, ...failed };
  }

  /**
   * Delivers again what an endpoint was not told because it was given up, the oldest first, a thousand at most.
   *
   * @returns how many, and how many are left
   * @throws GracelineError FORBIDDEN, NOT_FOUND, RATE_LIMITED; WRONG_STATE for a disabled endpoint
   */
  async redeliverFailed(actor: Actor, endpointId: string): Promise<{ retried: number; remaining: number }> {
    const { db, wake, clock, limits } = this.parts;
    const endpoint = await requireEndpoint(db, actor, endpointId);
    requireEnabled(endpoint);
    await limits.take('webhook-replay', endpoint.id, REPLAYS);
    const now = clock.now();
    const outcome = await db.transaction(async (tx) => {
      const requeued = await requeueFailed(tx, endpoint.id, now, MAX_RETRIED);
      if (requeued.retried === 0) return requeued;
      const data = { endpointId: endpoint.id, host: new URL(endpoint.url).host, failed: true, queued: requeued.retried };
      await writeEvents(tx, actor, now, [{ type: 'WEBHOOK_REPLAYED', administratorId: actor.administratorId ?? undefined, data }]);
      return requeued;
    });
    if (outcome.retried > 0) wake.ring();
    return outcome;
  }

  /**
   * Sends a test now, once, to an enabled or a disabled endpoint, and tells what came of it. One that is taken ends the time
   * for which the endpoint has failed; one that is not counts for nothing.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, RATE_LIMITED
   */
  async sendTest(actor: Actor, endpointId: string): Promise<DeliveryView> {
    const { db, clock, limits, attempts } = this.parts;
    const endpoint = await requireEndpoint(db, actor, endpointId);
    await limits.take('webhook-test', endpoint.id, TESTS);
    const now = clock.now();
    const [id, body] = [newId(), testBody(now)];
    const { url, secret, previousSecret, previousSecretUntil: previousUntil } = endpoint;
    const outcome = await attempts.post({ id, endpointId: endpoint.id, url, body, secret, previousSecret, previousUntil });
    const taken = isTaken(outcome);
    if (taken) await markWell(db, endpoint.id);
    const status = taken ? ('DELIVERED' as const) : ('FAILED' as const);
    await insertTest(db, { id, endpointId: endpoint.id, type: TEST_TYPE, body, status, ...outcome }, now);
    return (await findDelivery(db, this.sightOf(actor), id))!;
  }

  private sightOf({ role }: Actor): DeliverySight {
    return { everything: role === 'OPERATOR', now: this.parts.clock.now() };
  }
}

function requireEnabled({ disabledAt }: EndpointRow): void {
  if (disabledAt) throw new GracelineError('WRONG_STATE', 'The endpoint is disabled. Enable it with editWebhookEndpoint first.');
}

/** So that a foreign delivery reads as one there is not. */
function nullIfMissing(error: unknown): null {
  if (error instanceof GracelineError && error.code === 'NOT_FOUND') return null;
  throw error;
}
