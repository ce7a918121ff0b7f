/** What GraphQL shows and takes of the mails to accounts' users. */
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { TemplateNameEnum } from '../../graphql/enums.ts';
import { DateTime } from '../../graphql/scalars.ts';
import type { Mailbox } from '../outgoing-mail.ts';
import type { TemplateName, TemplatePatch } from './template.rules.ts';
import type { TemplatePreview, TemplateView } from './templates.service.ts';

@ObjectType('EmailTemplate', {
  description: "A mail to the users of an account, as the account set it: kept also while the platform's own is sent instead.",
  simpleResolvers: true,
})
export class EmailTemplateType implements TemplateView {
  @Field(() => TemplateNameEnum, { description: 'Which mail.' })
  name!: TemplateName;

  @Field(() => Boolean, { description: 'Whether the account changed anything of it. If not, this is what the platform sends.' })
  customised!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "`Name <address>` or an address; null: the default sender of the account's settings, else the platform's.",
  })
  from!: string | null;

  @Field(() => String, { description: 'Liquid that makes one line.' })
  subject!: string;

  @Field(() => String, { description: 'Liquid that makes HTML.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Where a person goes after the link; null: a page of the platform.' })
  resultUrl!: string | null;

  @Field(() => Int, { description: 'How long its link works, in seconds.' })
  linkLifetimeSeconds!: number;

  @Field(() => Boolean, { description: 'Whether it is sent at all.' })
  enabled!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When it was last changed; null while nothing is customised.' })
  updatedAt!: Date | null;

  @Field(() => Boolean, {
    description:
      "Whether mails sent now have this subject and body. False: the platform's are sent, until the account has its own provider.",
  })
  wordsInUse!: boolean;

  @Field(() => String, { description: 'The sender of mails sent now.' })
  senderInUse!: string;
}

@ObjectType('EmailSender', { description: 'Who a mail is from.', simpleResolvers: true })
export class EmailSenderType implements Mailbox {
  @Field(() => String, { description: 'For people; may be empty.' })
  name!: string;

  @Field(() => String, { description: 'The address.' })
  address!: string;
}

@ObjectType('RenderedEmail', { description: 'A mail with sample data.', simpleResolvers: true })
export class RenderedEmailType {
  @Field(() => EmailSenderType, { description: 'Who it is from.' })
  from!: Mailbox;

  @Field(() => String, { description: 'Its subject.' })
  subject!: string;

  @Field(() => String, { description: 'Its HTML. Show it in a frame that runs no script: an account wrote it.' })
  html!: string;

  @Field(() => String, { description: 'The same as plain text, made of the HTML.' })
  text!: string;
}

@ObjectType('EmailTemplatePreview', { description: 'A mail with sample data, as it is and as it would be.', simpleResolvers: true })
export class EmailTemplatePreviewType implements TemplatePreview {
  @Field(() => TemplateNameEnum, { description: 'Which mail.' })
  name!: TemplateName;

  @Field(() => RenderedEmailType, { description: 'As it is sent now.' })
  today!: TemplatePreview['today'];

  @Field(() => RenderedEmailType, { description: 'As it is sent once the migration behind the gate FROM_ADDRESS is on.' })
  afterFromAddress!: TemplatePreview['afterFromAddress'];

  @Field(() => RenderedEmailType, { description: 'As it is sent once the migration behind the gate EMAIL_TEMPLATE is on.' })
  afterEmailTemplate!: TemplatePreview['afterEmailTemplate'];
}

@InputType('EmailTemplateInput', {
  description:
    'What to change of a mail. What is left out stays as it is. Subject and body are Liquid with the variables `user.name`, `user.email`, ' +
    '`application.name`, `account.name`, `platform.name`, `url` (empty where a mail has no link), `link_lifetime` (in words, e.g. ' +
    '`5 days`) and `link_lifetime_hours`. Values are escaped for HTML in the body, always. Tags: assign, case, comment, for, if, ' +
    'raw, unless. A variable, tag or filter that is not there is refused.',
})
export class EmailTemplateInput implements TemplatePatch {
  @Field(() => String, {
    nullable: true,
    description: '`Name <address>` or an address, without Liquid; null takes the default sender of the settings.',
  })
  from?: string | null;

  @Field(() => String, { nullable: true, description: 'Liquid, up to 500 characters; one line of it is left when it is filled in.' })
  subject?: string;

  @Field(() => String, { nullable: true, description: 'Liquid that makes HTML, up to 100,000 characters.' })
  body?: string;

  @Field(() => String, {
    nullable: true,
    description: 'https, or http for localhost; null takes a page of the platform.',
  })
  resultUrl?: string | null;

  @Field(() => Int, { nullable: true, description: 'From a minute to five days, in seconds.' })
  linkLifetimeSeconds?: number;

  @Field(() => Boolean, { nullable: true, description: 'False: it is not sent any more.' })
  enabled?: boolean;
}
