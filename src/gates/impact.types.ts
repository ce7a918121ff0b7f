/** What GraphQL shows of what a migration means for an account. */
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { TemplateName } from '../email/templates/template.rules.ts';
import { GateEnum, TemplateNameEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { Gate } from './gates.rules.ts';
import type { Change, MailBothWays, RenderedMail, Todo } from './impact.rules.ts';
import type { ImpactView } from './impact.service.ts';
import { SAFE_AFTER_DAYS } from './usage.rules.ts';
import { ClientUsageType, QUIET_DAYS } from './usage.types.ts';

@ObjectType('ImpactChange', { description: 'One thing that works in another way.', simpleResolvers: true })
class ImpactChangeType implements Change {
  @Field(() => String, { description: 'What it is about.' })
  title!: string;

  @Field(() => String, { description: 'How it is before.' })
  before!: string;

  @Field(() => String, { description: 'How it is after.' })
  after!: string;
}

@ObjectType('ImpactRenderedMail', { description: 'A mail as a user would get it, with sample data.', simpleResolvers: true })
class RenderedMailType implements RenderedMail {
  @Field(() => String, { description: 'Its sender.' })
  from!: string;

  @Field(() => String, { description: 'Its subject.' })
  subject!: string;

  @Field(() => String, { description: 'Its HTML, written by the account: show it in a sandbox.' })
  html!: string;

  @Field(() => String, { description: 'Its plain text.' })
  text!: string;
}

@ObjectType('ImpactMail', { description: "One of an account's mails, before and after.", simpleResolvers: true })
class ImpactMailType implements MailBothWays {
  @Field(() => TemplateNameEnum, { description: 'Which mail.' })
  template!: TemplateName;

  @Field(() => Boolean, { description: 'Whether the account sends it at all.' })
  enabled!: boolean;

  @Field(() => RenderedMailType, { description: 'As it is before.' })
  before!: RenderedMail;

  @Field(() => RenderedMailType, { description: 'As it is after.' })
  after!: RenderedMail;
}

@ObjectType('ImpactTodo', { description: 'What to do before opting in.', simpleResolvers: true })
class ImpactTodoType implements Todo {
  @Field(() => ID, { description: 'Its name for programs.' })
  id!: string;

  @Field(() => String, { description: 'What to do, and whether something shows that it is still to be done.' })
  text!: string;

  @Field(() => Boolean, { description: 'Whether it is done.' })
  done!: boolean;

  @Field(() => Boolean, { description: 'Whether opting in needs `acknowledge: true` while it is not done.' })
  blocking!: boolean;
}

@ObjectType('MigrationImpact', {
  description: 'What a migration means for one account: what changes, and what to do first.',
  simpleResolvers: true,
})
export class MigrationImpactType implements ImpactView {
  @Field(() => GateEnum, { nullable: true, description: 'The part of the platform it changes; null where the platform knows of none.' })
  gate!: Gate | null;

  @Field(() => String, { description: 'It in a sentence or two.' })
  summary!: string;

  @Field(() => [ImpactChangeType], { description: 'What works in another way.' })
  changes!: Change[];

  @Field(() => [ImpactMailType], {
    description: "The account's mails that change, rendered both ways; none where it sends with a provider of its own.",
  })
  mails!: MailBothWays[];

  @Field(() => [ClientUsageType], {
    description: 'Who used the old behaviour in the last 30 days and may notice, latest first; a hundred at most.',
  })
  clients!: ClientUsageType[];

  @Field(() => [ImpactTodoType], { description: 'What to do first.' })
  todo!: Todo[];

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the old behaviour was last used, as far as the last 400 days; null for never.',
  })
  lastUsedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: QUIET_DAYS })
  quietDays!: number | null;

  @Field(() => Boolean, {
    description: `Whether it is off, was not used for ${SAFE_AFTER_DAYS} days or more while uses were counted, and nothing that blocks is left to do.`,
  })
  safeToEnable!: boolean;

  @Field(() => Float, { description: 'How often it was used in the last 30 days.' })
  usesLast30Days!: number;
}
