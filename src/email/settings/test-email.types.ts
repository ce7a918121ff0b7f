/** What GraphQL shows of a test mail. */
import { Field, ObjectType } from 'type-graphql';
import { ProviderEnum, TestEmailOutcomeEnum } from '../../graphql/enums.ts';
import type { ProviderName } from './email-settings.rules.ts';
import type { TestEmailOutcome } from './test-email.rules.ts';
import type { TestEmailView } from './test-email.service.ts';

@ObjectType('TestEmail', { description: 'What became of a test mail.', simpleResolvers: true })
export class TestEmailType implements TestEmailView {
  @Field(() => ProviderEnum, { description: 'Who was asked to send it.' })
  provider!: ProviderName;

  @Field(() => TestEmailOutcomeEnum, { description: 'What became of it.' })
  outcome!: TestEmailOutcome;

  @Field(() => String, { description: 'What the provider answered, in its own words.' })
  answer!: string;

  @Field(() => String, { nullable: true, description: 'For REJECTED what was refused: CREDENTIALS, SENDER, RECIPIENT or MESSAGE.' })
  about!: string | null;

  @Field(() => String, { description: 'The sender it had.' })
  from!: string;

  @Field(() => String, { description: 'The subject it had.' })
  subject!: string;
}
