/** What GraphQL shows of the links of calendars. */
import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../../graphql/scalars.ts';

@ObjectType('CalendarLink', { description: 'Where a calendar reads your deadlines.', simpleResolvers: true })
export class CalendarLinkType {
  @Field(() => DateTime, { description: 'Since when it is there.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When a calendar last read it, to the minute; null where none has.' })
  lastReadAt!: Date | null;
}

@ObjectType('CreatedCalendarLink', { description: 'A link at the one moment its address can be seen.', simpleResolvers: true })
export class CreatedCalendarLinkType {
  @Field(() => String, {
    description: 'The address to subscribe to in a calendar. Whoever has it reads your deadlines; it is shown once and kept nowhere.',
  })
  url!: string;

  @Field(() => DateTime, { description: 'Since when it is there.' })
  createdAt!: Date;
}
