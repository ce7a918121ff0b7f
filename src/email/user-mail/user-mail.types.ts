/** What GraphQL shows of the mails to users. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Connection } from '../../graphql/connection.ts';
import { ProviderEnum, TemplateNameEnum, UserMailStatusEnum } from '../../graphql/enums.ts';
import { DateTime } from '../../graphql/scalars.ts';
import type { ProviderName } from '../settings/email-settings.rules.ts';
import type { TemplateName } from '../templates/template.rules.ts';
import type { EmailHealth, UserMailView } from './user-mail.repository.ts';
import type { UserMailStatus } from './user-mail.rules.ts';

@ObjectType('UserMail', { description: 'One mail to a user of an account: its row exists before anything is sent.', simpleResolvers: true })
export class UserMailType implements UserMailView {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => TemplateNameEnum, { description: 'Which mail it is.' })
  template!: TemplateName;

  @Field(() => UserMailStatusEnum, { description: 'Where it stands.' })
  status!: UserMailStatus;

  @Field(() => String, {
    nullable: true,
    description: 'To which address it goes; masked for a partner without the scope `email:write`, and null 30 days after its end.',
  })
  recipient!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its subject, once it was composed; null for a partner without the scope `email:write`, and 30 days after its end.',
  })
  subject!: string | null;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts!: number;

  @Field(() => DateTime, { description: 'When it is, or was, due.' })
  sendAfter!: Date;

  @Field(() => DateTime, { description: 'When it is of no use any more: it is not sent later.' })
  expiresAt!: Date;

  @Field(() => String, { description: 'Its Message-ID, the same over every attempt.' })
  messageId!: string;

  @Field(() => ProviderEnum, { nullable: true, description: 'Who was asked to send it last.' })
  provider!: ProviderName | null;

  @Field(() => String, { nullable: true, description: 'What the provider answered last, or why it was not asked.' })
  answer!: string | null;

  @Field(() => DateTime, { description: 'When it was put into the ledger.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was sent, given up or skipped.' })
  finishedAt!: Date | null;
}

@ObjectType('EmailHealth', { description: "How sending to an account's users goes.", simpleResolvers: true })
export class EmailHealthType implements EmailHealth {
  accountNumber!: number;

  @Field(() => Int, { description: 'How many mails wait or are under way.' })
  queued!: number;

  @Field(() => DateTime, { nullable: true, description: 'Since when the oldest of them waits.' })
  oldestQueuedAt!: Date | null;

  @Field(() => Int, { description: 'How many were given up in the last 24 hours.' })
  failed!: number;

  @Field(() => String, { nullable: true, description: 'What its provider answered last.' })
  lastAnswer!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'While its provider takes nothing: until when no mail is begun. Then one at a time finds out whether it is well again.',
  })
  heldUntil!: Date | null;
}

export const UserMailConnection = Connection(UserMailType);
export const EmailHealthConnection = Connection(EmailHealthType);
