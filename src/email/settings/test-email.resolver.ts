import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../../graphql/context.ts';
import { TemplateNameEnum } from '../../graphql/enums.ts';
import type { TemplateName } from '../templates/template.rules.ts';
import { TestEmailType } from './test-email.types.ts';

@Resolver(() => TestEmailType)
export class TestEmailResolver {
  @Mutation(() => TestEmailType, {
    description:
      "Sends one mail now through the account's provider, disabled or not, and tells what it answered. At most 5 a minute for an " +
      'account. For operators, its administrators, and partners with the scope email:write. Errors: FORBIDDEN, NOT_FOUND, ' +
      'INVALID_EMAIL, INVALID_TEMPLATE, RATE_LIMITED; SECRET_UNREADABLE where the platform has lost the key of a credential.',
  })
  sendTestEmail(
    @Ctx() context: Context,
    @Arg('account', () => ID, { description: "The platform's id of the account." }) account: string,
    @Arg('to', () => String, { description: 'The address to send it to.' }) to: string,
    @Arg('template', () => TemplateNameEnum, {
      nullable: true,
      description: 'Which of its mails, filled with sample data; left out: VERIFICATION.',
    })
    template?: TemplateName | null,
  ) {
    return context.services.testEmails.sendTestEmail(requireActor(context), account, to, template ?? 'VERIFICATION');
  }
}
