import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importAccounts, type ImportOptions } from '../../src/accounts/import/import-accounts.ts';
import type { Actor } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { newId } from '../../src/ids.ts';
import { cloneDatabase } from '../support/database.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'op@example.com', administratorId: null, tokenId: null, scopes: [] };
const clock = { now: () => new Date('2026-05-01T12:00:00Z') };
let db: Database;
let wake: Wake;
let folder: string;

beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 4);
  wake = new Wake(db, pino({ level: 'silent' }));
  folder = await mkdtemp(join(tmpdir(), 'graceline-import-'));
});
afterAll(async () => {
  await wake.close();
  await db.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => db.query('truncate account, account_import, event, migration, decision cascade'));

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}
const run = (file: string, options: Partial<ImportOptions> = {}) => importAccounts(db, wake, clock, OPERATOR, { file, ...options });
const line = (id: string, more: object = {}) =>
  JSON.stringify({ id, name: `Name of ${id}`, platform: 'CLOUD', createdAt: '2026-01-01T00:00:00Z', ...more });
const rejectsOf = async (file: string) =>
  (await readFile(`${file}.rejects.ndjson`, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { line: number; reason: string; text: string });

describe('importing accounts', () => {
  test('tells PostgreSQL how many there are, so that look-ups are not planned as for the few of before', async () => {
    const file = await fileOf('many.ndjson', Array.from({ length: 3_000 }, (_, i) => line(`m-${i}`)).join('\n'));
    await run(file);
    expect(await db.query(`select reltuples from pg_class where oid = 'account'::regclass`)).toEqual([{ reltuples: 3_000 }]);
  });

  test('creates, then finds all unchanged, then updates what differs, without burning account numbers', async () => {
    const file = await fileOf(
      'plain.ndjson',
      [line('a', { attributes: { tier: 'go"ld\\n\n', seats: 5 } }), line('b', { plan: '\\N' }), line('c', { region: 'eü' })].join('\n'),
    );
    expect(await run(file)).toMatchObject({ created: 3, updated: 0, unchanged: 0, rejected: 0, finished: true, rejectsFile: null });
    expect(await run(file)).toMatchObject({ created: 0, updated: 0, unchanged: 3, finished: true, resumedAtLine: null });
    await writeFile(
      file,
      [line('a', { attributes: { tier: 'silver' } }), line('b', { plan: '\\N' }), line('c', { region: 'eü' }), line('d')].join('\n'),
    );
    expect(await run(file)).toMatchObject({ created: 1, updated: 1, unchanged: 2 });
    const rows = await db.query(
      'select id, number - (select min(number) from account) as place, plan, region, attributes, created_at from account order by number',
    );
    const createdAt = { created_at: new Date('2026-01-01T00:00:00Z') };
    expect(rows).toEqual([
      { id: 'a', place: 0, plan: null, region: null, attributes: { tier: 'silver' }, ...createdAt },
      { id: 'b', place: 1, plan: '\\N', region: null, attributes: {}, ...createdAt },
      { id: 'c', place: 2, plan: null, region: 'eü', attributes: {}, ...createdAt },
      { id: 'd', place: 3, plan: null, region: null, attributes: {}, ...createdAt },
    ]);
    const events = await db.query<{ data: object }>(`select data from event where type = 'ACCOUNTS_IMPORTED' order by id`);
    expect(events.map(({ data }) => data)[2]).toEqual({ file: 'plain.ndjson', line: 5, created: 1, updated: 1, unchanged: 2, rejected: 0 });
  });

  test('reports each bad line by number with its reason and skips it', async () => {
    const bad: [string | Buffer, RegExp][] = [
      ['{"id":', /no JSON/],
      ['[1]', /no JSON object/],
      [line('x', { name: 'n'.repeat(1_000_000) }), /"name" has 1000000 characters.*1 to 200/],
      [line('x', { name: 'n'.repeat(3_000_000) }), /longer than 1048576 bytes/],
      [line('x', { platform: 'MOON' }), /CLOUD, APPLIANCE/],
      [line('x', { timeZone: 'Mars/Olympus' }), /no time zone.*Europe\/Berlin/],
      [line('x', { createdAt: '2026-02-30T00:00:00Z' }), /createdAt/],
      [line('x', { timezone: 'UTC' }), /"timezone" is no field/],
      [line('x', { attributes: { a: { b: 1 } } }), /attributes.a/],
      ['{"id":"x","name":"X","platform":"CLOUD","attributes":{"__proto__":1}}', /__proto__/],
      ['{"id":"x","name":"X","platform":"CLOUD","attributes":{"a":"\\ud800"}}', /surrogate/],
      [line('x\u0000'), /control/],
      [line(' x'), /whitespace/],
      [Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')]), /UTF-8/],
    ];
    const parts = bad.flatMap(([text], i) => [Buffer.from(text), Buffer.from('\r\n'), Buffer.from(`${line(`good-${i}`)}\n\n`)]);
    const file = await fileOf('bad.ndjson', Buffer.concat([Buffer.from(`${line('first')}\n`), ...parts]));
    expect(await run(file)).toMatchObject({ created: bad.length + 1, rejected: bad.length, rejectsFile: `${file}.rejects.ndjson` });
    const rejects = await rejectsOf(file);
    expect(rejects.map(({ line: number }) => number)).toEqual(bad.map((_, i) => 2 + 3 * i));
    bad.forEach(([, reason], i) => expect(rejects[i]!.reason).toMatch(reason));
    expect(Math.max(...rejects.map(({ text }) => text.length))).toBeLessThanOrEqual(2_000);
  });

  test('of lines with the same id the last counts, in one batch and across', async () => {
    const file = await fileOf(
      'twice.ndjson',
      [line('a', { plan: 'one' }), line('b'), line('a', { plan: 'two' }), line('a', { plan: 'three' })].join('\n'),
    );
    expect(await run(file)).toMatchObject({ created: 2, updated: 0, unchanged: 2, rejected: 0 });
    expect(await db.query(`select plan from account where id = 'a'`)).toEqual([{ plan: 'three' }]);
  });

  test('reads CSV with quotes, line breaks within them, and attributes as columns or JSON', async () => {
    const file = await fileOf(
      'accounts.csv',
      '\ufeffid,name,platform,usesBuiltInEmail,attributes,attributes.seats,attributes.code\r\n' +
        'a,"Acme, ""the"" first",CLOUD,false,"{""tier"":""gold""}",5,007\r\n' +
        'b,"two\nlines",APPLIANCE,,,,\n' +
        'c,too,few\n' +
        'd,"Never closed,CLOUD,,,,\n' +
        'e,Last,APPLIANCE,true,,true,',
    );
    expect(await run(file)).toMatchObject({ created: 2, rejected: 3 });
    expect(await db.query('select id, name, platform, uses_built_in_email as mail, attributes from account order by id')).toEqual([
      { id: 'a', name: 'Acme, "the" first', platform: 'CLOUD', mail: false, attributes: { tier: 'gold', seats: 5, code: '007' } },
      { id: 'e', name: 'Last', platform: 'APPLIANCE', mail: true, attributes: { seats: true } },
    ]);
    expect((await rejectsOf(file)).map(({ line: number, reason }) => [number, reason])).toEqual([
      [2 + 1, expect.stringMatching(/control characters/)],
      [5, expect.stringMatching(/3 fields where the header has 7/)],
      [6, expect.stringMatching(/never closed/)],
    ]);
  });

  test('an import that is stopped in the middle goes on where it stopped, and one that finished begins anew', async () => {
    const lines = Array.from({ length: 65_000 }, (_, i) => (i % 1_000 === 7 ? `bad ${i}` : line(`account-${i}`)));
    const file = await fileOf('long.ndjson', lines.join('\n'));
    const stop = new AbortController();
    const stopped = await run(file, { signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped).toMatchObject({ finished: false, resumedAtLine: null });
    expect(stopped.line).toBeGreaterThan(1);
    expect(stopped.line).toBeLessThan(65_000);
    // As a process leaves it that was killed between writing rejects and committing their batch.
    await writeFile(`${file}.rejects.ndjson`, `${JSON.stringify({ line: stopped.line + 3, reason: 'x', text: 'y' })}\n{"li`, { flag: 'a' });
    const resumed = await run(file);
    expect(resumed).toMatchObject({ finished: true, resumedAtLine: stopped.line, created: 64_935, updated: 0, unchanged: 0, rejected: 65 });
    expect((await rejectsOf(file)).map(({ line: number }) => number)).toEqual(Array.from({ length: 65 }, (_, i) => 1_000 * i + 8));
    expect(await db.query('select count(*) from account')).toEqual([{ count: 64_935 }]);
    const sums = await db.query(`select sum((data->>'created')::int) as created from event where type = 'ACCOUNTS_IMPORTED'`);
    expect(sums).toEqual([{ created: 64_935 }]);
    expect(await run(file)).toMatchObject({ finished: true, resumedAtLine: null, created: 0, unchanged: 64_935, rejected: 65 });
  });

  test('two imports of one file at once: one of them stops, and nothing is lost', async () => {
    const file = await fileOf('both.ndjson', Array.from({ length: 45_000 }, (_, i) => line(`account-${i}`)).join('\n'));
    const outcomes = await Promise.allSettled([run(file), run(file)]);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'CONFLICT' });
    expect(failed.length).toBeLessThan(2);
    expect(await db.query('select count(*) from account')).toEqual([{ count: 45_000 }]);
  });

  test('tells which live migrations touch an updated account now, or no longer', async () => {
    const [live, draft] = [await migration('GRACE_PERIOD', { tier: 'gold' }), await migration('DRAFT', { tier: 'gold' })];
    const at = (tier: string, createdAt = '2026-01-01T00:00:00Z') => ({ attributes: { tier }, createdAt });
    const file = await fileOf(
      'members.ndjson',
      [line('joins', at('tin')), line('leaves', at('gold')), line('stays', at('gold')), line('ages', at('gold'))].join('\n'),
    );
    await run(file);
    await db.query(
      `insert into decision (migration_id, account_number, opted_in_at) select $1, number, now() from account where id = 'leaves'`,
      [live],
    );
    expect(await db.query(`select from event where type like 'ACCOUNT\\_%'`)).toEqual([]);
    await writeFile(
      file,
      [
        line('joins', at('gold')),
        line('leaves', at('tin')),
        line('stays', { ...at('gold'), plan: 'pro' }),
        line('ages', at('gold', '2026-04-20T00:00:00Z')),
      ].join('\n'),
    );
    await run(file);
    const events = await db.query(
      `select e.type, a.id, e.migration_id = $1 as live, e.data from event e join account a on a.number = e.account_number where e.migration_id in ($1, $2) order by a.id, e.id`,
      [live, draft],
    );
    expect(events).toEqual([
      { type: 'ACCOUNT_UNAFFECTED', id: 'ages', live: true, data: { born: false, optedIn: false, optedOut: false } },
      { type: 'ACCOUNT_AFFECTED', id: 'ages', live: true, data: { born: true, optedIn: false, optedOut: false } },
      { type: 'ACCOUNT_AFFECTED', id: 'joins', live: true, data: { born: false, optedIn: false, optedOut: false } },
      { type: 'ACCOUNT_UNAFFECTED', id: 'leaves', live: true, data: { born: false, optedIn: true, optedOut: false } },
    ]);
  });

  test.each<[string, string | Buffer, RegExp]>([
    ['empty.ndjson', '', /is empty/],
    ['binary.ndjson', Buffer.from([1, 0, 2]), /is binary/],
    ['packed.csv', Buffer.from([0x1f, 0x8b, 8]), /is binary/],
    ['array.json', '[{"id":"a"}]', /JSON array/],
    ['prose.txt', 'Dear reader,\nthis is prose.', /neither NDJSON nor CSV.*"Dear reader"/],
    ['columns.csv', 'id,name\na,b', /no column "platform"/],
  ])('refuses %s', async (name, content, reason) => {
    const file = await fileOf(name, content);
    await expect(run(file)).rejects.toMatchObject({ code: 'INVALID_FILE', message: expect.stringMatching(reason) as string });
    expect(existsSync(`${file}.rejects.ndjson`)).toBe(false);
  });

  test('refuses a missing file, a folder, and everybody but operators', async () => {
    await expect(run(join(folder, 'missing.ndjson'))).rejects.toMatchObject({ code: 'INVALID_FILE' });
    await expect(run(folder)).rejects.toMatchObject({ code: 'INVALID_FILE' });
    const file = await fileOf('one.ndjson', line('a'));
    for (const role of ['ADMINISTRATOR', 'PARTNER', 'RUNTIME', 'SYSTEM'] as const) {
      await expect(importAccounts(db, wake, clock, { ...OPERATOR, role }, { file })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

async function migration(state: string, attributes: object): Promise<string> {
  const id = newId();
  await db.query(
    `insert into migration (id, key, title, description, severity, state, grace_period_start, grace_starts_at, mandatory_opt_in, reversible, platforms,
                            built_in_email_only, required_attributes, listed_only, created_at, updated_at)
     values ($1::uuid, 'k-' || $1::uuid, 'T', '', 'LOW', $2, '2026-04-15', '2026-04-15T00:00:00Z', 'TBD', true, '{}', false, $3, false, $4, $4)`,
    [id, state, JSON.stringify(attributes), clock.now()],
  );
  return id;
}
