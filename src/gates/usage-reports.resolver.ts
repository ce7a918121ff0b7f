import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { MAX_REPORTS } from './usage-reports.rules.ts';
import { UseReportInput, UseReportOutcome } from './usage-reports.types.ts';

@Resolver()
export class UsageReportsResolver {
  @Mutation(() => UseReportOutcome, {
    description:
      'Counts uses of the old behaviour that migrations end, by account and day (UTC). Send many at once, and each batch with an `idempotencyKey`: a batch that comes twice is else counted twice. Not for administrators; partners need the scope `usage:write`. Errors of the whole call: FORBIDDEN, INVALID_INPUT.',
  })
  reportUsage(
    @Ctx() context: Context,
    @Arg('reports', () => [UseReportInput], { description: `1 to ${MAX_REPORTS} reports, in any order.` }) reports: UseReportInput[],
  ) {
    const given = reports.map(({ account, migration, client, uses, lastUsedAt }) => ({
      account,
      migration,
      client: client ?? '',
      uses,
      lastUsedAt: lastUsedAt ?? null,
    }));
    return context.services.usageReports.report(requireActor(context), given);
  }
}
