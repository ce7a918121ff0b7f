import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type EventType, type NewEvent, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { newId } from '../ids.ts';
import type { Page, PageRequest } from '../pagination.ts';
import { placeOfWebhookSecret } from '../secrets/places.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import {
  countEndpoints,
  disableEndpoint,
  enableEndpoint,
  type EndpointView,
  insertEndpoint,
  listEndpoints,
  markDeleted,
  replaceSecret,
  updateEndpoint,
} from './endpoints.repository.ts';
import { requireEndpoint, requireOwner } from './permission.ts';
import { newSecret } from './signature.ts';
import { checkedOverlap, MAX_ENDPOINTS } from './webhook.rules.ts';
import type { WebhookGuard } from './webhook-guard.ts';

/** What an endpoint is to be; what is left out of an edit stays. */
export interface EndpointEdit {
  readonly url?: string | undefined;
  /** Of events; none means all. */
  readonly types?: readonly EventType[] | undefined;
  readonly enabled?: boolean | undefined;
}

/** An endpoint at the one moment its secret can be seen. */
export interface EndpointWithSecret {
  readonly endpoint: EndpointView;
  readonly secret: string;
}

/** What it is made of. */
export interface WebhooksParts {
  readonly db: Database;
  readonly wake: Pick<Wake, 'ring'>;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly guard: Pick<WebhookGuard, 'check'>;
}

/** The endpoints of webhooks. */
export class WebhooksService {
  constructor(private readonly parts: WebhooksParts) {}

  /**
   * A page of the endpoints an actor may handle, newest first: operators all, others their own.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_CURSOR
   */
  async endpoints(actor: Actor, page: PageRequest): Promise<Page<EndpointView>> {
    requireOwner(actor);
    return listEndpoints(this.parts.db, actor, page);
  }

  /**
   * Makes an endpoint, which is told of what is committed from now on.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, HOST_FORBIDDEN, TOO_LARGE where the owner has 50
   */
  async createEndpoint(actor: Actor, { url: text, types }: { url: string; types: readonly EventType[] }): Promise<EndpointWithSecret> {
    const { db, clock, secrets } = this.parts;
    const owner = requireOwner(actor);
    const url = await this.checkedUrl(text);
    const [id, secret, now] = [newId(), newSecret(), clock.now()];
    const made = {
      id,
      owner,
      administratorId: owner === 'ADMINISTRATOR' ? actor.administratorId : null,
      tokenId: owner === 'PARTNER' ? actor.tokenId : null,
      createdBy: actor.subject,
      url,
      types: [...new Set(types)],
      secret: secrets.seal(secret, placeOfWebhookSecret(id)),
    };
    const endpoint = await db.transaction(async (tx) => {
      if ((await countEndpoints(tx, made)) >= MAX_ENDPOINTS)
        throw new GracelineError('TOO_LARGE', `There are ${MAX_ENDPOINTS} endpoints already. Delete one that is not needed.`);
      await insertEndpoint(tx, made, now);
      await writeEvents(tx, actor, now, [this.eventOf('WEBHOOK_CREATED', actor, made, { types: made.types })]);
      return requireEndpoint(tx, actor, id);
    });
    this.parts.wake.ring();
    return { endpoint, secret };
  }

  /**
   * Changes an endpoint. One that is enabled anew is told of what is committed from then on; replay brings the rest.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, HOST_FORBIDDEN
   */
  async editEndpoint(actor: Actor, id: string, edit: EndpointEdit): Promise<EndpointView> {
    const { db, clock } = this.parts;
    // First whether it is theirs: nobody looks up names through what they may not change.
    await requireEndpoint(db, actor, id);
    const url = edit.url === undefined ? undefined : await this.checkedUrl(edit.url);
    const now = clock.now();
    const endpoint = await db.transaction(async (tx) => {
      const before = await requireEndpoint(tx, actor, id, true);
      await updateEndpoint(tx, id, url ?? before.url, edit.types === undefined ? before.types : [...new Set(edit.types)]);
      if (edit.enabled === true && before.disabledAt) await enableEndpoint(tx, id);
      if (edit.enabled === false) await disableEndpoint(tx, id, 'BY_HAND', now);
      const after = await requireEndpoint(tx, actor, id);
      const facts = (view: EndpointView) => ({ host: hostOf(view), types: view.types, enabled: view.disabledAt === null });
      await writeEvents(tx, actor, now, [
        this.eventOf('WEBHOOK_EDITED', actor, after, { before: facts(before), after: facts(after), urlChanged: before.url !== after.url }),
      ]);
      return after;
    });
    this.parts.wake.ring();
    return endpoint;
  }

  /**
   * Deletes an endpoint with all of its deliveries.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND
   */
  async deleteEndpoint(actor: Actor, id: string): Promise<EndpointView> {
    const { db, clock } = this.parts;
    const now = clock.now();
    const endpoint = await db.transaction(async (tx) => {
      const before = await requireEndpoint(tx, actor, id, true);
      await markDeleted(tx, id, now);
      await writeEvents(tx, actor, now, [this.eventOf('WEBHOOK_DELETED', actor, before, {})]);
      return { ...before, disabledAt: before.disabledAt ?? now, disabledReason: before.disabledReason ?? ('BY_HAND' as const) };
    });
    this.parts.wake.ring();
    return endpoint;
  }

  /**
   * Gives an endpoint a new secret. For a while webhooks carry a signature by the old one as well.
   *
   * @param overlapHours 0 to 168; with 0 the old one signs nothing more
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT
   */
  async rotateSecret(actor: Actor, id: string, overlapHours: number): Promise<EndpointWithSecret> {
    const { db, clock, secrets } = this.parts;
    requireOwner(actor);
    const overlapMs = checkedOverlap(overlapHours);
    const [secret, now] = [newSecret(), clock.now()];
    const until = overlapMs === 0 ? null : new Date(now.getTime() + overlapMs);
    const endpoint = await db.transaction(async (tx) => {
      await requireEndpoint(tx, actor, id, true);
      await replaceSecret(tx, id, secrets.seal(secret, placeOfWebhookSecret(id)), until);
      const after = await requireEndpoint(tx, actor, id);
      await writeEvents(tx, actor, now, [this.eventOf('WEBHOOK_SECRET_ROTATED', actor, after, { previousSecretUntil: until })]);
      return after;
    });
    this.parts.wake.ring();
    return { endpoint, secret };
  }

  private async checkedUrl(text: string): Promise<string> {
    return (await this.parts.guard.check(text)).url.href;
  }

  /** The URL alone stays out: what follows its host may be a secret. */
  private eventOf(type: EventType, actor: Actor, { id, url }: { id: string; url: string }, data: Record<string, unknown>): NewEvent {
    return { type, administratorId: actor.administratorId ?? undefined, data: { endpointId: id, host: hostOf({ url }), ...data } };
  }
}

function hostOf({ url }: { url: string }): string {
  return new URL(url).host;
}
