/** GraphQL operations that are valid by the schema, grown along its types. */
import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { schema } from '../../support/every-field.ts';
import type { Values } from './values.ts';

/** What goes into the body of a request, or into the payload of a subscription. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

interface Given {
  readonly argument: GraphQLArgument;
  readonly value: unknown;
  readonly asVariable: boolean;
}

/** How a selection is wrapped, if it is. */
type Wrapping = 'none' | 'alias' | 'inline' | 'fragment' | 'include' | 'skip';

interface Selected {
  readonly field: GraphQLField<unknown, unknown>;
  readonly parent: GraphQLObjectType;
  readonly given: readonly Given[];
  readonly wrapping: Wrapping;
  readonly inner: readonly Selected[];
}

const MAX_DEPTH = 5;
const WRAPPINGS: readonly Wrapping[] = ['none', 'none', 'none', 'none', 'alias', 'inline', 'fragment', 'include', 'skip'];
const ROOTS = { query: schema.getQueryType()!, mutation: schema.getMutationType()!, subscription: schema.getSubscriptionType()! };

/** Makes operations of a kind; each root field is as likely as any other. */
export class Documents {
  /** By type and field: to make an arbitrary takes longer than to draw from it. */
  private readonly kept = new Map<string, fc.Arbitrary<Selected>>();

  constructor(private readonly values: Values) {}

  /** @param kind of which all root fields are */
  of(kind: OperationTypeNode): fc.Arbitrary<Operation> {
    const maxLength = kind === OperationTypeNode.SUBSCRIPTION ? 1 : 3;
    return fc
      .tuple(fc.array(this.selection(ROOTS[kind], 0), { minLength: 1, maxLength }), fc.constantFrom(null, 'Asked'))
      .map(([selections, name]) => new Writing().operation(kind, name, selections));
  }

  private selection(parent: GraphQLObjectType, depth: number): fc.Arbitrary<Selected> {
    const place = `${parent.name} ${depth}`;
    const known = this.kept.get(place);
    if (known) return known;
    const all = Object.values(parent.getFields());
    const leaves = all.filter(({ type }) => !isCompositeType(getNamedType(type)));
    // A connection has none: there it goes deeper all the same.
    const made = fc
      .constantFrom(...(depth < MAX_DEPTH || leaves.length === 0 ? all : leaves))
      .chain((field) => this.field(parent, field, depth));
    this.kept.set(place, made);
    return made;
  }

  private field(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<Selected> {
    const place = `${parent.name}.${field.name} ${depth}`;
    const known = this.kept.get(place) ?? this.newField(parent, field, depth);
    this.kept.set(place, known);
    return known;
  }

  private newField(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<Selected> {
    const type = getNamedType(field.type);
    const inner = isObjectType(type) ? fc.array(this.selection(type, depth + 1), { minLength: 1, maxLength: 4 }) : fc.constant([]);
    const given = fc.tuple(...field.args.map((argument) => this.argument(field.name, argument))).map((all) => all.flat());
    return fc.record({ field: fc.constant(field), parent: fc.constant(parent), given, wrapping: fc.constantFrom(...WRAPPINGS), inner });
  }

  private argument(field: string, argument: GraphQLArgument): fc.Arbitrary<readonly Given[]> {
    const given = fc.record({
      argument: fc.constant(argument),
      // Whose id it is only its field says.
      value: this.values.of(argument.type, argument.name === 'id' ? `${field} id` : argument.name),
      asVariable: fc.boolean(),
    });
    const one = given.map((it): readonly Given[] => [it]);
    return isNonNullType(argument.type) && argument.defaultValue === undefined ? one : fc.oneof(one, fc.constant<readonly Given[]>([]));
  }
}

/** Writes an operation, giving out the names of its variables, aliases and fragments. */
class Writing {
  private readonly variables: { readonly name: string; readonly type: string; readonly value: unknown }[] = [];
  private readonly fragments: string[] = [];
  private names = 0;

  operation(kind: OperationTypeNode, name: string | null, selections: readonly Selected[]): Operation {
    const set = this.set(selections);
    const declared = this.variables.map((variable) => `$${variable.name}: ${variable.type}`).join(', ');
    const head = [kind, name ?? (declared === '' ? '' : 'Anonymous')].join(' ').trim();
    const query = [`${head}${declared === '' ? '' : `(${declared})`} ${set}`, ...this.fragments].join('\n');
    const variables = Object.fromEntries(this.variables.map((variable) => [variable.name, variable.value]));
    return { query, variables, ...(name !== null && { operationName: name }) };
  }

  private set(selections: readonly Selected[]): string {
    const taken = new Set<string>();
    return `{ ${selections.map((selected) => this.selected(selected, taken)).join(' ')} }`;
  }

  private selected({ field, parent, given, wrapping, inner }: Selected, taken: Set<string>): string {
    // Two of one name would have to be one field with the same arguments.
    const alias = taken.has(field.name) || wrapping === 'alias' ? `a${this.names++}: ` : '';
    taken.add(field.name);
    const args = given.length === 0 ? '' : `(${given.map((it) => `${it.argument.name}: ${this.given(it)}`).join(', ')})`;
    const directive =
      wrapping === 'include' || wrapping === 'skip' ? ` @${wrapping}(if: ${this.variable('Boolean!', wrapping === 'include')})` : '';
    const text = `${alias}${field.name}${args}${directive}${inner.length === 0 ? '' : ` ${this.set(inner)}`}`;
    if (wrapping === 'inline') return `... on ${parent.name} { ${text} }`;
    if (wrapping !== 'fragment') return text;
    const name = `F${this.names++}`;
    this.fragments.push(`fragment ${name} on ${parent.name} { ${text} }`);
    return `...${name}`;
  }

  private given({ argument, value, asVariable }: Given): string {
    return asVariable ? this.variable(String(argument.type), value) : literal(argument.type, value);
  }

  private variable(type: string, value: unknown): string {
    const name = `v${this.names++}`;
    this.variables.push({ name, type, value });
    return `$${name}`;
  }
}

/** A value as it is written into an operation, whether or not it fits. */
function literal(type: GraphQLInputType | null, value: unknown): string {
  const inner = type && getNullableType(type);
  if (Array.isArray(value)) {
    const of = inner && isListType(inner) ? inner.ofType : null;
    return `[${value.map((item) => literal(of, item)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = inner && isInputObjectType(inner) ? inner.getFields() : {};
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${name}: ${literal(fields[name]?.type ?? null, item)}`)
      .join(', ')} }`;
  }
  if (typeof value === 'string' && inner && isEnumType(inner) && /^\w+$/.test(value)) return value;
  return JSON.stringify(value) ?? 'null';
}
