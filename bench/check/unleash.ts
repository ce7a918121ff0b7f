/** unleash-server as it comes, in a folder of its own: as a dependency of ours it would bring everybody some 200 MB. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MissingTool } from '../benchmark.ts';

const VERSION = '8.2.0';
const FOLDER = resolve('.data/bench', `unleash-server-${VERSION}`);
const INSTALL_FOR_MS = 300_000;

/**
 * Installs it at the first run.
 *
 * @returns its folder
 * @throws MissingTool where npm cannot get it
 */
export async function installUnleash(log: (line: string) => void): Promise<string> {
  const installed = join(FOLDER, 'node_modules/unleash-server');
  if (existsSync(installed)) return installed;
  log(`installing unleash-server ${VERSION} into ${FOLDER}`);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), '{ "private": true }');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `unleash-server@${VERSION}`];
  try {
    await promisify(execFile)('npm', args, { cwd: FOLDER, timeout: INSTALL_FOR_MS });
  } catch (error) {
    throw new MissingTool(`unleash-server ${VERSION} could not be installed, so nothing was measured against it.`, { cause: error });
  }
  return installed;
}

/** The same question for it: features that are on for a list of users, as its users would write an opt-in. */
export class UnleashAdmin {
  /** @param url e.g. `http://127.0.0.1:4242` */
  constructor(private readonly url: string) {}

  /** Makes a feature that is on for these users and nobody else. */
  async createFeature(name: string, users: readonly string[]): Promise<void> {
    const features = '/api/admin/projects/default/features';
    await this.post(features, { name });
    const environment = `${features}/${name}/environments/development`;
    const constraints = [{ contextName: 'userId', operator: 'IN', values: users, inverted: false, caseInsensitive: false }];
    await this.post(`${environment}/strategies`, { name: 'default', constraints, parameters: {} });
    await this.post(`${environment}/on`, {});
  }

  /** @returns a token of its frontend API */
  async createToken(): Promise<string> {
    const asked = { tokenName: 'bench', type: 'frontend', environment: 'development', projects: ['*'] };
    return ((await this.post('/api/admin/api-tokens', asked)) as { secret: string }).secret;
  }

  private async post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`unleash-server answered ${path} with ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
