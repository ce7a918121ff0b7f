import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { DeliveryStatusEnum } from '../graphql/enums.ts';
import { withoutNulls } from '../graphql/input.ts';
import type { DeliveryStatus } from './webhook.rules.ts';
import {
  EditWebhookEndpointInput,
  NewWebhookEndpointInput,
  WebhookDeliveryConnection,
  WebhookDeliveryType,
  WebhookEndpointConnection,
  WebhookEndpointType,
  WebhookEndpointWithSecretType,
  WebhookReplayType,
} from './webhook.types.ts';

const WHO = 'For operators, administrators, and partners with the scope webhooks:write.';
const ENDPOINT = { description: 'The id of the endpoint.' };

@Resolver(() => WebhookEndpointType)
export class WebhooksResolver {
  @Query(() => WebhookEndpointConnection, {
    description: `Endpoints of webhooks, newest first: all for operators, their own for others. ${WHO}`,
  })
  async webhookEndpoints(@Ctx() context: Context, @Args(() => PageArgs) { page }: PageArgs) {
    return toConnection(await context.services.webhooks.endpoints(requireActor(context), page), (view) => view);
  }

  @Query(() => WebhookDeliveryConnection, {
    description: `What was delivered to an endpoint in the last 30 days, and what waits, newest first. ${WHO} Errors: NOT_FOUND.`,
  })
  async webhookDeliveries(
    @Ctx() context: Context,
    @Arg('endpoint', () => ID, ENDPOINT) endpoint: string,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('status', () => DeliveryStatusEnum, { nullable: true, description: 'Only deliveries in this state.' })
    status?: DeliveryStatus | null,
  ) {
    const { webhookDeliveries } = context.services;
    return toConnection(await webhookDeliveries.deliveries(requireActor(context), endpoint, status ?? null, page), (view) => view);
  }

  @Mutation(() => WebhookEndpointWithSecretType, {
    description:
      'Makes an endpoint. An operator’s is told of everything, others of what happens to the accounts they see at that time. ' +
      `Signed by the Standard Webhooks specification; the secret is shown this once. ${WHO} Errors: INVALID_INPUT, HOST_FORBIDDEN, TOO_LARGE.`,
  })
  createWebhookEndpoint(
    @Ctx() context: Context,
    @Arg('input', () => NewWebhookEndpointInput, { description: 'The endpoint.' }) input: NewWebhookEndpointInput,
  ) {
    const { url, types } = input;
    return context.services.webhooks.createEndpoint(requireActor(context), { url, types: types ?? [] });
  }

  @Mutation(() => WebhookEndpointType, {
    description:
      'Changes, disables or enables an endpoint. Enabled anew it is told of what happens from then on; replayWebhooks brings the rest. ' +
      `${WHO} Errors: NOT_FOUND, INVALID_INPUT, HOST_FORBIDDEN.`,
  })
  editWebhookEndpoint(
    @Ctx() context: Context,
    @Arg('id', () => ID, ENDPOINT) id: string,
    @Arg('input', () => EditWebhookEndpointInput, { description: 'What is to change.' }) input: EditWebhookEndpointInput,
  ) {
    return context.services.webhooks.editEndpoint(requireActor(context), id, withoutNulls(input));
  }

  @Mutation(() => WebhookEndpointType, { description: `Deletes an endpoint with all of its deliveries. ${WHO} Errors: NOT_FOUND.` })
  deleteWebhookEndpoint(@Ctx() context: Context, @Arg('id', () => ID, ENDPOINT) id: string) {
    return context.services.webhooks.deleteEndpoint(requireActor(context), id);
  }

  @Mutation(() => WebhookEndpointWithSecretType, {
    description:
      'Gives an endpoint a new secret, shown this once. Until the overlap ends webhooks carry a signature by each. ' +
      `${WHO} Errors: NOT_FOUND, INVALID_INPUT.`,
  })
  rotateWebhookSecret(
    @Ctx() context: Context,
    @Arg('id', () => ID, ENDPOINT) id: string,
    @Arg('overlapHours', () => Int, { defaultValue: 24, description: 'How long the secret before goes on signing: 0 to 168 hours.' })
    overlapHours: number,
  ) {
    return context.services.webhooks.rotateSecret(requireActor(context), id, overlapHours);
  }

  @Mutation(() => WebhookDeliveryType, {
    description: `Sends one test now and tells what came of it; at most 10 a minute for an endpoint. ${WHO} Errors: NOT_FOUND, RATE_LIMITED.`,
  })
  sendTestWebhook(@Ctx() context: Context, @Arg('endpoint', () => ID, ENDPOINT) endpoint: string) {
    return context.services.webhookDeliveries.sendTest(requireActor(context), endpoint);
  }

  @Mutation(() => WebhookDeliveryType, {
    description: `Delivers once more, by the same webhook-id and with ten tries of its own. ${WHO} Errors: NOT_FOUND, WRONG_STATE, RATE_LIMITED.`,
  })
  redeliverWebhook(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the delivery, which is its webhook-id.' }) id: string,
  ) {
    return context.services.webhookDeliveries.redeliver(requireActor(context), id);
  }

  @Mutation(() => WebhookReplayType, {
    description:
      'Delivers again what the log holds behind a cursor, of the endpoint’s types and of what its owner sees now: up to 1,000 deliveries ' +
      `of 5,000 events at a time. ${WHO} Errors: NOT_FOUND, INVALID_CURSOR, CURSOR_EXPIRED, WRONG_STATE, RATE_LIMITED.`,
  })
  replayWebhooks(
    @Ctx() context: Context,
    @Arg('endpoint', () => ID, ENDPOINT) endpoint: string,
    @Arg('after', () => String, { description: 'The cursor of the last event that need not come again.' }) after: string,
  ) {
    return context.services.webhookDeliveries.replay(requireActor(context), endpoint, after);
  }
}
