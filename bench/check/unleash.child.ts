/** unleash-server as `start` of its package runs it, with limits of its rate that nobody meets. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answering } from '../fanout/child.ts';

/** What of its package is used. */
interface Unleash {
  start(options: object): Promise<{ readonly server: Server }>;
}

const NO_LIMIT = 1_000_000_000;
const [folder = ''] = process.argv.slice(2);
const unleash = (await import(pathToFileURL(join(folder, 'dist/lib/server-impl.js')).href)) as Unleash;
const { server } = await unleash.start({
  server: { port: 0, host: '127.0.0.1' },
  db: { ssl: false },
  authentication: { type: 'none' },
  rateLimiting: { tokenAuthenticationMaxPerMinute: NO_LIMIT, sdkApiMaxPerMinute: NO_LIMIT },
  versionCheck: { enable: false },
  telemetry: false,
});
answering(null, { port: () => (server.address() as AddressInfo).port });
