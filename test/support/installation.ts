/** A production installation for tests: this repository as `npm ci --omit=dev` leaves it, where its processes can change nothing. */
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/db/embedded.ts';
import { atEndOfFile } from './end-of-file.ts';
import { TestProcess } from './processes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a process may not write although its user is root, whom permissions bind only without capabilities. */
const WITHOUT_CAPABILITIES = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs', '--'];

/** What package-lock.json says of a package. */
export interface LockedPackage {
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

/** Every package by its place, e.g. `node_modules/pg`. */
export async function lockedPackages(): Promise<[string, LockedPackage][]> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> };
  return Object.entries(lock.packages).filter(([place]) => place !== '');
}

/** An installation without the packages of development and without a dashboard, which nobody may write. */
export class Installation {
  private constructor(
    readonly dir: string,
    /** The one folder that its processes may write to. */
    readonly scratch: string,
  ) {}

  /** Makes one in a temp folder, which goes at the end of the test file. */
  static async create(): Promise<Installation> {
    const parent = await mkdtemp(join(tmpdir(), 'graceline-installation-'));
    const installation = new Installation(join(parent, 'graceline'), join(parent, 'scratch'));
    atEndOfFile(async () => {
      await installation.chmod('u+w');
      await rm(parent, { recursive: true });
    });
    await mkdir(installation.scratch);
    await mkdir(installation.dir);
    const copied = ['package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts', 'migrations-db', 'schema', 'src', 'worker'];
    await Promise.all(copied.map((name) => cp(join(ROOT, name), join(installation.dir, name), { recursive: true })));
    await installation.linkPackages();
    await installation.chmod('a-w');
    return installation;
  }

  /** Lets whoever builds it change it for as long as `work` takes. */
  async change(work: (dir: string) => Promise<unknown>): Promise<void> {
    await this.chmod('u+w');
    await work(this.dir);
    await this.chmod('a-w');
  }

  /** Every file and folder outside of node_modules, with when it was changed. */
  async listing(): Promise<string[]> {
    const names = (await readdir(this.dir, { recursive: true })).filter((name) => !name.startsWith('node_modules')).toSorted();
    return Promise.all(names.map(async (name) => `${name} ${(await stat(join(this.dir, name))).mtimeMs}`));
  }

  /** Runs Node in it with nothing of this process's environment. */
  node(args: readonly string[], env: Readonly<Record<string, string>> = {}, url = ''): TestProcess {
    const bound = process.getuid?.() === 0 ? WITHOUT_CAPABILITIES : [];
    const command = [...bound, process.execPath, ...args];
    return TestProcess.spawnCommand(command, this.dir, { HOME: this.dir, TMPDIR: this.scratch, NODE_ENV: 'production', ...env }, url);
  }

  /**
   * Starts a process as its script of package.json does.
   *
   * @param port the setting that says where it listens
   */
  async start(script: string, port: 'PORT' | 'WORKER_PORT', env: Readonly<Record<string, string>>): Promise<TestProcess> {
    const { scripts } = JSON.parse(await readFile(join(this.dir, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const free = String(await freePort());
    return this.node(scripts[script]!.split(' ').slice(1), { ...env, [port]: free }, `http://127.0.0.1:${free}`);
  }

  /** Links stand for packages: what they import in turn is npm's to bring, what we import is ours. */
  private async linkPackages(): Promise<void> {
    const production = (await lockedPackages()).filter(([place, { dev }]) => !dev && place.lastIndexOf('node_modules/') === 0);
    for (const [place] of production) {
      // One of another platform is named and not there.
      if (!(await stat(join(ROOT, place)).catch(() => null))) continue;
      await mkdir(dirname(join(this.dir, place)), { recursive: true });
      await symlink(join(ROOT, place), join(this.dir, place));
    }
  }

  /** Of everything but node_modules, whose links must not lead to changes of this repository. */
  private async chmod(how: 'a-w' | 'u+w'): Promise<void> {
    const entries = await readdir(this.dir, { recursive: true, withFileTypes: true });
    const own = entries.filter((entry) => !entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
    for (const path of [this.dir, ...own]) {
      const { mode } = await stat(path);
      await chmod(path, how === 'a-w' ? mode & 0o555 : mode | 0o200);
    }
  }
}
