import { SYSTEM } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { placeOfWebhookSecret } from '../secrets/places.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type ClaimedDelivery, type DeliveryOutcome, markFailing, markWell, recordOutcome } from './claims.repository.ts';
import { disableEndpoint } from './endpoints.repository.ts';
import { signedHeaders } from './signature.ts';
import { DISABLED_AFTER_MS, type DisabledReason, retryDelayMs } from './webhook.rules.ts';
import type { RequestOutcome, WebhookRequests } from './webhook-request.provider.ts';

const GONE = 410;

/** What is sent where. */
export interface SignedMessage {
  readonly id: string;
  readonly endpointId: string;
  readonly url: string;
  readonly body: string;
  /** Sealed, as is the one before, which signs until `previousUntil`. */
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousUntil: Date | null;
}

/** Whether a receiver took what was sent: by any status of success, and by nothing else. */
export function isTaken({ statusCode }: RequestOutcome): boolean {
  return statusCode !== null && statusCode >= 200 && statusCode < 300;
}

/** Makes single attempts and draws the conclusions: again later, given up, endpoint disabled. */
export class WebhookAttempts {
  /** @param attempted told what came of each attempt */
  constructor(
    private readonly db: Database,
    private readonly wake: Pick<Wake, 'ring'>,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly requests: Pick<WebhookRequests, 'post'>,
    private readonly attempted: (outcome: string) => void = () => undefined,
  ) {}

  /** Signs and posts a message, once. @throws GracelineError SECRET_UNREADABLE */
  async post({ id, endpointId, url, body, secret, previousSecret, previousUntil }: SignedMessage): Promise<RequestOutcome> {
    const now = this.clock.now();
    const sealed = previousSecret !== null && previousUntil !== null && previousUntil > now ? [secret, previousSecret] : [secret];
    const secrets = sealed.map((text) => this.secrets.open(text, placeOfWebhookSecret(endpointId)));
    return this.requests.post(url, signedHeaders(id, now, body, secrets), body);
  }

  /** Makes one attempt at a delivery and writes down what came of it. */
  async make(claim: ClaimedDelivery): Promise<void> {
    if (!claim.allowed) {
      const answer = 'The owner of the endpoint no longer sees the account of this event.';
      await this.record(claim, { status: 'SKIPPED', sendAfter: null, statusCode: null, answer, durationMs: 0 });
      this.attempted('skipped');
      return;
    }
    // A secret that no key opens is a failure of this endpoint alone; its owner may rotate it.
    const outcome = await this.post(claim).catch((error: unknown) => {
      if (!(error instanceof GracelineError)) throw error;
      return { statusCode: null, answer: 'It could not be signed: the secret cannot be read. Rotate it.', durationMs: 0 };
    });
    if (isTaken(outcome)) {
      await this.record(claim, { ...outcome, status: 'DELIVERED', sendAfter: null });
      await markWell(this.db, claim.endpointId);
      this.attempted('sent');
    } else await this.recordFailure(claim, outcome);
  }

  private record(claim: ClaimedDelivery, outcome: DeliveryOutcome): Promise<boolean> {
    return recordOutcome(this.db, claim, outcome, this.clock.now());
  }

  private async recordFailure(claim: ClaimedDelivery, outcome: RequestOutcome): Promise<void> {
    const now = this.clock.now();
    const isGone = outcome.statusCode === GONE;
    const delayMs = isGone ? null : retryDelayMs(claim.attempts, Math.random());
    const ending =
      delayMs === null
        ? ({ status: 'FAILED', sendAfter: null } as const)
        : ({ status: 'QUEUED', sendAfter: new Date(now.getTime() + delayMs) } as const);
    const disabled = await this.db.transaction(async (tx) => {
      // Whose claim had ended learnt it of an endpoint all the same.
      await recordOutcome(tx, claim, { ...outcome, ...ending }, now);
      const since = await markFailing(tx, claim, now);
      const reason: DisabledReason | null = isGone ? 'GONE' : since.getTime() <= now.getTime() - DISABLED_AFTER_MS ? 'FAILING' : null;
      if (!reason || !(await disableEndpoint(tx, claim.endpointId, reason, now))) return false;
      const data = { endpointId: claim.endpointId, host: new URL(claim.url).host, reason, failingSince: since };
      await writeEvents(tx, SYSTEM, now, [{ type: 'WEBHOOK_DISABLED', data }]);
      return true;
    });
    this.attempted(delayMs === null ? 'failed' : 'retried');
    if (disabled) this.wake.ring();
  }
}
