import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoBinary } from 'mongodb-memory-server-core';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../src/db/embedded.ts';
import { describeServer, type MongoProgram, startMongoServer } from './mongo-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where workers under test keep their ticks; where nothing is provided, in PostgreSQL. */
    mongodb: { readonly url: string; readonly program: MongoProgram | null };
  }
}

/** The exit code where there is no server to test on: EX_UNAVAILABLE of sysexits.h, which no failed test ends with. */
const NO_SERVER = 69;

/** Finds a server that speaks the protocol of MongoDB, or starts one, and says which it is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['MONGODB_URL'];
  if (given) {
    say(`The worker's tests run on ${await describeServer(given).catch(cannot)}, at MONGODB_URL.`);
    project.provide('mongodb', { url: given, program: null });
    return async () => undefined;
  }
  const program = await findProgram();
  const dir = await mkdtemp(join(tmpdir(), 'graceline-mongodb-'));
  const server = await startMongoServer(program, dir, await freePort()).catch(cannot);
  say(`The worker's tests run on ${await describeServer(server.url)}.`);
  project.provide('mongodb', { url: server.url, program });
  return async () => {
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  };
}

async function findProgram(): Promise<MongoProgram> {
  const path = process.env['FERRETDB_PATH'];
  if (path) return { kind: 'FerretDB', path };
  // Downloads MongoDB once, where it may.
  return { kind: 'mongod', path: await MongoBinary.getPath().catch(cannot) };
}

function cannot(why: unknown): never {
  say(`NO MONGODB: no test has run. ${why instanceof Error ? why.message : String(why)}`);
  say('Give one of these: MONGODB_URL of a server to test on (databases named test_… are made and dropped there);');
  say('FERRETDB_PATH, the program of FerretDB 1.24 (.ci/build-ferretdb builds it where there is Go); or a network from which');
  say('mongodb-memory-server can download MongoDB.');
  process.exit(NO_SERVER);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
