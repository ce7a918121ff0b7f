/** What GraphQL takes and shows of reported uses. */
import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../graphql/scalars.ts';
import type { RefusedReport } from './usage-reports.rules.ts';
import { MAX_USES } from './usage-reports.rules.ts';
import type { ReportOutcome } from './usage-reports.service.ts';

@InputType('UseReportInput', { description: 'That an account used the old behaviour a migration ends.' })
export class UseReportInput {
  @Field(() => ID, { description: "The platform's id of the account." })
  account!: string;

  @Field(() => ID, { description: 'The key of the migration.' })
  migration!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Who used it, e.g. a client_id; left out where nobody can be named. Cut after 200 characters.',
  })
  client?: string | null;

  @Field(() => Int, { defaultValue: 1, description: `How often, 1 to ${MAX_USES}.` })
  uses!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it last did, which decides the day the uses are counted on; left out for now.',
  })
  lastUsedAt?: Date | null;
}

@ObjectType('RefusedUseReport', { description: 'A report that was not counted.', simpleResolvers: true })
export class RefusedUseReport implements RefusedReport {
  @Field(() => ID, { description: 'The account, as it was given.' })
  account!: string;

  @Field(() => ID, { description: 'The migration, as it was given.' })
  migration!: string;

  @Field(() => String, { description: 'For programs: NOT_FOUND, INVALID_INPUT.' })
  code!: RefusedReport['code'];

  @Field(() => String, { description: 'For people: a sentence that says what to do.' })
  message!: string;
}

@ObjectType('UseReportOutcome', { description: 'What came of a batch of reports.', simpleResolvers: true })
export class UseReportOutcome implements ReportOutcome {
  @Field(() => Float, { description: 'How many uses were counted.' })
  counted!: number;

  @Field(() => [RefusedUseReport], {
    description: 'Reports that were not counted; of those for an account or a migration that does not exist, one for each of both.',
  })
  refused!: RefusedUseReport[];
}
