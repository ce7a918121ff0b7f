/** What GraphQL shows of the ledger of mails. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { MailStatusEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { MailStatus, MailView } from './mail.repository.ts';

@ObjectType('Mail', { description: 'One mail of the ledger: its row exists before anything is sent.', simpleResolvers: true })
export class MailType implements MailView {
  administratorId!: string;

  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => String, { description: "The administrator's local day it is for: at most one mail each." })
  occasion!: string;

  @Field(() => MailStatusEnum, { description: 'Where it stands.' })
  status!: MailStatus;

  @Field(() => DateTime, { description: 'When it is, or was, due.' })
  sendAfter!: Date;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts!: number;

  @Field(() => String, { description: 'Its Message-ID, the same over every attempt.' })
  messageId!: string;

  @Field(() => String, { nullable: true, description: 'To which address it went.' })
  recipient!: string | null;

  @Field(() => String, { nullable: true, description: 'Its subject.' })
  subject!: string | null;

  @Field(() => String, { nullable: true, description: 'What the mail server said the last time it was refused.' })
  lastError!: string | null;

  @Field(() => DateTime, { description: 'When it was put into the ledger.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was sent, given up or skipped.' })
  finishedAt!: Date | null;
}

export const MailConnection = Connection(MailType);
