import { loggedEvent } from '../events/log.ts';
import type { Match } from './queue.repository.ts';
import { TEST_TYPE } from './webhook.rules.ts';

/** What a receiver must take; an event whose data is longer is told without. */
const MAX_DATA_LENGTH = 262_144;

/** What is sent of an event: the public ids of what it is about, and what the log says of it, which is never a secret. */
export function bodyOf(match: Match): string {
  const { cursor, type, at, actorRole, actor, administratorId, data } = loggedEvent(match);
  const { account, migration } = match;
  const isShort = JSON.stringify(data).length <= MAX_DATA_LENGTH;
  const event = { cursor, type, account, migration, administrator: administratorId, actorRole, actor, data: isShort ? data : null };
  return JSON.stringify({ type, timestamp: at.toISOString(), data: { event } });
}

/** What is sent as a test. @param now the present instant */
export function testBody(now: Date): string {
  return JSON.stringify({ type: TEST_TYPE, timestamp: now.toISOString(), data: {} });
}
