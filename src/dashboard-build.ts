/**
 * Builds the dashboard where it is missing or its sources changed since; a second or two, else some milliseconds. Run by
 * `npm install` as a script, and called by `npm start`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './config.ts';
import { GracelineError } from './errors.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = join(ROOT, 'dist/dashboard');
/** Beside what it is of, because everything inside is served. */
const STAMP = join(ROOT, 'dist/dashboard.sha256');
/** All that it is built from: files, and folders with everything below. The lock file stands for its packages. */
const SOURCES = [
  'src/dashboard',
  'schema/generated/dashboard.ts',
  'schema/generated/dashboard-operator.ts',
  'vite.config.ts',
  'package-lock.json',
  'src/dashboard-build.ts',
];
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');

/** What to do where there is no dashboard, for whoever installs, starts or opens one. */
export const DASHBOARD_NOT_BUILT =
  'The dashboard is not built; everything else works without it. Run `npm ci` and `npm run build` with the packages of ' +
  'development, which `npm prune --omit=dev` takes away again, or copy dist/dashboard from where that was done.';

/**
 * Makes sure that `dist/dashboard` is of the sources as they are; without the packages of development, one that was built
 * before is taken as it is. Safe to run several times at once.
 *
 * @param onBuild called before a build, which takes long enough to be announced
 * @returns whether there is a dashboard; if not, {@link DASHBOARD_NOT_BUILT} says why
 * @throws GracelineError CONFLICT with what the build printed
 */
export async function buildDashboard(onBuild: () => void = () => undefined): Promise<boolean> {
  const built = await readFile(STAMP, 'utf8').catch(() => null);
  const [sources, present] = await Promise.all([fingerprint(), exists(join(BUILT, 'index.html'))]);
  if (present && built === sources) return true;
  if (!(await exists(VITE))) return present;
  onBuild();
  const fresh = join(ROOT, `dist/.dashboard-${process.pid}`);
  await runVite(fresh);
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  await replace(BUILT, fresh);
  await writeFile(STAMP, sources);
  return true;
}

/** Of the names and contents of all sources: times tell nothing in a fresh clone. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await sourceFiles())
    hash
      .update(`${file}\0`)
      .update(await readFile(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

async function sourceFiles(): Promise<string[]> {
  const found = await Promise.all(
    SOURCES.map(async (source) => {
      const entries = await readdir(join(ROOT, source), { recursive: true, withFileTypes: true }).catch(() => null);
      return entries?.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath.slice(ROOT.length), entry.name)] : [])) ?? [source];
    }),
  );
  return found.flat().toSorted();
}

async function runVite(outDir: string): Promise<void> {
  const child = spawn(process.execPath, [VITE, 'build', '--outDir', outDir, '--logLevel', 'warn'], {
    cwd: ROOT,
    // Else a build by whoever develops or tests has React's own warnings in it, half as large again.
    env: childEnvironment({ NODE_ENV: 'production' }, {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) {
    await rm(outDir, { recursive: true, force: true });
    throw new GracelineError('CONFLICT', `The dashboard could not be built:\n${output.trim()}`);
  }
}

/** Puts a folder in the place of another, so that a server in between finds one of the two and never half of one. */
async function replace(target: string, fresh: string): Promise<void> {
  const old = `${fresh}-old`;
  let placed = false;
  while (!placed) {
    await rename(target, old).catch(ignoreCode('ENOENT'));
    // Another build at the same time may have put its own there in between; it is of the same sources.
    placed = await rename(fresh, target).then(() => true, ignoreCode('ENOTEMPTY', 'EEXIST'));
    await rm(old, { recursive: true, force: true });
  }
}

/** For what is expected to fail so at times. @returns false */
function ignoreCode(...codes: readonly string[]): (error: unknown) => false {
  return (error) => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  };
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}
