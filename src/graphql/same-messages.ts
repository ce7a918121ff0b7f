import { createHash } from 'node:crypto';
import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { type Actor, keyOf } from '../auth/actor.ts';

/** The name of the argument that says where a subscriber begins: what it is sent from the present on does not depend on it. */
const PLACE = 'after';

/**
 * A key that subscribers share who are sent the same: with the same text, operation, variables and rights. Where each begins
 * does not count if a variable says so, because thousands who come back after a restart each have a place of their own.
 *
 * @param reader its actor by `readerOf`
 */
export function sameMessagesKey(
  { query, variables }: SubscribePayload,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  reader: Actor,
): string {
  const place = placeVariable(document, operation);
  const counting = Object.entries(variables ?? {}).filter(([name]) => name !== place);
  return createHash('sha256')
    .update(JSON.stringify([query, operation.name?.value, counting, keyOf(reader)]))
    .digest('base64');
}

/** The variable that is given to the operation's field as `after`, and to nothing else. */
function placeVariable(document: DocumentNode, { selectionSet }: OperationDefinitionNode): string | undefined {
  const [field] = selectionSet.selections;
  if (field?.kind !== Kind.FIELD) return undefined;
  const value = field.arguments?.find(({ name }) => name.value === PLACE)?.value;
  if (value?.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  let uses = 0;
  visit(document, { VariableDefinition: () => false, Variable: (variable) => void (variable.name.value === name && uses++) });
  return uses === 1 ? name : undefined;
}
