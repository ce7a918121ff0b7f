/** Asking over HTTP whether migrations are on: the platform that is asked about, and rounds of questions. */
import { pino } from 'pino';
import type { Actor } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { Child } from '../fanout/child.ts';
import type { Asked, Asking } from './asker.child.ts';

/** Migrations of the platform, by key. */
export const KEYS: readonly string[] = Array.from({ length: 20 }, (_, i) => `migration-${i}`);
/** Of its accounts, by id. */
export const ACCOUNTS: readonly string[] = Array.from({ length: 1_000 }, (_, i) => `account-${i}`);
/** Where OFREP answers for all migrations at once; for one with its key behind. */
export const ALL = '/ofrep/v1/evaluate/flags';

/** Every so many accounts have opted in, everywhere. */
const OPTED_IN_EVERY = 4;
const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };

/** The accounts for which every migration is on. */
export const OPTED_IN: readonly string[] = ACCOUNTS.filter((_, i) => i % OPTED_IN_EVERY === 0);

/**
 * Fills an empty database.
 *
 * @returns tokens of a runtime and of an operator
 */
export async function fill(databaseUrl: string): Promise<{ token: string; operator: string }> {
  const house = await compose(readConfig({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' }), pino({ level: 'silent' }));
  try {
    const gracePeriodStart = new Date().toISOString().slice(0, 10);
    for (const key of KEYS) {
      await house.migrations.createMigration(OPERATOR, { key, title: key, severity: 'MEDIUM', gracePeriodStart });
      await house.migrations.announceMigration(OPERATOR, key);
    }
    for (const id of ACCOUNTS) await house.accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date(0) });
    for (const id of OPTED_IN) await Promise.all(KEYS.map((key) => house.rollouts.optIn(OPERATOR, id, key)));
    const { token } = await house.tokens.createToken(OPERATOR, { name: 'bench', role: 'RUNTIME', subject: 'checkout' });
    const { token: operator } = await house.tokens.createToken(OPERATOR, { name: 'bench', role: 'OPERATOR', subject: OPERATOR.subject });
    return { token, operator };
  } finally {
    await house.close();
  }
}

/** The questions about each account. @param subject how the server names whom it is asked about */
export function bodiesFor(subject: 'targetingKey' | 'userId'): string[] {
  return ACCOUNTS.map((account) => JSON.stringify({ context: { [subject]: account } }));
}

/** One round of a server. */
export interface Round {
  /** CPU of the server, in µs a request. */
  readonly cpuUs: number;
  /** Requests a second. */
  readonly rate: number;
  readonly latenciesMs: readonly number[];
}

/** Has a server asked, and says what that cost it. */
export async function round(server: Child, asker: Child, asking: Asking): Promise<Round> {
  const before = await server.ask<number>('cpuUs');
  const { elapsedMs, latenciesMs } = await asker.ask<Asked>('ask', asking);
  const after = await server.ask<number>('cpuUs');
  return { cpuUs: (after - before) / asking.requests, rate: (asking.requests / elapsedMs) * 1_000, latenciesMs };
}

/** In ms, over all rounds. */
export function p99(rounds: readonly Round[]): number {
  const sorted = rounds.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))]!;
}
