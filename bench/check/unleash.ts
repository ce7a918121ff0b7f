/** unleash-server as it comes, and what an operator tells it. */
import { installPeer } from '../peers.ts';

const VERSION = '8.2.0';

/** Installs it at the first run. @returns its folder */
export function installUnleash(log: (line: string) => void): Promise<string> {
  return installPeer('unleash-server', VERSION, log);
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
