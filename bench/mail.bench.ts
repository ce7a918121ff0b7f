import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import { type Benchmark, type BenchmarkContext, type Figure, judged } from './benchmark.ts';
import type { DeliveringReport } from './mail/deliver.child.ts';
import { type PeerMessage, prepareMessages, sendByPool } from './mail/peer.ts';
import { Sink } from './mail/sink.ts';
import { MailWorld } from './mail/world.ts';
import { type Cost, costOf, medianOf, medianRatio, takeTurns } from './measure.ts';
import { nodeFlags } from './node-flags.ts';

/** A round. */
const MAILS = Number(process.env.BENCH_MAILS ?? 3_000);
/** The morning whose memory is measured, and a smaller one it is compared with. */
const MORNING_MAILS = Number(process.env.BENCH_MORNING_MAILS ?? 100_000);
const SMALL_SHARE = 0.2;
const ROUNDS = 5;
const MIN_RATIO = 1;
/** The peak has V8's slack in it, which follows the load; a leak of a hundred bytes a mail would show in what is in use. */
const MAX_PEAK_GROWTH_MB = 50;
const MAX_HEAP_GROWTH_MB = 8;

/** Reminders through the ledger: how fast they leave, and that a long morning takes no more memory than a short one. */
export const mail: Benchmark = {
  name: 'mail',
  describe: `Reminders through the ledger to a local SMTP server, against nodemailer's pool without a ledger.`,
  run: async (context) => {
    const sink = await Sink.start();
    try {
      return [...(await speed(context, sink)), ...(await memory(context, sink))];
    } finally {
      await sink.close();
    }
  },
};

async function speed({ databaseUrl, log }: BenchmarkContext, sink: Sink): Promise<Figure[]> {
  const world = await MailWorld.create(databaseUrl, MAILS);
  try {
    let round = 0;
    const costs = await takeTurns(ROUNDS, {
      ledger: async () => {
        round += 1;
        await world.queue(MAILS, `round ${round}`);
        const cost = await byLedger(world, sink);
        await world.expectSent(MAILS, `round ${round}`);
        return cost;
      },
      pool: async () => {
        round += 1;
        await world.queue(MAILS, `round ${round}`);
        const messages = await prepareMessages(world);
        await world.forget();
        return byPool(world, sink, messages);
      },
    });
    log(`${ROUNDS} rounds of ${MAILS} mails; load ${loadavg()[0]!.toFixed(1)}`);
    return figures(costs);
  } finally {
    await world.close();
  }
}

async function byLedger(world: MailWorld, sink: Sink): Promise<Cost> {
  const cost = await costOf(world.db, MAILS, async () => {
    const { sent } = await world.deliver(sink.url);
    if (sent !== MAILS) throw new Error(`The ledger says ${sent} mails were sent, of ${MAILS}.`);
  });
  await expectMails(sink);
  return cost;
}

async function byPool(world: MailWorld, sink: Sink, messages: readonly PeerMessage[]): Promise<Cost> {
  const cost = await costOf(world.db, MAILS, () => sendByPool(sink.url, messages));
  await expectMails(sink);
  return cost;
}

/** Each once, and what a person reads in them: both contenders must have sent the same kind of mail. */
async function expectMails(sink: Sink): Promise<void> {
  const { sample } = await sink.expectMessages(MAILS);
  const { subject, text, html } = await simpleParser(sample!);
  if (!subject?.startsWith('Action needed by') || !text?.includes('identity providers') || !String(html).includes('identity providers'))
    throw new Error(`A mail does not say what it should:\n${sample}`);
}

function figures({ ledger, pool }: Record<'ledger' | 'pool', Cost[]>): Figure[] {
  const elapsed = ({ elapsedUs }: Cost) => elapsedUs;
  const own = ({ ownCpuUs }: Cost) => ownCpuUs;
  const perSecond = (costs: Cost[]) => 1e6 / medianOf(costs, elapsed);
  const peer = "nodemailer's pool";
  const ratio = medianRatio(pool, ledger, elapsed);
  const server = medianOf(ledger, ({ serverCpuUs }) => serverCpuUs ?? Number.NaN);
  return [
    {
      name: 'mails through the ledger',
      value: perSecond(ledger),
      unit: 'per second',
      peer,
      peerValue: perSecond(pool),
      ...judged(ratio, { atLeast: MIN_RATIO }),
    },
    {
      name: 'CPU of our process, a mail',
      value: medianOf(ledger, own),
      unit: 'µs',
      peer,
      peerValue: medianOf(pool, own),
      ...judged(medianRatio(ledger, pool, own)),
    },
    {
      name: 'CPU of PostgreSQL, a mail',
      value: server,
      unit: 'µs',
      peer: `${peer}, its process`,
      peerValue: medianOf(pool, own),
      ...judged(server / medianOf(pool, own)),
    },
  ];
}

/** In a process of its own: first a short morning, then a long one. */
async function memory({ createDatabase, log }: BenchmarkContext, sink: Sink): Promise<Figure[]> {
  const url = await createDatabase();
  const world = await MailWorld.create(url, MORNING_MAILS);
  const reports: DeliveringReport[] = [];
  const child = spawn(
    process.execPath,
    [
      ...nodeFlags('start:worker'),
      '--expose-gc',
      '--import',
      'tsx',
      fileURLToPath(new URL('./mail/deliver.child.ts', import.meta.url)),
      url,
      sink.url,
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const ended = once(child, 'exit');
  const mornings = [Math.round(MORNING_MAILS * SMALL_SHARE), MORNING_MAILS];
  try {
    for (const mails of mornings) {
      await world.queue(mails, `a morning of ${mails}`);
      child.send('deliver');
      const [report] = (await Promise.race([once(child, 'message'), died(ended)])) as [DeliveringReport];
      const { sent, seconds, peakRssMb, heapMb } = report;
      if (sent !== mails) throw new Error(`The delivering process sent ${sent} of ${mails} mails.`);
      await sink.expectMessages(mails);
      reports.push(report);
      log(`${mails} mails in ${seconds.toFixed(1)} s; peak ${peakRssMb.toFixed(0)} MB, in use ${heapMb.toFixed(1)} MB`);
    }
  } finally {
    if (child.connected) child.disconnect();
    await ended;
    await world.close();
  }
  const [short, long] = reports as [DeliveringReport, DeliveringReport];
  const [few, many] = mornings.map((mails) => mails.toLocaleString('en')) as [string, string];
  return [
    growth(`growth of the peak memory, ${many} mails`, long.peakRssMb, `peak at ${few}`, short.peakRssMb, MAX_PEAK_GROWTH_MB),
    growth(`growth of the heap in use, ${many} mails`, long.heapMb, `in use after ${few}`, short.heapMb, MAX_HEAP_GROWTH_MB),
  ];
}

function growth(name: string, megabytes: number, peer: string, peerValue: number, limit: number): Figure {
  const value = megabytes - peerValue;
  return { name, value, unit: 'MB', peer, peerValue, ratio: megabytes / peerValue, target: `value < ${limit}`, holds: value < limit };
}

async function died(ended: Promise<unknown[]>): Promise<never> {
  const [code] = await ended;
  throw new Error(`The delivering process ended with ${String(code)}.`);
}
