import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { findGateStates } from './gates.repository.ts';
import type { Gate, GateKeys } from './gates.rules.ts';
import type { UsageRecorder } from './usage-recorder.ts';

/** What the platform asks at each request: is the new behaviour on for this account? */
export class GatesService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly keys: GateKeys,
    private readonly usage: Pick<UsageRecorder, 'record'>,
  ) {}

  /**
   * Whether the new behaviour is on. A gate whose migration nobody was told of stays on the old behaviour. Asks the
   * database each time, so that an opt-in holds from the very next request on.
   */
  async isOn(gate: Gate, accountNumber: number): Promise<boolean> {
    const states = await findGateStates(this.db, accountNumber, [this.keys[gate]], this.clock.now());
    return states.get(this.keys[gate])?.enabled ?? false;
  }

  /** As {@link isOn}, for several gates in one look. */
  async areOn<G extends Gate>(gates: readonly G[], accountNumber: number): Promise<Record<G, boolean>> {
    const states = await findGateStates(
      this.db,
      accountNumber,
      gates.map((gate) => this.keys[gate]),
      this.clock.now(),
    );
    return Object.fromEntries(gates.map((gate) => [gate, states.get(this.keys[gate])?.enabled ?? false])) as Record<G, boolean>;
  }

  /**
   * Says that the old behaviour a gate ends was used. Costs no round trip: uses are gathered and written every second.
   *
   * @param client who used it, e.g. a client_id or the name of a token; empty where nobody can be named
   */
  recordUse(gate: Gate, accountNumber: number, client: string): void {
    this.usage.record(this.keys[gate], accountNumber, client, this.clock.now());
  }
}
