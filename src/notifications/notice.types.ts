/** What GraphQL shows of notices. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { NoticeKindEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';

@ObjectType('Notice', { description: 'A dashboard notification to an administrator.', simpleResolvers: true })
export class NoticeType {
  migrationId!: string;

  @Field(() => ID, { description: 'Its id, to dismiss it by.' })
  id!: string;

  @Field(() => NoticeKindEnum, { description: 'What it tells.' })
  kind!: 'OPEN' | 'RESCHEDULED' | 'ON';

  @Field(() => String, { description: 'It, in a sentence.' })
  message!: string;

  @Field(() => Int, { description: 'For how many of your accounts there is still something to do.' })
  openAccounts!: number;

  @Field(() => DateTime, { description: 'Since when it stands.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When you dismissed it.' })
  dismissedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When nothing was left to do about it.' })
  closedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Its place in the event log where a subscription sends it; null in lists.' })
  cursor?: string;
}

export const NoticeConnection = Connection(NoticeType);
