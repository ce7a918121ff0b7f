/** What GraphQL shows of webhooks. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { EventType } from '../events/log.ts';
import { Connection } from '../graphql/connection.ts';
import { DeliveryStatusEnum, DisabledReasonEnum, EventTypeEnum, WebhookOwnerEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { DeliveryView } from './deliveries.repository.ts';
import type { ReplayReport } from './deliveries.service.ts';
import type { EndpointView } from './endpoints.repository.ts';
import type { DeliveryStatus, DisabledReason, Owner } from './webhook.rules.ts';
import type { EndpointWithSecret } from './webhooks.service.ts';

@ObjectType('WebhookEndpoint', { description: 'Where somebody is told of events, by HTTPS.', simpleResolvers: true })
export class WebhookEndpointType implements EndpointView {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => WebhookOwnerEnum, { description: 'Whose it is, which decides what it is told.' })
  owner!: Owner;

  @Field(() => String, { description: 'Who made it.' })
  createdBy!: string;

  @Field(() => String, { description: 'Where webhooks are posted to.' })
  url!: string;

  @Field(() => [String], { description: 'Of which types of events it is told; empty means all.' })
  types!: string[];

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when it is tried and takes nothing; null while all is well. After five days it is disabled.',
  })
  failingSince!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was disabled; null while it is enabled.' })
  disabledAt!: Date | null;

  @Field(() => DisabledReasonEnum, { nullable: true, description: 'Why it was disabled.' })
  disabledReason!: DisabledReason | null;

  @Field(() => DateTime, { nullable: true, description: 'After a rotation: until when the secret before it signs too; may have passed.' })
  previousSecretUntil!: Date | null;
}

export const WebhookEndpointConnection = Connection(WebhookEndpointType);

@ObjectType('WebhookEndpointWithSecret', { description: 'An endpoint with its new secret.', simpleResolvers: true })
export class WebhookEndpointWithSecretType implements EndpointWithSecret {
  @Field(() => WebhookEndpointType, { description: 'The endpoint.' })
  endpoint!: WebhookEndpointType;

  @Field(() => String, { description: 'What webhooks are verified with, `whsec_…`: shown this once.' })
  secret!: string;
}

@ObjectType('WebhookDelivery', { description: 'One event for one endpoint.', simpleResolvers: true })
export class WebhookDeliveryType implements DeliveryView {
  endpointId!: string;

  @Field(() => ID, { description: 'Its id, which is the `webhook-id` of every attempt.' })
  id!: string;

  @Field(() => String, { description: 'The type of the event; TEST for a test.' })
  type!: string;

  @Field(() => DeliveryStatusEnum, { description: 'Where it stands.' })
  status!: DeliveryStatus;

  @Field(() => String, {
    nullable: true,
    description: 'What is posted: JSON, the same at every attempt. Null where it tells of an account that the owner no longer sees.',
  })
  body!: string | null;

  @Field(() => Int, { description: 'How often it was tried since it was queued last.' })
  attempts!: number;

  @Field(() => DateTime, { description: 'When it is, or was, due.' })
  sendAfter!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the last attempt ended.' })
  attemptedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'How long the last attempt took, in milliseconds.' })
  durationMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the last answer; null where there was none.' })
  statusCode!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The beginning of the last answer, or why there was none. Null too where the body is, unless nothing was sent.',
  })
  answer!: string | null;

  @Field(() => DateTime, { description: 'When it was put into the ledger.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was delivered, given up or skipped; it is kept for 30 days after.' })
  finishedAt!: Date | null;
}

export const WebhookDeliveryConnection = Connection(WebhookDeliveryType);

@ObjectType('WebhookReplay', { description: 'What a replay did.', simpleResolvers: true })
export class WebhookReplayType implements ReplayReport {
  @Field(() => Int, { description: 'How many deliveries it queued.' })
  queued!: number;

  @Field(() => String, { description: 'Up to where the log was looked at: give it as `after` to go on.' })
  cursor!: string;

  @Field(() => Boolean, { description: 'Whether there is more behind the cursor.' })
  hasMore!: boolean;
}

@InputType({ description: 'A new endpoint.' })
export class NewWebhookEndpointInput {
  @Field(() => String, { description: 'An address that begins with https://, on port 443 or 8443 of a server on the public internet.' })
  url!: string;

  @Field(() => [EventTypeEnum], { nullable: true, description: 'Of which types of events it is to be told; left out or empty: all.' })
  types?: EventType[] | null;
}

@InputType({ description: 'What is to change of an endpoint; what is left out stays.' })
export class EditWebhookEndpointInput {
  @Field(() => String, { nullable: true, description: 'As for a new one.' })
  url?: string | null;

  @Field(() => [EventTypeEnum], { nullable: true, description: 'As for a new one; empty means all.' })
  types?: EventType[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is told anything. What waits for one that is disabled is skipped.' })
  enabled?: boolean | null;
}
