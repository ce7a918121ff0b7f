/** What GraphQL shows and takes of email settings. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ProviderEnum } from '../../graphql/enums.ts';
import { DateTime } from '../../graphql/scalars.ts';
import type { ProviderName } from './email-settings.rules.ts';
import type { EmailSettingsView, MandrillView, SecretView, SendGridView, SesView, SmtpView } from './email-settings.view.ts';

const SECRET = 'Kept sealed and never shown again.';
const KEEPS = 'Left out: as it is.';

@ObjectType('StoredSecret', { description: 'What is shown of a secret.', simpleResolvers: true })
export class StoredSecretType implements SecretView {
  @Field(() => Boolean, { description: 'Whether there is one.' })
  isSet!: boolean;

  @Field(() => String, { nullable: true, description: 'Its last four characters; null for one of fewer than 16.' })
  hint!: string | null;
}

@ObjectType('SesSettings', { description: 'Amazon SES.', simpleResolvers: true })
export class SesSettingsType implements SesView {
  @Field(() => String, { description: 'The id of the access key.' })
  accessKeyId!: string;

  @Field(() => StoredSecretType, { description: 'The access key itself.' })
  secretAccessKey!: SecretView;

  @Field(() => String, { description: 'The region of AWS.' })
  region!: string;

  @Field(() => String, { nullable: true, description: 'The configuration set its mails are sent with.' })
  configurationSet!: string | null;
}

@ObjectType('MandrillSettings', { description: 'Mandrill.', simpleResolvers: true })
export class MandrillSettingsType implements MandrillView {
  @Field(() => StoredSecretType, { description: 'The API key.' })
  apiKey!: SecretView;

  @Field(() => Boolean, { description: "Whether Mandrill's log shows what a mail says." })
  viewContentLink!: boolean;
}

@ObjectType('SendGridSettings', { description: 'SendGrid.', simpleResolvers: true })
export class SendGridSettingsType implements SendGridView {
  @Field(() => StoredSecretType, { description: 'The API key.' })
  apiKey!: SecretView;
}

@ObjectType('MailHeader', { description: 'A header of every mail.', simpleResolvers: true })
export class MailHeaderType {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType('SmtpSettings', { description: 'A mail server.', simpleResolvers: true })
export class SmtpSettingsType implements SmtpView {
  @Field(() => String, { description: 'Its name or address.' })
  host!: string;

  @Field(() => Int, { description: 'Its port.' })
  port!: number;

  @Field(() => String, { nullable: true, description: 'Who logs in; null where it asks for no login.' })
  user!: string | null;

  @Field(() => StoredSecretType, { description: 'The password.' })
  password!: SecretView;

  @Field(() => [MailHeaderType], { description: 'Further headers of every mail.' })
  headers!: readonly MailHeaderType[];
}

@ObjectType('EmailSettings', {
  description:
    "Who sends the mail of an account's users. Of `ses`, `mandrill`, `sendGrid` and `smtp` the one of `provider` is there, the others are null.",
  simpleResolvers: true,
})
export class EmailSettingsType implements EmailSettingsView {
  @Field(() => ID, { description: 'The id of the account.' })
  account!: string;

  @Field(() => ProviderEnum, { description: 'Who sends.' })
  provider!: ProviderName;

  @Field(() => Boolean, {
    description: "Whether mail is sent at all. A disabled provider stays the account's own: nobody sends in its place.",
  })
  enabled!: boolean;

  @Field(() => String, { nullable: true, description: 'The sender of templates that name none.' })
  defaultFrom!: string | null;

  @Field(() => SesSettingsType, { nullable: true, description: 'Amazon SES.' })
  ses!: SesView | null;

  @Field(() => MandrillSettingsType, { nullable: true, description: 'Mandrill.' })
  mandrill!: MandrillView | null;

  @Field(() => SendGridSettingsType, { nullable: true, description: 'SendGrid.' })
  sendGrid!: SendGridView | null;

  @Field(() => SmtpSettingsType, { nullable: true, description: 'A mail server.' })
  smtp!: SmtpView | null;

  @Field(() => DateTime, { nullable: true, description: 'When they were last changed; null where nothing was ever set.' })
  updatedAt!: Date | null;
}

@InputType('BuiltInEmailInput', { description: 'The built-in provider. What is left out stays as it is.' })
export class BuiltInEmailInput {
  @Field(() => String, {
    nullable: true,
    description: 'The sender of templates that name none: `Name <address>` or an address; null for none.',
  })
  defaultFrom?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether mail is sent at all. Left out with a new provider: true.' })
  enabled?: boolean;
}

@InputType('SesEmailInput', { description: 'Amazon SES. What is left out stays as it is where the account has SES already.' })
export class SesEmailInput extends BuiltInEmailInput {
  @Field(() => String, { nullable: true, description: 'The id of the access key. Another one needs its own `secretAccessKey`.' })
  accessKeyId?: string;

  @Field(() => String, { nullable: true, description: `The access key itself. ${SECRET} ${KEEPS}` })
  secretAccessKey?: string;

  @Field(() => String, { nullable: true, description: 'The region of AWS, e.g. eu-central-1.' })
  region?: string;

  @Field(() => String, { nullable: true, description: 'A configuration set to send with; null for none.' })
  configurationSet?: string | null;
}

@InputType('MandrillEmailInput', { description: 'Mandrill. What is left out stays as it is where the account has Mandrill already.' })
export class MandrillEmailInput extends BuiltInEmailInput {
  @Field(() => String, { nullable: true, description: `The API key. ${SECRET} ${KEEPS}` })
  apiKey?: string;

  @Field(() => Boolean, { nullable: true, description: "Whether Mandrill's log shows what a mail says. At first: false." })
  viewContentLink?: boolean;
}

@InputType('SendGridEmailInput', { description: 'SendGrid. What is left out stays as it is where the account has SendGrid already.' })
export class SendGridEmailInput extends BuiltInEmailInput {
  @Field(() => String, { nullable: true, description: `The API key. ${SECRET} ${KEEPS}` })
  apiKey?: string;
}

@InputType('MailHeaderInput', { description: 'A header of every mail.' })
export class MailHeaderInput {
  @Field(() => String, { description: 'Its name. Headers that say who a mail is from, to whom it goes or what it is are set for you.' })
  name!: string;

  @Field(() => String, {
    description: 'Its value: visible ASCII on one line, up to 800 characters. It is shown to whoever sees the settings.',
  })
  value!: string;
}

@InputType('SmtpEmailInput', { description: 'A mail server. What is left out stays as it is where the account has one already.' })
export class SmtpEmailInput extends BuiltInEmailInput {
  @Field(() => String, { nullable: true, description: 'Its name or public address. Another one needs the password again.' })
  host?: string;

  @Field(() => Int, { nullable: true, description: '25, 465, 587 or 2525. Another one needs the password again.' })
  port?: number;

  @Field(() => String, { nullable: true, description: 'Who logs in; null for no login. Another one needs the password again.' })
  user?: string | null;

  @Field(() => String, { nullable: true, description: `The password. ${SECRET} ${KEEPS}` })
  password?: string;

  @Field(() => [MailHeaderInput], { nullable: true, description: 'All further headers, up to 20.' })
  headers?: MailHeaderInput[];
}
