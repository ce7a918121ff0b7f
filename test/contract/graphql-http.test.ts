/** The audits of GraphQL over HTTP, the specification's own suite, against an API of ours. */
import { serverAudits } from 'graphql-http';
import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { OLGA, startService, type TestService } from '../support/service.ts';

const FAILURE_STATUS =
  'A request that ran nothing fails by its status too, so that proxies, monitors and "curl --fail" see it: 400 in both types, where the specification wants 200 in the older one.';
const SIMPLE_GET =
  'A GET that a page of any site can have a browser send runs nothing; with a header that pages cannot send unasked, such as Authorization, it is answered.';

/** What is not met, and why; no MUST may stand here. */
const NOT_MET: Readonly<Record<string, string>> = {
  'SHOULD use 200 status code on document parsing failure when accepting application/json': FAILURE_STATUS,
  'SHOULD use 200 status code on document validation failure when accepting application/json': FAILURE_STATUS,
  'SHOULD use a status code of 200 on variable coercion failure when accepting application/json': FAILURE_STATUS,
};
/** The same for requests that pages of other sites can send. */
const NOT_MET_UNASKED: Readonly<Record<string, string>> = {
  ...NOT_MET,
  'MAY accept application/x-www-form-urlencoded formatted GET requests': SIMPLE_GET,
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json': SIMPLE_GET,
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json': SIMPLE_GET,
};

let service: TestService;
let authorization: string;

beforeAll(async () => {
  service = await startService('2026-05-14T09:00:00Z');
  const { token } = await service.house.tokens.createToken(SYSTEM, { name: 'audit', role: 'OPERATOR', subject: OLGA });
  authorization = `Bearer ${token}`;
});

const askWith = (headers: () => Record<string, string>) => (url: string, init: RequestInit) =>
  fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), ...headers() } });

describe.each([
  ['with a token', askWith(() => ({ authorization })), NOT_MET],
  ['without one', askWith(() => ({})), NOT_MET_UNASKED],
])('%s', (_, fetchFn, notMet) => {
  const audits = serverAudits({ url: () => `${service.url}/graphql`, fetchFn });

  test('what is not met is an audit of this suite, and no MUST', () => {
    const names = new Set<string>(audits.map(({ name }) => name));
    expect(Object.keys(notMet).filter((name) => !names.has(name) || name.startsWith('MUST'))).toEqual([]);
    expect(audits.length).toBeGreaterThan(60);
  });

  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (name, audit) => {
    const result = await audit.fn();
    const fault = result.status === 'ok' ? null : result.reason;
    if (notMet[name] === undefined) expect(fault).toBeNull();
    else expect(fault, `It is met: take it off the list of what is not. ${notMet[name]}`).not.toBeNull();
  });
});

test.each([
  ['PUT', 'application/json', '{}', 405],
  ['POST', 'text/plain', '{}', 415],
  ['POST', 'application/json', '{', 400],
  ['POST', 'application/json', `"${'x'.repeat(2 ** 20)}"`, 413],
])('the refusal of a %s of %s is in the type that is accepted', async (method, type, body, status) => {
  for (const [accept, expected] of [
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ] as const) {
    const response = await fetch(`${service.url}/graphql`, { method, headers: { 'content-type': type, accept }, body });
    expect([response.status, response.headers.get('content-type')]).toEqual([status, expected]);
    expect(await response.json()).toHaveProperty('errors');
  }
});
