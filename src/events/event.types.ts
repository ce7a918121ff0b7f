/** What GraphQL shows of the event log. */
import { Field, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { EventTypeEnum } from '../graphql/enums.ts';
import { DateTime, JSONObject } from '../graphql/scalars.ts';
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

export const EventConnection = Connection(EventObject);
