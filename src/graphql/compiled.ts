import {
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { compileQuery, type CompiledQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Context } from './context.ts';

/** Compiling takes a millisecond or several; whoever sends ever new documents must not have it for each. */
const RUNS_BEFORE = 10;
/** After an answer with an error, which is made twice. */
const RUNS_AFTER_ERROR = 10;
/** More than a platform and its dashboard ask; the code of one takes up to some hundred kilobytes. */
const MAX_COMPILED = 200;

/** Whether variables are wrong is all that matters here. */
const ONE_ERROR = { maxErrors: 1 };

type Query = CompiledQuery['query'];

/**
 * Runs queries that are asked again and again as compiled code. Only an answer without any error is taken from it: what is
 * wrong is worded by graphql-js alone.
 */
export class CompiledQueries {
  /** How often operations are still to be executed as usual, while their documents are kept. */
  private readonly runsBefore = new WeakMap<OperationDefinitionNode, number>();
  /** Null where it cannot be had. */
  private readonly queries = new LRUCache<OperationDefinitionNode, { readonly query: Query | null }>({ max: MAX_COMPILED });

  /** @param firstRuns how often each is executed as usual before it is compiled */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly firstRuns = RUNS_BEFORE,
  ) {}

  /**
   * Runs an operation of a valid document, or leaves it to graphql-js.
   *
   * @param document the same object whenever the same text is asked
   * @param operation the one that is meant; undefined where several may be
   * @param variables as they came, not coerced
   * @returns the data; null where it is to be executed as usual: it changes something, is new or not compilable, or has an error
   */
  async run(
    document: DocumentNode,
    operation: OperationDefinitionNode | undefined,
    variables: Readonly<Record<string, unknown>>,
    context: Context,
  ): Promise<Record<string, unknown> | null> {
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    const runs = this.runsBefore.get(operation) ?? this.firstRuns;
    if (runs > 0) {
      this.runsBefore.set(operation, runs - 1);
      return null;
    }
    const query = this.queryOf(document, operation);
    if (!query) return null;
    const { coerced } = getVariableValues(this.schema, operation.variableDefinitions ?? [], variables, ONE_ERROR);
    if (!coerced) return null;
    const { data, errors } = await query(undefined, context, coerced);
    if (data && !errors) return data;
    this.runsBefore.set(operation, RUNS_AFTER_ERROR);
    return null;
  }

  private queryOf(document: DocumentNode, operation: OperationDefinitionNode): Query | null {
    const known = this.queries.get(operation) ?? { query: compiled(this.schema, document, operation) };
    this.queries.set(operation, known);
    return known.query;
  }
}

function compiled(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Query | null {
  if (!mayBeCompiled(document)) return null;
  const query = compileQuery(schema, document, operation.name?.value, { disablingCapturingStackErrors: true });
  return isCompiledQuery(query) ? query.query : null;
}

/**
 * Whether nothing of a document that strangers write gets into code but names and whole numbers: the compiler pastes other
 * literals in, and takes some texts for more than texts. Directives, which it has ever again understood in its own way, and
 * introspection are left out too.
 */
function mayBeCompiled(document: DocumentNode): boolean {
  let may = true;
  const refuse = () => {
    may = false;
    return BREAK;
  };
  visit(document, {
    [Kind.STRING]: refuse,
    [Kind.OBJECT]: refuse,
    [Kind.LIST]: refuse,
    [Kind.FLOAT]: refuse,
    [Kind.DIRECTIVE]: refuse,
    [Kind.NAME]: ({ value }) => (value.startsWith('__') && value !== '__typename' ? refuse() : undefined),
  });
  return may;
}
