/** What one operation may ask for: the same over HTTP and over sockets, checked before anything runs. */
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type ParseOptions,
  type SelectionSetNode,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import { GracelineError } from '../errors.ts';
import { textsRule } from './texts.ts';

/** The longest query, in characters. Comments are no tokens, and a mebibyte of them takes 60 ms to read. */
const MAX_QUERY_LENGTH = 32 * 1_024;
/** A token bomb is refused while it is lexed, before it costs memory. The introspection of tools takes about 400. */
export const MAX_TOKENS = 2_000;
/** How documents are parsed, everywhere. */
export const PARSE_OPTIONS: ParseOptions = { maxLexicalTokens: MAX_TOKENS };
/** Selections after all fragments are unfolded: refuses fragments that double each other, and aliases by the hundred. */
export const MAX_SELECTIONS = 1_000;
/** The introspection of tools is 15 deep. */
export const MAX_DEPTH = 16;
/** Fields at the root run side by side, a query of the database each at least. */
export const MAX_ROOT_FIELDS = 20;

/** More faults of one document nobody reads, and each takes its time. */
const MAX_ERRORS = 10;

/** How documents are validated, everywhere. @param hints whether graphql-js may guess at what was meant, which takes time too */
export function validationOptions(hints: boolean): { readonly maxErrors: number; readonly hideSuggestions: boolean } {
  return { maxErrors: MAX_ERRORS, hideSuggestions: !hints };
}

/** A dashboard has a handful of subscriptions; so many of the longest take some 10 MB. */
const MAX_KEPT = 100;

/** How large a part of an operation is once its fragments are unfolded. */
interface Size {
  readonly depth: number;
  readonly selections: number;
  /** Fields at its top. */
  readonly fields: number;
}

const EMPTY: Size = { depth: 0, selections: 0, fields: 0 };

/** Refuses an operation that is too deep, too large, or asks for too many things at once. Linear in the document. */
export const limitsRule: ValidationRule = (context) => ({
  Document(document) {
    const sizeOf = createSizer(document);
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const excess = excessOf(sizeOf(definition.selectionSet));
      if (excess) context.reportError(new GraphQLError(`${nameOf(definition)} ${excess}`, { nodes: definition }));
    }
  },
});

/**
 * Refuses a query that is too long to be looked at, where a request may be longer for the sake of its variables.
 *
 * @param query as it came, of any type
 * @throws GracelineError TOO_LARGE
 */
export function refuseLongQuery(query: unknown): void {
  if (typeof query !== 'string' || query.length <= MAX_QUERY_LENGTH) return;
  throw new GracelineError(
    'TOO_LARGE',
    `The query has ${query.length} characters; at most ${MAX_QUERY_LENGTH} are taken. Give values as variables, and ask for less at a time.`,
    { limit: MAX_QUERY_LENGTH },
  );
}

/**
 * Reads documents within the limits, as Apollo Server does for HTTP: for sockets, which do not pass through it. Keeps the last
 * that were in order: after a restart thousands come back with the same one.
 */
export class Documents {
  private readonly kept = new Map<string, DocumentNode>();

  /** @param hints see {@link validationOptions} */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly hints: boolean,
  ) {}

  /**
   * The document of a text.
   *
   * @returns the errors with the codes Apollo gives them, where it is not in order
   * @throws GracelineError TOO_LARGE
   */
  read(query: string): DocumentNode | readonly GraphQLError[] {
    const known = this.kept.get(query);
    const document = known ?? this.parse(query);
    if (!('kind' in document)) return document;
    // Anew at the end: whatever is asked for least falls out at the beginning.
    if (known) this.kept.delete(query);
    else if (this.kept.size === MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(query, document);
    return document;
  }

  private parse(query: string): DocumentNode | readonly GraphQLError[] {
    refuseLongQuery(query);
    let document: DocumentNode;
    try {
      document = parse(query, PARSE_OPTIONS);
    } catch (error) {
      return [coded(error as GraphQLError, ApolloServerErrorCode.GRAPHQL_PARSE_FAILED)];
    }
    // The limits come first, because the rules of the specification are what an oversized document makes slow.
    const tooLarge = validate(this.schema, document, [limitsRule]);
    const errors =
      tooLarge.length > 0 ? tooLarge : validate(this.schema, document, [...specifiedRules, textsRule], validationOptions(this.hints));
    return errors.length > 0 ? errors.map((error) => coded(error, ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED)) : document;
  }
}

/** Measures selection sets of a document, each fragment once; a fragment inside itself counts as empty and fails elsewhere. */
function createSizer(document: DocumentNode): (set: SelectionSetNode | undefined) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const measured = new Map<string, Size>();
  const sizeOfFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, EMPTY);
    const size = sizeOf(fragments.get(name)?.selectionSet);
    measured.set(name, size);
    return size;
  };
  const sizeOf = (set: SelectionSetNode | undefined): Size => {
    let { depth, selections, fields } = EMPTY;
    for (const selection of set?.selections ?? []) {
      const isField = selection.kind === Kind.FIELD;
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? sizeOfFragment(selection.name.value) : sizeOf(selection.selectionSet);
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0));
      selections += 1 + inner.selections;
      fields += isField ? 1 : inner.fields;
    }
    return { depth, selections, fields };
  };
  return sizeOf;
}

function excessOf({ depth, selections, fields }: Size): string | null {
  if (depth > MAX_DEPTH) return `is ${depth} levels deep; ask for at most ${MAX_DEPTH}.`;
  if (fields > MAX_ROOT_FIELDS)
    return `asks for ${fields} things at once; ask for at most ${MAX_ROOT_FIELDS}, and the rest in further requests.`;
  if (selections > MAX_SELECTIONS) return `selects ${selections} fields; select at most ${MAX_SELECTIONS}.`;
  return null;
}

function nameOf({ name }: OperationDefinitionNode): string {
  return name ? `The operation "${name.value}"` : 'The operation';
}

function coded(error: GraphQLError, code: ApolloServerErrorCode): GraphQLError {
  const { nodes, source, positions, originalError } = error;
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    originalError: originalError ?? null,
    extensions: { ...error.extensions, code },
  });
}
