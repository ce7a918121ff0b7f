/** Who is in the stories that tests of the whole tell, and what they do with their dashboards. */
import { expect } from 'vitest';
import {
  CreateAdministratorDocument,
  CreateTokenDocument,
  DismissNoticeDocument,
  NoticeAddedDocument,
  type NoticeAddedSubscription,
  NoticesDocument,
} from '../../schema/generated/operations.ts';
import { type Collector, type GraphqlClient, graphqlClient } from './graphql-client.ts';
import { until } from './processes.ts';
import { noticeText } from './reading.ts';

/** An administrator of a story. */
export const ADA = { name: 'Ada', email: 'ada@acme.example', timeZone: 'America/Los_Angeles', locale: 'en-US' };
/** See {@link ADA}. */
export const BEN = { name: 'Ben', email: 'ben@birch.example', timeZone: 'Europe/Berlin', locale: 'de-DE' };
/** See {@link ADA}. */
export const CHIYO = { name: 'Chiyo', email: 'chiyo@cobalt.example', timeZone: 'Asia/Kolkata', locale: 'en-IN' };
/** All of them. */
export const PEOPLE = [ADA, BEN, CHIYO];
/** Where they live. */
export const ZONES = PEOPLE.map(({ timeZone }) => timeZone);

/** An administrator of the story and what they watch. */
export interface Person {
  readonly id: string;
  readonly api: GraphqlClient;
  readonly notices: Collector<NoticeAddedSubscription>;
}

/** Makes an administrator of one account, with a token, who watches their notices from now on. */
export async function createAdministrator(
  olga: GraphqlClient,
  url: string,
  who: (typeof PEOPLE)[number],
  account: string,
): Promise<Person> {
  const { createAdministrator: person } = await olga.request(CreateAdministratorDocument, { input: { ...who, accounts: [account] } });
  const input = { name: 'Dashboard', role: 'ADMINISTRATOR', subject: who.email, administratorId: person.id } as const;
  const { createToken } = await olga.request(CreateTokenDocument, { input });
  const api = graphqlClient(url, createToken.token);
  return { id: person.id, api, notices: api.subscribe(NoticeAddedDocument, {}) };
}

/** The notices somebody has in their dashboard, newest first. */
export async function noticesOf({ api }: Person, includeClosed = false): Promise<string[]> {
  const { notices, unreadNotices } = await api.request(NoticesDocument, { includeClosed });
  const nodes = notices.edges.map(({ node }) => node);
  expect(unreadNotices).toBe(nodes.filter(({ dismissedAt, closedAt }) => !dismissedAt && !closedAt).length);
  return nodes.map((notice) =>
    [noticeText(notice), ...(notice.dismissedAt ? ['dismissed'] : []), ...(notice.closedAt ? ['closed'] : [])].join(', '),
  );
}

/** Dismisses all that are there. */
export async function dismissNotices({ api }: Person): Promise<void> {
  const { notices } = await api.request(NoticesDocument, {});
  for (const { node } of notices.edges) await api.request(DismissNoticeDocument, { id: node.id });
}

/** Does something and waits until each of these has heard of it, before the next change can hide it. */
export async function heard(watchers: readonly Collector<unknown>[], act: () => Promise<unknown>): Promise<void> {
  const before = watchers.map(({ all }) => all.length);
  await act();
  await until(
    () => watchers.every(({ all }, i) => all.length > before[i]!),
    () => 'Not everybody heard of it',
  );
}
