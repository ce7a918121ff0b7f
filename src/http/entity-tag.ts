import { hash } from 'node:crypto';
import type { RouteRequest, RouteResponse } from './route.ts';

/** Enough of a hash that no two answers share it by chance: 128 bits. */
const TAG_LENGTH = 22;

/** The tag of an answer. */
export function tagOf(body: string | Uint8Array): string {
  return `"${hash('sha256', body, 'base64url').slice(0, TAG_LENGTH)}"`;
}

/** Whether whoever asks has the answer of this tag already. A proxy that compresses makes a tag weak, which is the same here. */
export function isKnown(headers: RouteRequest['headers'], etag: string): boolean {
  return headers['if-none-match']?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) ?? false;
}

/**
 * An answer that is not sent again to whoever has it already.
 *
 * @param kept the headers that go with a 304 too, e.g. for how long it is fresh
 * @param answer its body is a text; `kept` is added to its headers
 */
export function tagged(
  { headers }: Pick<RouteRequest, 'headers'>,
  kept: Readonly<Record<string, string>>,
  answer: RouteResponse & { readonly body: string },
): RouteResponse {
  const etag = tagOf(answer.body);
  const sent = { ...kept, etag };
  if (isKnown(headers, etag)) return { status: 304, headers: sent, body: '' };
  return { ...answer, headers: { ...answer.headers, ...sent } };
}
