/** What GraphQL shows of the machinery behind the catalogue. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { QueueNameEnum, SweepOutcomeEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { QueueFailure, QueueName, QueueView, SweepView } from './operations.rules.ts';

@ObjectType('Sweep', { description: 'A recurring piece of work of the workers, as whichever of them last did it.', simpleResolvers: true })
export class SweepType implements SweepView {
  @Field(() => ID, { description: 'Its name.' })
  name!: string;

  @Field(() => SweepOutcomeEnum, { description: 'How its last run ended.' })
  outcome!: SweepView['outcome'];

  @Field(() => DateTime, { nullable: true, description: 'When it last ended well; null where it never has.' })
  finishedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'How long that run took, in milliseconds.' })
  durationMs!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it last failed; null where it never has.' })
  failedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What it failed with.' })
  lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it runs again at the latest; what happens meanwhile wakes it sooner.' })
  nextRunAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When its next piece of work falls due, as far as one is known.' })
  nextWorkAt!: Date | null;

  @Field(() => Boolean, { description: 'Whether it should have run again by now: no worker may be running.' })
  isLate!: boolean;
}

@ObjectType('QueueFailure', { description: 'What a queue gave up.', simpleResolvers: true })
export class QueueFailureType implements QueueFailure {
  @Field(() => ID, { description: 'The id of the mail or delivery.' })
  id!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was given up.' })
  failedAt!: Date | null;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts!: number;

  @Field(() => String, {
    nullable: true,
    description: 'To whom: the address of an administrator, the id of an account, or the host of an endpoint.',
  })
  to!: string | null;

  @Field(() => String, { nullable: true, description: 'What was answered last, or why nothing was.' })
  error!: string | null;
}

@ObjectType('Queue', { description: 'What waits to be sent, and what was given up.', simpleResolvers: true })
export class QueueType implements QueueView {
  @Field(() => QueueNameEnum, { description: 'Which queue.' })
  name!: QueueName;

  @Field(() => Int, { description: 'How many wait, for their time or for their next attempt.' })
  queued!: number;

  @Field(() => Int, { description: 'How many of those are due by now.' })
  due!: number;

  @Field(() => Int, { description: 'How many are under way.' })
  sending!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when the oldest one is due that is neither sent nor given up; null where none is.',
  })
  oldestDueAt!: Date | null;

  @Field(() => Int, { description: 'How many were given up and not tried again, of those that are kept.' })
  failed!: number;

  @Field(() => [QueueFailureType], { description: 'The last twenty of them, latest first.' })
  failures!: readonly QueueFailure[];
}

@ObjectType('Retry', { description: 'What trying again came to.', simpleResolvers: true })
export class RetryType {
  @Field(() => Int, { description: 'How many are tried again, a thousand at most.' })
  retried!: number;

  @Field(() => Int, { description: 'How many are left: call again while there are.' })
  remaining!: number;
}
