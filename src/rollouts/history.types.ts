/** What GraphQL shows of how a rollout came to where it is. */
import { Field, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../graphql/scalars.ts';
import type { HistoryPoint } from './history.rules.ts';

@ObjectType('RolloutPoint', {
  description: 'How far a rollout was at an instant. Each affected account is in exactly one of the other counts.',
  simpleResolvers: true,
})
export class RolloutPoint implements Omit<HistoryPoint, 'born'> {
  @Field(() => DateTime, { description: 'The instant.' })
  at!: Date;

  @Field(() => Int, { description: 'Accounts it touched.' })
  affected!: number;

  @Field(() => Int, { description: 'On: they had opted in.' })
  optedIn!: number;

  /** Shown as `new`. */
  born!: number;

  @Field(() => Int, { description: 'On: the deadline had passed.' })
  mandatory!: number;

  @Field(() => Int, { description: 'Off: they had a later deadline of their own.' })
  extended!: number;

  @Field(() => Int, { description: 'Off: they were left alone for a time.' })
  exempt!: number;

  @Field(() => Int, { description: 'Off: they had still to act.' })
  pending!: number;
}
