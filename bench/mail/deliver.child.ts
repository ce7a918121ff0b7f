/** Delivers what is queued each time it is told to, in a process of its own so that its peak memory is its own. */
import { peakRssBytes } from '../memory.ts';
import { MailWorld } from './world.ts';

/** What it answers. */
export interface DeliveringReport {
  readonly sent: number;
  readonly seconds: number;
  /** Since it began, in millions of bytes. */
  readonly peakRssMb: number;
  /** What is still in use when all garbage is gone. */
  readonly heapMb: number;
}

const [databaseUrl, smtpUrl] = process.argv.slice(2);
const world = await MailWorld.open(databaseUrl!);

process.on('message', () => void deliver());
process.on('disconnect', () => void world.close());

async function deliver(): Promise<void> {
  const start = performance.now();
  const { sent } = await world.deliver(smtpUrl!);
  const seconds = (performance.now() - start) / 1_000;
  const peakRssMb = peakRssBytes() / 1e6;
  await globalThis.gc!({ type: 'major', execution: 'async' });
  const heapMb = process.memoryUsage().heapUsed / 1e6;
  process.send!({ sent, seconds, peakRssMb, heapMb } satisfies DeliveringReport);
}
