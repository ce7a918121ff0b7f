/** The campaign `fuzz`: documents of GraphQL and much else, sensible, spoiled and mutated, against a real API process. */
import type { Campaign, Fault } from '../fault.ts';
import { onServer } from '../on-server.ts';
import { FuzzRun } from './run.ts';
import { Wire } from './sending.ts';
import { FuzzedWorld } from './world.ts';

/** See the top of this file. What must hold is in judging.ts and run.ts. */
export const fuzz: Fault = {
  name: 'fuzz',
  describe: 'sends GraphQL, sockets and plain requests, sensible to mutated, and each input of each mutation by its type',
  steps: 'documents',
  usual: 20_000,
  run: (campaign) => onServer((url) => fuzzOn(url, campaign)),
};

/** Does the campaign on a database that is there, empty or migrated. */
export async function fuzzOn(databaseUrl: string, campaign: Campaign): Promise<void> {
  const world = await FuzzedWorld.start(databaseUrl);
  const wire = new Wire(world.url, world.tokens);
  try {
    await new FuzzRun(world, wire, campaign).all();
  } finally {
    wire.close();
    await world.close();
  }
}
