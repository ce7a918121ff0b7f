import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { QueueType, RetryType, SweepType } from './operations.types.ts';

@Resolver()
export class OperationsResolver {
  @Query(() => [SweepType], {
    description: 'What workers do again and again, and when each last ended how, by name. For operators. Errors: FORBIDDEN.',
  })
  sweeps(@Ctx() context: Context) {
    return context.services.operations.sweeps(requireActor(context));
  }

  @Query(() => [QueueType], {
    description: 'How reminders, mails to users and webhooks wait, and what was given up. For operators. Errors: FORBIDDEN.',
  })
  queues(@Ctx() context: Context) {
    return context.services.operations.queues(requireActor(context));
  }

  @Mutation(() => RetryType, {
    description:
      'Tries the reminder mails again that were given up, the oldest first, a thousand at a time. For operators. Errors: FORBIDDEN.',
  })
  retryFailedMails(@Ctx() context: Context) {
    return context.services.mails.retryFailed(requireActor(context));
  }

  @Mutation(() => RetryType, {
    description:
      'Delivers again what an endpoint was not told, the oldest first, a thousand at a time. For operators, administrators, and partners with the scope ' +
      'webhooks:write. Errors: NOT_FOUND, RATE_LIMITED; WRONG_STATE for a disabled endpoint.',
  })
  redeliverFailedWebhooks(
    @Ctx() context: Context,
    @Arg('endpoint', () => ID, { description: 'The id of the endpoint.' }) endpoint: string,
  ) {
    return context.services.webhookDeliveries.redeliverFailed(requireActor(context), endpoint);
  }
}
