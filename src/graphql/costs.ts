/**
 * What an operation costs, reckoned before it runs. A point is about 10 µs of work: what one object of a list takes.
 *
 * A field that is a look-up of its own costs more than one that is read along; a list costs its size times what one of its
 * items does; scalars are free, unless the table below says otherwise. What is skipped by a directive costs all the same.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { MAX_PAGE_SIZE } from '../pagination.ts';

/** What a field costs beside the objects it gives. */
interface Weight {
  /** Points of the field itself. */
  readonly points?: number;
  /** Points more where this argument is given. */
  readonly ifGiven?: Readonly<Record<string, number>>;
  /** How many items the list has at most, or the argument that lists what each is the answer to. */
  readonly items?: number | { readonly argument: string };
  /** Points of the work behind each item. */
  readonly each?: number;
}

/** An object that is read with its list. */
const OBJECT_POINTS = 1;
/** A field of Query or Subscription: a statement or two. */
const LOOK_UP_POINTS = 10;
/** A transaction with its event. */
const MUTATION_POINTS = 50;
/** The whole schema, as tools ask for it. */
const INTROSPECTION_POINTS = 1_000;
/** Migrations that are published: more than any platform has at a time. */
const PUBLISHED_MIGRATIONS = 20;
/** Looks for a part of a text in every row. */
const SEARCH_POINTS = 300;
/** Looks at every account or decision of a migration, or at all of an administrator. */
const COUNTING_POINTS = 500;
/** Fills in Liquid, or reads Markdown. */
const RENDERING_POINTS = 100;

/**
 * Fields that cost other than their kind does; a test holds the table and the schema together. Measured one request at a
 * time on 20,000 accounts.
 */
export const WEIGHTS: Readonly<Record<string, Weight>> = {
  'Account.administrators': { points: 30 },
  'Account.migrations': { items: PUBLISHED_MIGRATIONS },
  'AccountUsage.state': { points: PUBLISHED_MIGRATIONS },
  'Board.deadlines': { items: 100 },
  'Board.migrations': { items: PUBLISHED_MIGRATIONS },
  'FlagAccount.decisions': { items: PUBLISHED_MIGRATIONS },
  'Migration.descriptionHtml': { points: RENDERING_POINTS },
  'Migration.history': { items: 200, points: COUNTING_POINTS },
  'Migration.progress': { points: 50 },
  'Migration.reschedules': { items: 10 },
  'MigrationImpact.changes': { items: 10 },
  'MigrationImpact.clients': { items: 100 },
  'MigrationImpact.mails': { items: 6 },
  'MigrationImpact.todo': { items: 10 },
  'MigrationPreview.affectedAccounts': { points: COUNTING_POINTS },
  'MigrationPreview.problems': { items: 10 },
  'MigrationPreview.reminders': { items: 10 },
  'MigrationUsage.clients': { items: 100 },
  'MigrationUsage.days': { items: 30 },
  'Queue.failures': { items: 10 },
  'ReschedulePreview.administrators': { points: COUNTING_POINTS },
  'ReschedulePreview.problems': { items: 10 },
  'ReschedulePreview.reminders': { items: 10 },
  'SmtpSettings.headers': { items: 10 },
  'Mutation.importMigrationPage': { points: 1_000 },
  'Mutation.optInAccounts': { items: { argument: 'accounts' } },
  'Mutation.optOutAccounts': { items: { argument: 'accounts' } },
  // Its refused reports are those of its list, each at most once.
  'Mutation.reportUsage': { items: { argument: 'reports' }, each: 3 },
  'Mutation.replayWebhooks': { points: 500 },
  'Mutation.sendTestEmail': { points: RENDERING_POINTS },
  'Mutation.setEmailTemplate': { points: RENDERING_POINTS },
  'Query.accounts': { ifGiven: { search: SEARCH_POINTS } },
  'Query.administrators': { ifGiven: { search: SEARCH_POINTS } },
  'Query.board': { points: COUNTING_POINTS },
  'Query.emailHealth': { points: 70 },
  'Query.emailTemplates': { items: 6, points: 20 },
  'Query.failingAccounts': { points: 80 },
  'Query.migrationAccounts': { ifGiven: { search: SEARCH_POINTS } },
  'Query.migrationImpact': { points: RENDERING_POINTS },
  'Query.migrationUsage': { points: 50 },
  'Query.previewEmailTemplate': { points: RENDERING_POINTS },
  'Query.previewMigration': { points: RENDERING_POINTS },
  'Query.queues': { items: 3, points: 50 },
  'Query.sweeps': { items: 20 },
  'UseReportOutcome.refused': { items: 1 },
  'Subscription.rolloutProgress': { points: 50 },
};

type Variables = Readonly<Record<string, unknown>>;

/**
 * What an operation costs; of a subscription, what one of its events does.
 *
 * @param document valid by the schema, and within the limits of `limits.ts`, which bound how long this takes
 * @param variables as they came, not coerced
 * @returns points, at least 1
 */
export function costOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): number {
  const known = reckoned.get(operation);
  if (known && [...known.read].every(([name, value]) => variables[name] === value)) return known.points;
  const root = schema.getRootType(operation.operation);
  if (!root) return 1;
  const reckoning = new Reckoning(document, operation, variables);
  const points = Math.max(1, reckoning.ofSelections(operation.selectionSet, root));
  if (![...reckoning.read.values()].some(isMutable)) reckoned.set(operation, { points, read: reckoning.read });
  return points;
}

/** What operations cost the last time, and the values of the variables that decided it. */
const reckoned = new WeakMap<OperationDefinitionNode, { readonly points: number; readonly read: ReadonlyMap<string, unknown> }>();

/** A list is another at the next request, with another length perhaps. */
function isMutable(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

class Reckoning {
  /** The variables on which it depended. */
  readonly read = new Map<string, unknown>();
  private readonly fragments = new Map<string, FragmentDefinitionNode>();

  constructor(
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: Variables,
  ) {
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
  }

  ofSelections(set: SelectionSetNode | undefined, type: GraphQLObjectType): number {
    let points = 0;
    for (const selection of set?.selections ?? []) {
      // The schema has neither interfaces nor unions, so a fragment is of the type it stands in.
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        points += this.ofSelections(this.fragments.get(selection.name.value)?.selectionSet, type);
      else if (selection.kind === Kind.INLINE_FRAGMENT) points += this.ofSelections(selection.selectionSet, type);
      else points += this.ofField(selection, type);
    }
    return points;
  }

  private ofField(node: FieldNode, parent: GraphQLObjectType): number {
    const field = parent.getFields()[node.name.value];
    if (!field) return node.selectionSet ? INTROSPECTION_POINTS : 0;
    const { points = this.pointsOfKind(parent), ifGiven = {}, items, each = 0 } = WEIGHTS[`${parent.name}.${field.name}`] ?? {};
    let own = points;
    for (const [argument, more] of Object.entries(ifGiven)) if (this.argument(node, argument) != null) own += more;
    const type = getNamedType(field.type);
    if (!isObjectType(type)) return own;
    const inner = (isWrapper(type) ? 0 : OBJECT_POINTS) + this.ofSelections(node.selectionSet, type);
    return own + this.itemsOf(field, node, items) * (each + inner);
  }

  private pointsOfKind({ name }: GraphQLObjectType): number {
    // A root type is named after its operation; other fields come with their object.
    if (name === 'Mutation') return MUTATION_POINTS;
    return name === 'Query' || name === 'Subscription' ? LOOK_UP_POINTS : 0;
  }

  private itemsOf(field: GraphQLField<unknown, unknown>, node: FieldNode, items: Weight['items']): number {
    if (typeof items === 'number') return items;
    if (items !== undefined) {
      const given = this.argument(node, items.argument);
      return Array.isArray(given) ? given.length : 1;
    }
    const first = field.args.find(({ name }) => name === 'first');
    if (first) return pageSizeOf(this.argument(node, 'first') ?? first.defaultValue);
    // The edges of a connection are as many as its `first`, which has counted already.
    return isListType(getNullableType(field.type)) && !isWrapper(getNamedType(field.type)) ? MAX_PAGE_SIZE : 1;
  }

  /** What an argument is given, as far as the cost depends on it; undefined where it is left out. */
  private argument(node: FieldNode, name: string): unknown {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    return value?.kind === Kind.VARIABLE ? this.variable(value.name.value) : literal(value);
  }

  private variable(name: string): unknown {
    this.read.set(name, this.variables[name]);
    if (this.variables[name] !== undefined) return this.variables[name];
    return literal(this.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue);
  }
}

/** What stands in a document, as far as costs depend on it: the value of a number, the items of a list, null, and that it is given. */
function literal(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.LIST) return value.values;
  if (value?.kind === Kind.INT) return Number(value.value);
  return value?.kind === Kind.NULL ? null : value;
}

/** Types that only hold the items of a page. */
function isWrapper({ name }: { readonly name: string }): boolean {
  return name === 'PageInfo' || name.endsWith('Edge') || name.endsWith('Connection');
}

function pageSizeOf(first: unknown): number {
  // Whoever answers refuses any other; until then it counts as much as it could.
  return typeof first === 'number' && first >= 1 && first <= MAX_PAGE_SIZE ? first : MAX_PAGE_SIZE;
}
