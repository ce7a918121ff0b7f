/** Other projects' servers, each in a folder of its own: as dependencies of ours they would bring everybody hundreds of megabytes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MissingTool } from './benchmark.ts';

const INSTALL_FOR_MS = 300_000;

/**
 * Installs a package as it comes into `.data/bench`, at the first run.
 *
 * @returns its folder
 * @throws MissingTool where npm cannot get it
 */
export async function installPeer(name: string, version: string, log: (line: string) => void): Promise<string> {
  const folder = resolve('.data/bench', `${name}-${version}`);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(installed)) return installed;
  log(`installing ${name} ${version} into ${folder}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`];
  try {
    await promisify(execFile)('npm', args, { cwd: folder, timeout: INSTALL_FOR_MS });
  } catch (error) {
    throw new MissingTool(`${name} ${version} could not be installed, so nothing was measured against it.`, { cause: error });
  }
  return installed;
}
