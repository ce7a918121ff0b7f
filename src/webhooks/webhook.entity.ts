import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { Administrator } from '../accounts/administrator.entity.ts';
import { Token } from '../auth/token.entity.ts';
import type { DeliveryStatus, DisabledReason, Owner } from './webhook.rules.ts';

const WebhookEndpointSchema = defineEntity({
  name: 'WebhookEndpoint',
  tableName: 'webhook_endpoint',
  properties: {
    id: p.uuid().primary(),
    owner: p.text().$type<Owner>().check(`"owner" in ('OPERATOR', 'ADMINISTRATOR', 'PARTNER')`),
    administratorId: () => p.manyToOne(Administrator).mapToPk().nullable().index('webhook_endpoint_administrator_id_index'),
    tokenId: () => p.manyToOne(Token).mapToPk().nullable().index('webhook_endpoint_token_id_index'),
    /** Who made it, as the log names them. */
    createdBy: p.text(),
    url: p.text(),
    /** Of events; none means all. */
    types: p.array().$type<string[]>(),
    /** Sealed, as is the one before it, which signs too until `previousUntil`. */
    secret: p.text(),
    previousSecret: p.text().nullable(),
    previousUntil: p.datetime(3).nullable(),
    /** The transaction from which on events are delivered: the one in which it was made or enabled. */
    since: p.text().columnType('xid8'),
    /** Since when it is tried and takes nothing. */
    failingSince: p.datetime(3).nullable(),
    disabledAt: p.datetime(3).nullable(),
    disabledReason: p.text().$type<DisabledReason>().nullable().check(`"disabled_reason" in ('BY_HAND', 'GONE', 'FAILING')`),
    /** The row goes once its deliveries have. */
    deletedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});

/** Where somebody wants to be told of events. */
export class WebhookEndpoint extends WebhookEndpointSchema.class {}
WebhookEndpointSchema.setClass(WebhookEndpoint);

const WebhookDeliverySchema = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_delivery',
  indexes: [
    { name: 'webhook_delivery_due_index', properties: ['endpointId', 'sendAfter', 'id'], where: `"status" = 'QUEUED'` },
    { name: 'webhook_delivery_sending_index', properties: ['endpointId'], where: `"status" = 'SENDING'` },
    { name: 'webhook_delivery_endpoint_id_id_index', properties: ['endpointId', 'id'] },
    { name: 'webhook_delivery_failed_index', properties: ['finishedAt', 'id'], where: `"status" = 'FAILED'` },
    { name: 'webhook_delivery_finished_index', properties: ['finishedAt'], where: '"finished_at" is not null' },
  ],
  uniques: [{ name: 'webhook_delivery_event_unique', properties: ['endpointId', 'eventId'] }],
  properties: {
    /** The `webhook-id` of every attempt. */
    id: p.uuid().primary(),
    endpointId: () => p.manyToOne(WebhookEndpoint).mapToPk(),
    /** Null for a test. */
    eventId: p.bigint('number').nullable(),
    /** Whose event it is. */
    accountNumber: () => p.manyToOne(Account).mapToPk().nullable().joinColumn('account_number'),
    type: p.text(),
    /** What is sent, the same at every attempt. */
    body: p.text(),
    status: p.text().$type<DeliveryStatus>().check(`"status" in ('QUEUED', 'SENDING', 'DELIVERED', 'FAILED', 'SKIPPED')`),
    attempts: p.integer(),
    sendAfter: p.datetime(3),
    claimedUntil: p.datetime(3).nullable(),
    /** Of the last attempt, as are the following. */
    attemptedAt: p.datetime(3).nullable(),
    durationMs: p.integer().nullable(),
    statusCode: p.integer().nullable(),
    answer: p.text().nullable(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});

/** One event for one endpoint; its row exists before anything is sent. */
export class WebhookDelivery extends WebhookDeliverySchema.class {}
WebhookDeliverySchema.setClass(WebhookDelivery);
