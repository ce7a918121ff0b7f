/** What is said on a WebSocket by whoever speaks graphql-transport-ws badly. */
import fc from 'fast-check';
import type { Sender, SocketAttempt } from './attempt.ts';
import { frame, mutated } from './bytes.ts';
import type { Operation } from './documents.ts';
import { spoiledText } from './spoiling.ts';

type Message = SocketAttempt['messages'][number];

const INITS = [
  '{"type":"connection_init"}',
  '{"type":"connection_init","payload":null}',
  '{"type":"connection_init","payload":{"authorization":5,"Authorization":["x"]}}',
  '{"type":"connection_init","payload":{"authorization":"Bearer gl_nobody"}}',
  '{"type":"connection_init","payload":[]}',
  '{"type":"connection_init","payload":"x"}',
];

const WORDS = [
  '{"type":"ping"}',
  '{"type":"ping","payload":{"a":"\\ud800"}}',
  '{"type":"pong","payload":1}',
  '{"type":"complete","id":"1"}',
  '{"type":"complete","id":"none"}',
  '{"type":"complete"}',
  '{"type":"next","id":"1","payload":{}}',
  '{"type":"connection_ack"}',
  '{"type":"subscribe","id":"","payload":{"query":"{"}}',
  '{"type":"subscribe","id":"1","payload":{"query":5}}',
  '{"type":"subscribe","id":"1","payload":null}',
  '{"type":"subscribe","id":{},"payload":{"query":"{me{role}}"}}',
  '{"type":"subscribe","payload":{"query":"{me{role}}"}}',
  '{"type":"subscribe","id":"__proto__","payload":{"query":"subscription { migrationChanged { cursor } }"}}',
  '{"type":"subscribe","id":"\\u0000\\ud800","payload":{"query":"subscription { migrationChanged { cursor } }"}}',
  '{"type":"toString"}',
  '{"type":"__proto__"}',
  '{}',
  'null',
  '[]',
  '""',
  '',
  'x',
  '\0',
];

const PROTOCOLS = ['graphql-transport-ws', 'graphql-transport-ws', 'graphql-transport-ws', 'graphql-ws', ''];

/** Sockets on which a few subscriptions and much else is said. @param operations mostly subscriptions */
export function sockets(senders: fc.Arbitrary<Sender>, operations: fc.Arbitrary<Operation>): fc.Arbitrary<SocketAttempt> {
  const id = fc.constantFrom('1', '2', 'x'.repeat(300), '💥');
  const subscribe = fc
    .record({ id, payload: operations })
    .map(({ payload, ...rest }) => JSON.stringify({ type: 'subscribe', ...rest, payload }));
  const words: fc.Arbitrary<Message> = fc.oneof(
    { weight: 5, arbitrary: subscribe },
    { weight: 2, arbitrary: spoiledText(subscribe) },
    { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ binary: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: mutated(subscribe.map((text) => frame(1, Buffer.from(text)))).map((frames) => ({ frames })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 130 }))
        .map(([opcode, bytes]) => ({ frames: frame(opcode, Buffer.from(bytes)) })),
    },
  );
  const init: fc.Arbitrary<readonly Message[]> = fc.oneof(
    { weight: 5, arbitrary: fc.constant<readonly Message[]>([INITS[0]!]) },
    { weight: 1, arbitrary: fc.constantFrom(...INITS).map((text): readonly Message[] => [text]) },
    { weight: 1, arbitrary: fc.constant<readonly Message[]>([]) },
  );
  return fc
    .record({ as: senders, protocol: fc.constantFrom(...PROTOCOLS), init, said: fc.array(words, { minLength: 1, maxLength: 5 }) })
    .map(({ init: first, said, ...rest }) => ({ kind: 'socket', ...rest, messages: [...first, ...said] }));
}
