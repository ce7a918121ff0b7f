/** Documents that select all there is of a query, for tests of whatever runs them. */
import { getNamedType, getNullableType, type GraphQLOutputType, type GraphQLSchema, isObjectType, isRequiredArgument } from 'graphql';
import type { RootField } from './every-field.ts';

const MAX_DEPTH = 4;

/**
 * A query of a field with everything below it that needs no arguments, four levels deep: in turn as it is, under another name,
 * and in a fragment.
 */
export function wholeDocument(schema: GraphQLSchema, { name, args }: RootField): string {
  const { type } = schema.getQueryType()!.getFields()[name]!;
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const [head, call] = args.length > 0 ? [`(${declared})`, `(${passed})`] : ['', ''];
  return `query Whole${head} { ${name}${call}${selection(type, 1)} }`;
}

function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(getNullableType(type));
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).filter((field) => !field.args.some(isRequiredArgument));
  const shown = depth < MAX_DEPTH ? fields : fields.filter((field) => !isObjectType(getNamedType(field.type)));
  const texts = shown.map((field, i) => {
    const text = `${field.name}${selection(field.type, depth + 1)}`;
    if (i % 3 === 1) return `another${i}: ${text}`;
    return i % 3 === 2 ? `... on ${named.name} { ${text} }` : text;
  });
  return ` { __typename ${texts.join(' ')} }`;
}
