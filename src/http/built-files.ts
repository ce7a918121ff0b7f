import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join, relative, sep } from 'node:path';
import { lookup } from 'mrmime';
import Negotiator from 'negotiator';

/** What stands beside a file, compressed, by how `Accept-Encoding` calls it; the best first. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof ENCODINGS;
const PREFERRED = Object.keys(ENCODINGS) as Encoding[];

/** One file as it is sent. */
export interface BuiltFile {
  /** E.g. `text/html; charset=utf-8`. */
  readonly type: string;
  /** Names what it holds, for `ETag`. */
  readonly tag: string;
  readonly plain: Buffer;
  readonly compressed: Readonly<Partial<Record<Encoding, Buffer>>>;
}

/**
 * The files of a build, in memory: a few hundred kilobytes that every reader asks for, that cannot vanish while they are sent,
 * and among which nobody finds a path to anything else.
 */
export class BuiltFiles {
  private files: ReadonlyMap<string, BuiltFile> = new Map();
  private stamp: string | null = null;
  private reading: Promise<void> | null = null;

  /**
   * @param dir of the build
   * @param entry the file that is there where it is built, e.g. `index.html`
   */
  constructor(
    private readonly dir: string,
    private readonly entry: string,
  ) {}

  /** The file of a path such as `assets/main-3f2a.js`, as it was when {@link current} was last asked. */
  async find(path: string): Promise<BuiltFile | null> {
    // A page that was loaded before this process began may ask for the rest of its files first.
    if (this.stamp === null) await this.current();
    return this.files.get(path) ?? null;
  }

  /** The entry as it is now, the build read again where it is another by now; null where nothing is built. */
  async current(): Promise<BuiltFile | null> {
    this.reading ??= this.read().finally(() => (this.reading = null));
    await this.reading;
    return this.files.get(this.entry) ?? null;
  }

  private async read(): Promise<void> {
    const stamp = await this.stampOf();
    if (stamp === this.stamp) return;
    this.files = stamp === null ? new Map() : await readAll(this.dir);
    this.stamp = stamp;
  }

  /** Of this build and no other: a build writes its entry, and names into the folders beside it. */
  private async stampOf(): Promise<string | null> {
    const stats = await Promise.all([this.entry, '.', 'assets'].map((name) => stat(join(this.dir, name)).catch(() => null)));
    return stats[0] ? stats.map((one) => one?.mtimeMs).join(' ') : null;
  }
}

/** How a file is sent to whoever takes these encodings: the best of those that are there. */
export function encodedFor(
  { plain, compressed }: BuiltFile,
  headers: IncomingHttpHeaders,
): { readonly body: Buffer; readonly encoding: Encoding | null } {
  const there = PREFERRED.filter((encoding) => compressed[encoding]);
  const taken = new Negotiator({ headers }).encodings(there);
  const encoding = there.find((one) => taken.includes(one)) ?? null;
  return { body: encoding === null ? plain : compressed[encoding]!, encoding };
}

async function readAll(dir: string): Promise<Map<string, BuiltFile>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => relative(dir, join(entry.parentPath, entry.name)));
  const bodies = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name))] as const)));
  const siblings = new Set(names.flatMap((name) => Object.values(ENCODINGS).map((suffix) => name + suffix)));
  const files = [...bodies].filter(([name]) => !siblings.has(name));
  return new Map(files.map(([name, plain]) => [name.split(sep).join('/'), fileOf(name, plain, bodies)]));
}

function fileOf(name: string, plain: Buffer, bodies: ReadonlyMap<string, Buffer>): BuiltFile {
  const type = lookup(name) ?? 'application/octet-stream';
  const compressed = Object.entries(ENCODINGS).flatMap(([encoding, suffix]) => {
    const body = bodies.get(name + suffix);
    return body ? [[encoding, body] as const] : [];
  });
  return {
    type: /^text\/|javascript|json|svg/.test(type) ? `${type}; charset=utf-8` : type,
    tag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
    plain,
    compressed: Object.fromEntries(compressed),
  };
}
