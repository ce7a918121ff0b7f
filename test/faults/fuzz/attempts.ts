/** What the campaign sends at a step: the same for the same seed, in worlds that hold the same. */
import fc from 'fast-check';
import { OperationTypeNode } from 'graphql';
import type { Attempt, Sender } from './attempt.ts';
import { rawRequests } from './bytes.ts';
import { Documents } from './documents.ts';
import type { WrongInput } from './inputs.ts';
import { routeRequests } from './routes.ts';
import { sockets } from './sockets.ts';
import { asked, spoiled } from './spoiling.ts';
import { Values } from './values.ts';
import type { Things } from './world.ts';

/** A kind of what is sent. */
export interface Kind {
  /** For the summary. */
  readonly name: string;
  readonly weight: number;
  readonly attempts: fc.Arbitrary<Attempt>;
}

/** Operators get furthest, so they ask most. */
const SENDERS: readonly Sender[] = [
  'OPERATOR',
  'OPERATOR',
  'OPERATOR',
  'ADMINISTRATOR',
  'ADMINISTRATOR',
  'PARTNER',
  'PARTNER',
  'RUNTIME',
  'NONE',
  'WRONG',
];

/** Every kind, with how often it is sent among the others. @param tokens by who sends */
export function kindsOf({ known, secrets }: Things, tokens: Readonly<Record<string, string>>): Kind[] {
  const documents = new Documents(new Values(known));
  const senders = fc.constantFrom(...SENDERS);
  const { QUERY, MUTATION, SUBSCRIPTION } = OperationTypeNode;
  const operations = fc.oneof({ weight: 3, arbitrary: documents.of(QUERY) }, { weight: 4, arbitrary: documents.of(MUTATION) });
  const requests = fc.tuple(senders, operations).map(([as, operation]) => asked(as, operation));
  const subscriptions = fc.oneof({ weight: 6, arbitrary: documents.of(SUBSCRIPTION) }, { weight: 1, arbitrary: documents.of(QUERY) });
  const routes = routeRequests(known, secrets, senders);
  return [
    { name: 'documents by the grammar', weight: 30, attempts: requests },
    { name: 'documents nearly right', weight: 30, attempts: spoiled(requests) },
    { name: 'requests as bytes', weight: 10, attempts: rawRequests(fc.oneof(requests, routes), tokens) },
    { name: 'sockets', weight: 10, attempts: sockets(senders, subscriptions) },
    { name: 'requests to other routes', weight: 20, attempts: routes },
  ];
}

/** How far apart the rows of two turns are: a prime, so that every row has its turn, and the first few hundred are of all fields. */
const STRIDE = 104_729;

/** The row of the table of inputs whose turn it is. */
export function inputAt(table: readonly WrongInput[], turn: number): WrongInput {
  return table[(turn * STRIDE) % table.length]!;
}
