/** A real API process to be fuzzed, on a database of its own, with something of everything in it. */
import 'reflect-metadata';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { SYSTEM } from '../../../src/auth/actor.ts';
import { SCOPES } from '../../../src/auth/scopes.rules.ts';
import type { NewToken } from '../../../src/auth/tokens.rules.ts';
import { compose } from '../../../src/compose.ts';
import { readConfig } from '../../../src/config.ts';
import type { House } from '../../../src/house.ts';
import { SWEEPS } from '../../../worker/jobs/sweeps.ts';
import { createWorld, type Whose } from '../../support/every-field.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import type { Usage } from '../../support/measured-api.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { BrokenPromise } from '../fault.ts';
import type { Secrets } from './routes.ts';
import type { Known } from './values.ts';

/** What the process is told: no answer is refused for its price a minute, and nothing it might call is there. */
const SETTINGS = {
  NODE_ENV: 'production',
  INTROSPECTION: 'on',
  LOG_LEVEL: 'info',
  PLATFORM_TIME_ZONE: 'Europe/Berlin',
  PORT: '0',
  TRUSTED_WEBHOOK_HOSTS: '127.0.0.1:9',
  TRUSTED_SMTP_SERVERS: '127.0.0.1:9',
  METRICS_TOKEN: 'metrics-of-the-fuzzed',
  ENCRYPTION_KEYS: `fuzz:${Buffer.from('fuzz'.repeat(8)).toString('base64')}`,
  RATE_LIMIT_POINTS: '1000000000',
  RATE_LIMIT_RUNTIME_POINTS: '1000000000',
  RATE_LIMIT_ANONYMOUS_POINTS: '1000000000',
  MAIL_TIMEOUT_SECONDS: '1',
  SES_URL: 'http://127.0.0.1:2',
  MANDRILL_URL: 'http://127.0.0.1:2',
  SENDGRID_URL: 'http://127.0.0.1:2',
} as const;

const LOOK_AGAIN_MS = 50;
/** Thousands of mails and webhooks may wait, each for somebody who does not answer. */
const SWEEP_FOR_MS = 60_000;
const SPARE = 'spare';
const PASSWORD = 'correct horse battery';

/** See the top of this file. */
export class FuzzedWorld {
  /** What is in it. */
  things!: Things;
  /** Lines of its log that nobody has looked at yet. */
  private lines: string[] = [];
  private gone: string | null = null;

  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
    private readonly house: House,
    readonly url: string,
    /** By who sends. */
    readonly tokens: Readonly<Record<string, string>>,
  ) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.lines.push(line));
    createInterface({ input: child.stderr! }).on('line', (line) => this.lines.push(line));
    child.once('exit', (code, signal) => (this.gone = `The process ended: ${signal ?? code}.`));
  }

  /** Starts it. @param databaseUrl of a database that is there, empty or migrated */
  static async start(databaseUrl: string): Promise<FuzzedWorld> {
    const dir = await mkdtemp(join(tmpdir(), 'graceline-fuzz-'));
    const settings = { ...SETTINGS, DATABASE_URL: databaseUrl, DATA_DIR: dir, CLOCK_FILE: join(dir, 'clock') };
    await writeFile(settings.CLOCK_FILE, '2016-04-01T09:00:00.000Z');
    const house = await compose(readConfig(settings), pino({ level: 'silent' }));
    await house.db.migrate();
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(fileURLToPath(new URL('../../support/measured-api.child.ts', import.meta.url)), [], {
      execArgv: ['--expose-gc', '--import', 'tsx'],
      env: { PATH, HOME, ...settings },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const died = once(child, 'exit').then(() => Promise.reject(new Error('The API ended as it started.')));
    const [{ port }] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }];
    died.catch(() => undefined);
    const tokens: Record<string, string> = { WRONG: `gl_${'x'.repeat(40)}` };
    const world = new FuzzedWorld(child, dir, house, `http://127.0.0.1:${port}`, tokens);
    try {
      world.things = await world.furnish(tokens);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** The lines of the log since this was last asked, and that the process has ended where it has. */
  takeLines(): string[] {
    const lines = this.lines;
    this.lines = [];
    return this.gone === null ? lines : [...lines, this.gone];
  }

  /** What it uses once its garbage is gone. */
  async usage(): Promise<Usage> {
    this.child.send('rest');
    return ((await once(this.child, 'message')) as [Usage])[0];
  }

  /**
   * Waits until no connection is in a transaction; called when nothing is under way.
   *
   * @throws {BrokenPromise} where one stays in it
   */
  async untilNoTransaction(): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const open = await this.house.db.query<{ state: string; query: string }>(
        'select state, query from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()',
      );
      if (open.length === 0) return;
      if (performance.now() > giveUpAt) throw new BrokenPromise(`A connection stays in a transaction: ${JSON.stringify(open)}`);
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** Does what the worker would do next with what was left in the database. Rejects where a sweep fails. */
  async sweep(): Promise<void> {
    const signal = AbortSignal.timeout(SWEEP_FOR_MS);
    for (const sweep of SWEEPS) await sweep.run(this.house, signal);
  }

  async close(): Promise<void> {
    if (this.gone === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    await this.house.close();
    await rm(this.dir, { recursive: true, force: true });
  }

  private async furnish(tokens: Record<string, string>): Promise<Things> {
    const { house, url } = this;
    const clientOf = async (token: Omit<NewToken, 'name'>) => {
      const made = await house.tokens.createToken(SYSTEM, { name: token.role, ...token });
      tokens[token.role] = made.token;
      return graphqlClient(url, made.token);
    };
    const operator = await clientOf({ role: 'OPERATOR', subject: 'olga@platform.example' });
    const { ours } = await createWorld({
      house,
      db: house.db,
      operator,
      anonymous: graphqlClient(url),
      clientOf,
      setClock: (instant) => writeFile(house.config.CLOCK_FILE!, instant),
      sweep: async () => {
        for (let round = 0; round < 3; round += 1) await this.sweep();
      },
    });
    await clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: ['mine'], scopes: SCOPES });
    // The only one that may be revoked: with another its owner would be a stranger from then on.
    await house.tokens.createToken(SYSTEM, { name: SPARE, role: 'OPERATOR', subject: SPARE });
    const secrets = await this.makeSecrets(tokens);
    const ids = await house.db.query<{ id: string }>(
      `select id from administrator union all select id from notice union all select id from webhook_endpoint
        union all select id from reschedule union all select id from token where name = $1 order by 1 limit 40`,
      [SPARE],
    );
    const [endpoint] = await house.db.query<{ id: string }>('select id from webhook_endpoint');
    return {
      whose: ours,
      endpoint: endpoint!.id,
      secrets,
      known: {
        account: ['mine', 'theirs'],
        migration: ['running', 'untouched', 'cancelled', 'finished', 'draft'],
        administrator: [ours.administrator],
        ids: ids.map(({ id }) => id),
      },
    };
  }

  /** By the public API, as clients come by them. */
  private async makeSecrets(tokens: Readonly<Record<string, string>>): Promise<Secrets> {
    const operator = graphqlClient(this.url, tokens['OPERATOR']);
    const administrator = graphqlClient(this.url, tokens['ADMINISTRATOR']);
    const email = 'sam@example.invalid';
    const input = {
      email,
      connection: 'people',
      password: PASSWORD,
      identities: [{ provider: 'google-oauth2', userId: '1', accessToken: 'secret' }],
    };
    await operator.request('mutation ($input: NewUser!) { createUser(account: "mine", input: $input) { id } }', { input });
    await operator.request('mutation { createApplication(account: "mine", clientId: "shop", name: "Shop") { id } }');
    await operator.request('mutation { createMigration(input: { key: "draft", title: "Draft", severity: LOW }) { id: key } }');
    await operator.request(
      'mutation { createWebhookEndpoint(input: { url: "http://127.0.0.1:9/", types: [EXEMPTION_ENDED] }) { secret } }',
    );
    await operator.request(
      'mutation { rescheduleMigration(key: "running", dates: { mandatoryOptIn: "2016-06-10", reason: "Sooner." }) { id } }',
    );
    const { createCalendarLink } = await administrator.request<{ createCalendarLink: { url: string } }, object>(
      'mutation { createCalendarLink { url } }',
    );
    const session = await this.post('/session', { token: tokens['OPERATOR'] });
    const signIn = await this.post('/oauth/ro', {
      client_id: 'shop',
      connection: 'people',
      username: email,
      password: PASSWORD,
      scope: 'openid',
    });
    await this.post('/dbconnections/change_password', {
      client_id: 'shop',
      connection: 'people',
      email,
      password: 'another horse battery',
    });
    await this.sweep();
    return {
      calendar: createCalendarLink.url.split('/').at(-1)!,
      ticket: await this.ticket(),
      clientId: 'shop',
      email,
      password: PASSWORD,
      session: session.headers.get('set-cookie')!.split(';')[0]!,
      idToken: ((await signIn.json()) as { id_token: string }).id_token,
      metrics: SETTINGS.METRICS_TOKEN,
    };
  }

  private post(path: string, fields: object): Promise<Response> {
    return fetch(`${this.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) });
  }

  /** From the mail, which is a file where there is no server. */
  private async ticket(): Promise<string> {
    const folder = join(this.dir, 'mail');
    for (const name of await readdir(folder)) {
      const found = /password-reset\?ticket=(?:3D)?([\w-]+)/.exec((await readFile(join(folder, name), 'utf8')).replaceAll('=\r\n', ''));
      if (found) return found[1]!;
    }
    throw new Error('No mail to set a new password came.');
  }
}

/** What is in the world. */
export interface Things {
  readonly whose: Whose;
  /** Of webhooks. */
  readonly endpoint: string;
  readonly known: Known;
  readonly secrets: Secrets;
}
