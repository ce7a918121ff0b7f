/** The examples of the README, as a reader would run them: saved in a project of their own, and run by Node alone. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEndOfFile } from './end-of-file.ts';

const README = new URL('../../README.md', import.meta.url);
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Where the README says that the API is. */
const ADDRESS = /\b(?<scheme>http|ws):\/\/localhost:4000\b/g;
/** Code that begins with the name of its file. */
const MODULE = /^ {4}\/\/ (?<name>[\w-]+\.js)\n(?<code>(?: {4}.*\n|\n(?= {4}))+)/gm;

/**
 * Saves every module of the README in a new project, which has the packages of this repository and goes with the test file.
 *
 * @param hosts where the modules find the API by each protocol, e.g. `127.0.0.1:4711`
 * @returns the path of each by its name
 */
export async function saveReadmeModules(hosts: Readonly<Record<'http' | 'ws', string>>): Promise<ReadonlyMap<string, string>> {
  const dir = await mkdtemp(join(tmpdir(), 'graceline-readme-'));
  atEndOfFile(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
  await symlink(PACKAGES, join(dir, 'node_modules'), 'junction');
  const paths = new Map<string, string>();
  for (const { groups } of (await readFile(README, 'utf8')).matchAll(MODULE)) {
    const { name, code } = groups as { name: string; code: string };
    if (paths.has(name)) throw new Error(`README.md has two modules of the name ${name}.`);
    paths.set(name, join(dir, name));
    const found = code.replaceAll(ADDRESS, (_, scheme: 'http' | 'ws') => `${scheme}://${hosts[scheme]}`);
    await writeFile(join(dir, name), found.replaceAll(/^ {4}/gm, ''));
  }
  return paths;
}

/** Code of the README that is for a shell: every indented line, so far as it stands under this heading, with our address in it. */
export async function readmeShell(heading: string, host: string): Promise<string> {
  const [, section] = (await readFile(README, 'utf8')).split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`README.md has no heading "${heading}".`);
  const lines = section.split('\n## ', 1)[0]!.replaceAll(MODULE, '').split('\n');
  return lines
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4).replaceAll(/\blocalhost:4000\b/g, host))
    .join('\n');
}
