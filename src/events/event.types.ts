/** What GraphQL shows of the event log. */
import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import { Connection, PageArgs } from '../graphql/connection.ts';
import { EventOrderEnum, EventTypeEnum } from '../graphql/enums.ts';
import { DateTime, JSONObject } from '../graphql/scalars.ts';
import type { EventOrder } from './event-order.rules.ts';
import type { EventType, LoggedEvent } from './log.ts';

@ObjectType('Event', { description: 'An immutable record that something changed.', simpleResolvers: true })
export class EventObject implements LoggedEvent {
  accountNumber!: number | null;
  administratorId!: string | null;
  migrationId!: string | null;
  tokenId!: string | null;

  @Field(() => String, { description: 'Its place in the log.' })
  cursor!: string;

  @Field(() => DateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => EventTypeEnum, { description: 'What happened.' })
  type!: EventType;

  @Field(() => String, { description: 'The role of who did it; SYSTEM is the clock.' })
  actorRole!: string;

  @Field(() => String, { description: 'Who did it.' })
  actor!: string;

  @Field(() => JSONObject, { description: 'Before and after, the reason given, counts.' })
  data!: LoggedEvent['data'];
}

@ObjectType('EventKey', { description: 'What is shown of a token an event was done with.', simpleResolvers: true })
export class EventKeyObject {
  @Field(() => String, { description: 'Its first characters, as in the list of tokens.' })
  prefix!: string;

  @Field(() => String, { description: 'What people call it.' })
  name!: string;
}

@ArgsType()
export class EventsArgs extends PageArgs {
  @Field(() => EventOrderEnum, {
    defaultValue: 'NEWEST_FIRST',
    description:
      'NEWEST_FIRST shows all there is. OLDEST_FIRST stops at the oldest change still under way: from its last cursor you can go on at any time and miss nothing.',
  })
  order!: EventOrder;

  @Field(() => ID, { nullable: true, description: 'Only of this migration.' })
  migration?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only of this account.' })
  account?: string | null;

  @Field(() => [EventTypeEnum], { nullable: true, description: 'Only of these types.' })
  types?: EventType[] | null;

  @Field(() => String, { nullable: true, description: 'Only by whom the log names exactly so.' })
  actor?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only with the token of this id.' })
  token?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Only from this instant on.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Only until before this instant.' })
  to?: Date | null;
}

export const EventConnection = Connection(EventObject);
