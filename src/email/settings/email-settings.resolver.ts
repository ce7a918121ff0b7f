import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../../graphql/context.ts';
import { withoutNulls } from '../../graphql/input.ts';
import {
  BuiltInEmailInput,
  EmailSettingsType,
  MandrillEmailInput,
  SendGridEmailInput,
  SesEmailInput,
  SmtpEmailInput,
} from './email-settings.types.ts';
import { headersOf } from './headers.rules.ts';
import type { ProviderChange } from './provider-fields.rules.ts';

const ACCOUNT = { description: "The platform's id of the account." };
const WHO = 'For operators, its administrators, and partners with the scope email:write.';
const ERRORS = 'Errors: FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL';

@Resolver(() => EmailSettingsType)
export class EmailSettingsResolver {
  @Query(() => EmailSettingsType, {
    description: "Who sends the mail of an account's users. Not for runtimes. Errors: FORBIDDEN, NOT_FOUND.",
  })
  emailSettings(@Ctx() context: Context, @Arg('account', () => ID, ACCOUNT) account: string) {
    return context.services.emailSettings.emailSettings(requireActor(context), account);
  }

  @Mutation(() => EmailSettingsType, {
    description: `The built-in provider sends the account's mail; what was stored of its own provider is forgotten. ${WHO} ${ERRORS}.`,
  })
  setBuiltInEmail(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('input', () => BuiltInEmailInput, { nullable: true, description: 'How.' }) input?: BuiltInEmailInput,
  ) {
    return this.set(context, account, { provider: 'BUILT_IN', ...common(input ?? {}) });
  }

  @Mutation(() => EmailSettingsType, { description: `Amazon SES sends the account's mail. ${WHO} ${ERRORS}, SECRET_NEEDED.` })
  setSesEmail(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('input', () => SesEmailInput, { description: 'How.' }) input: SesEmailInput,
  ) {
    return this.set(context, account, { provider: 'SES', ...common(input), configurationSet: input.configurationSet });
  }

  @Mutation(() => EmailSettingsType, { description: `Mandrill sends the account's mail. ${WHO} ${ERRORS}, SECRET_NEEDED.` })
  setMandrillEmail(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('input', () => MandrillEmailInput, { description: 'How.' }) input: MandrillEmailInput,
  ) {
    return this.set(context, account, { provider: 'MANDRILL', ...common(input) });
  }

  @Mutation(() => EmailSettingsType, { description: `SendGrid sends the account's mail. ${WHO} ${ERRORS}, SECRET_NEEDED.` })
  setSendGridEmail(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('input', () => SendGridEmailInput, { description: 'How.' }) input: SendGridEmailInput,
  ) {
    return this.set(context, account, { provider: 'SENDGRID', ...common(input) });
  }

  @Mutation(() => EmailSettingsType, {
    description: `A mail server of the account's own sends its mail. ${WHO} ${ERRORS}, SECRET_NEEDED, HOST_FORBIDDEN; CONFLICT where somebody else changed the server meanwhile.`,
  })
  setSmtpEmail(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('input', () => SmtpEmailInput, { description: 'How.' }) input: SmtpEmailInput,
  ) {
    const { headers, ...rest } = input;
    return this.set(context, account, {
      provider: 'SMTP',
      ...common(rest),
      user: input.user,
      ...(headers && { headers: headersOf(headers) }),
    });
  }

  private set(context: Context, account: string, change: ProviderChange) {
    return context.services.emailSettings.setProvider(requireActor(context), account, change);
  }
}

/** Null removes a sender; of the fields that every provider must have it says as little as leaving out. */
function common<T extends BuiltInEmailInput>(input: T) {
  return { ...withoutNulls(input), defaultFrom: input.defaultFrom };
}
