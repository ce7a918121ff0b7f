import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { readEvents } from '../events/log.ts';
import { matchEvents, queueDeliveries } from './queue.repository.ts';
import { bodyOf } from './webhook-body.ts';

/** Its place in the log, which the db migration that made the tables began. */
const READER = 'webhooks';
/** Events in one transaction: with many endpoints each is many deliveries. */
const EVENTS = 100;
/** Of all endpoints that match; a safeguard far beyond what 100 events come to. */
const MAX_MATCHES = 1_000_000;

/** Follows the log and queues a delivery for each event and endpoint that is told of it. */
export class WebhookQueue {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Works off the events since it last ran. Deliveries and place in the log move in one transaction, so each event is queued
   * once, and none is skipped.
   *
   * @param signal once aborted nothing more is begun; the next sweep goes on
   */
  async queueFromLog(signal?: AbortSignal): Promise<{ queued: number; nextDueAt: null }> {
    let queued = 0;
    while (!signal?.aborted) {
      const step = await this.db.transaction((tx) => this.readOn(tx));
      queued += step.queued;
      if (step.events < EVENTS) break;
    }
    return { queued, nextDueAt: null };
  }

  private async readOn(tx: Transaction): Promise<{ queued: number; events: number }> {
    // Whoever has the row works off all there is.
    const [place] = await tx.query<{ cursor: string }>('select cursor from event_cursor where reader = $1 for update skip locked', [
      READER,
    ]);
    const events = place ? await readEvents(tx, place.cursor, EVENTS) : [];
    const upTo = events.at(-1)?.cursor;
    if (!place || upTo === undefined) return { queued: 0, events: 0 };
    const now = this.clock.now();
    const matches = await matchEvents(tx, { endpointId: null, after: place.cursor, upTo, limit: MAX_MATCHES }, now);
    const bodies = new Map<string, string>();
    const deliveries = matches.map((match) => {
      const key = `${match.xid}.${match.id}`;
      const body = bodies.get(key) ?? bodyOf(match);
      bodies.set(key, body);
      return { match, body };
    });
    const queued = await queueDeliveries(tx, deliveries, false, now);
    await tx.query('update event_cursor set cursor = $2 where reader = $1', [READER, upTo]);
    return { queued, events: events.length };
  }
}
