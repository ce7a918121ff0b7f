import { pino } from 'pino';
import type { Actor } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { writeEvents } from '../../src/events/log.ts';
import type { House } from '../../src/house.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };

/** When events were committed, in ms since the epoch, by cursor. */
export type Commits = ReadonlyMap<string, number>;

/** A platform with a migration and an account, in a process beside the API's. */
export class FanoutWorld {
  private constructor(
    private readonly house: House,
    private readonly migrationId: string,
    private readonly accountNumber: number,
  ) {}

  /** Fills an empty database. */
  static async create(databaseUrl: string): Promise<FanoutWorld> {
    const house = await compose(readConfig({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' }), pino({ level: 'silent' }));
    const gracePeriodStart = new Date().toISOString().slice(0, 10);
    const { id } = await house.migrations.createMigration(OPERATOR, { key: 'tls', title: 'TLS 1.0', severity: 'MEDIUM', gracePeriodStart });
    await house.migrations.announceMigration(OPERATOR, 'tls');
    const account = await house.accounts.createAccount(OPERATOR, { id: 'acme', name: 'Acme', platform: 'CLOUD', createdAt: new Date(0) });
    // Its state is as long as any.
    await house.rollouts.optIn(OPERATOR, 'acme', 'tls', true);
    return new FanoutWorld(house, id, account.number);
  }

  /** Tokens of so many operators. */
  async tokens(count: number): Promise<string[]> {
    const tokens: string[] = [];
    for (let i = 0; i < count; i++) {
      const subject = `operator-${i}@platform.example`;
      tokens.push((await this.house.tokens.createToken(OPERATOR, { name: 'bench', role: 'OPERATOR', subject })).token);
    }
    return tokens;
  }

  /** Commits events in one transaction, and rings as every change does. */
  async publish(events: number): Promise<Commits> {
    const { db, wake } = this.house;
    const event = { type: 'OPTED_IN' as const, migrationId: this.migrationId, accountNumber: this.accountNumber };
    const cursors = await db.transaction(async (tx) => {
      await writeEvents(
        tx,
        OPERATOR,
        new Date(),
        Array.from({ length: events }, () => event),
      );
      return tx.query<{ cursor: string }>(`select xid || '.' || id as cursor from event where xid = pg_current_xact_id()`);
    });
    wake.ring();
    const committed = performance.timeOrigin + performance.now();
    return new Map(cursors.map(({ cursor }) => [cursor, committed]));
  }

  /** Lets go of the database. */
  close(): Promise<void> {
    return this.house.close();
  }
}
