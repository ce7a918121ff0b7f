/** What GraphQL shows of decisions of many accounts. */
import { Field, ID, ObjectType } from 'type-graphql';
import type { BulkOutcome } from './bulk-decisions.service.ts';
import { AccountMigrationType } from './rollout.types.ts';
import type { AccountMigrationKey, DecisionRefusal } from './rollouts.rules.ts';

@ObjectType('DecisionRefusal', { description: 'Why an account may not decide so.', simpleResolvers: true })
export class DecisionRefusalType implements DecisionRefusal {
  @Field(() => String, { description: 'For programs: the code that a call for this account alone would fail with.' })
  code!: DecisionRefusal['code'];

  @Field(() => String, { description: 'For people: a sentence that says what to do.' })
  message!: string;
}

@ObjectType('AccountDecision', { description: 'What came of one account of many: one of the two is null.', simpleResolvers: true })
export class AccountDecision implements BulkOutcome {
  @Field(() => ID, { description: "The platform's id of the account, as it was given." })
  account!: string;

  @Field(() => AccountMigrationType, { nullable: true, description: 'The account and the migration, with the state since.' })
  accountMigration!: AccountMigrationKey | null;

  @Field(() => DecisionRefusalType, { nullable: true, description: 'Why it was refused.' })
  error!: DecisionRefusal | null;
}
