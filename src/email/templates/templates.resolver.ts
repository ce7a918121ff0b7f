import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../../graphql/context.ts';
import { TemplateNameEnum } from '../../graphql/enums.ts';
import { withoutNulls } from '../../graphql/input.ts';
import type { TemplateName, TemplatePatch } from './template.rules.ts';
import { EmailTemplateInput, EmailTemplatePreviewType, EmailTemplateType } from './template.types.ts';

const ACCOUNT = { description: "The platform's id of the account." };
const NAME = { description: 'Which mail.' };

@Resolver(() => EmailTemplateType)
export class TemplatesResolver {
  @Query(() => [EmailTemplateType], {
    description:
      'Every mail to the users of an account: what it set of each, and what of that is in use. Not for runtimes. Errors: FORBIDDEN, NOT_FOUND.',
  })
  emailTemplates(@Ctx() context: Context, @Arg('account', () => ID, ACCOUNT) account: string) {
    return context.services.templates.emailTemplates(requireActor(context), account);
  }

  @Query(() => EmailTemplatePreviewType, {
    description:
      'A mail with sample data, as it is sent now and behind each gate; with an input, as it would be with these changes. Nothing is ' +
      'sent or kept. Not for runtimes. Errors: FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, INVALID_TEMPLATE with line and column, ' +
      'RATE_LIMITED where more of the account wait than a request asks for.',
  })
  previewEmailTemplate(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('name', () => TemplateNameEnum, NAME) name: TemplateName,
    @Arg('input', () => EmailTemplateInput, { nullable: true, description: 'Changes to try.' }) input?: EmailTemplateInput,
  ) {
    return context.services.templates.previewEmailTemplate(requireActor(context), account, name, patchOf(input ?? {}));
  }

  @Mutation(() => EmailTemplateType, {
    description:
      'Changes a mail to the users of an account. It is tried with sample data first. For administrators of the account, operators, and ' +
      'partners with the scope email:write. Errors: NOT_FOUND, FORBIDDEN, INVALID_INPUT, INVALID_EMAIL, INVALID_TEMPLATE with line and column.',
  })
  setEmailTemplate(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('name', () => TemplateNameEnum, NAME) name: TemplateName,
    @Arg('input', () => EmailTemplateInput, { description: 'What to change.' }) input: EmailTemplateInput,
  ) {
    return context.services.templates.setEmailTemplate(requireActor(context), account, name, patchOf(input));
  }

  @Mutation(() => EmailTemplateType, {
    description:
      "Gives an account the platform's own mail back; again changes nothing. For administrators of the account, operators, and partners " +
      'with the scope email:write. Errors: NOT_FOUND, FORBIDDEN.',
  })
  resetEmailTemplate(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('name', () => TemplateNameEnum, NAME) name: TemplateName,
  ) {
    return context.services.templates.resetEmailTemplate(requireActor(context), account, name);
  }
}

/** Null removes a sender and a result URL; elsewhere it says as little as leaving out. */
function patchOf(input: EmailTemplateInput): TemplatePatch {
  const { from, resultUrl } = input;
  return { ...withoutNulls(input), ...(from === null && { from }), ...(resultUrl === null && { resultUrl }) };
}
