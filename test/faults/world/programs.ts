/**
 * The programs of the service as two files of plain JavaScript: a process that is killed a thousand times must not compile
 * itself anew each time, which is two thirds of what its start costs.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { atEndOfFile } from '../../support/end-of-file.ts';

/** What a process runs. */
export interface Program {
  readonly file: string;
  /** For NODE_COMPILE_CACHE. */
  readonly compileCache: string;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let built: Promise<{ readonly API: Program; readonly worker: Program }> | undefined;

/** Builds them, once for each test file or campaign; they go with it. */
export function buildPrograms(): NonNullable<typeof built> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<{ API: Program; worker: Program }> {
  // Below the repository, where its packages are found.
  const parent = join(ROOT, '.data', 'programs');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(`${parent}/`);
  atEndOfFile(async () => {
    built = undefined;
    // A process writes what it compiled as it ends, and one that was stopped just now may still be at it.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  const entryPoints = ['src/main.ts', 'worker/main.ts'].map((file) => join(ROOT, file));
  await build({ entryPoints, bundle: true, packages: 'external', platform: 'node', format: 'esm', outdir: folder, outbase: ROOT });
  const program = (name: string): Program => ({ file: join(folder, name, 'main.js'), compileCache: join(folder, 'compiled') });
  return { API: program('src'), worker: program('worker') };
}
