/** What GraphQL shows callers of themselves. */
import { Field, ObjectType } from 'type-graphql';
import { RoleEnum } from '../graphql/enums.ts';
import type { Actor, Role } from './actor.ts';

@ObjectType('Me', { description: 'Who calls.', simpleResolvers: true })
export class MeType implements Pick<Actor, 'subject' | 'scopes'> {
  administratorId!: string | null;

  @Field(() => RoleEnum, { description: 'What you may do.' })
  role!: Role;

  @Field(() => String, { description: 'Your name, as the event log has it.' })
  subject!: string;

  @Field(() => [String], { description: 'The scopes of the token of a partner; empty for everybody else.' })
  scopes!: Actor['scopes'];
}
