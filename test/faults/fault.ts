/** What a campaign of faults is: it does harm step by step, and after each looks whether what the product promises still holds. */
import { seededRandom } from '../support/random.ts';

/** A kind of harm, run by name. */
export interface Fault {
  readonly name: string;
  /** One sentence for people. */
  readonly describe: string;
  /** What a step is, in the plural: `kills`. */
  readonly steps: string;
  /** How many steps where nobody asks for a number: a look of a minute or two. */
  readonly usual: number;
  /**
   * Does the steps of this campaign, `for (const step of campaign.steps())`, and makes and ends the world they happen in.
   * @throws {BrokenPromise} as soon as something that is promised did not hold
   */
  run(campaign: Campaign): Promise<void>;
}

/** Something that is promised did not hold. The message says what was expected and what there was; the seed comes with it. */
export class BrokenPromise extends Error {}

/** What {@link Campaign} is made of, and what is kept of it for `--resume`. */
export interface CampaignState {
  readonly seed: number;
  /** Steps done. */
  readonly done: number;
  /** Of how many. */
  readonly total: number;
  /** What was counted on the way, by name. */
  readonly tallies: Readonly<Record<string, number>>;
}

/** How far a campaign is, and where it tells of itself. */
export class Campaign {
  readonly seed: number;
  private doneSteps: number;
  private readonly total: number;
  private readonly tallies: Map<string, number>;

  /**
   * @param state of a new campaign, or of one to go on with
   * @param ended once nothing new should begin: the time is up, or somebody pressed Ctrl-C
   * @param log tells the person who waits what is going on
   * @param onStep is told after each step
   */
  constructor(
    state: CampaignState,
    private readonly ended: AbortSignal,
    readonly log: (line: string) => void,
    private readonly onStep: (state: CampaignState) => void = () => undefined,
  ) {
    this.seed = state.seed;
    this.doneSteps = state.done;
    this.total = state.total;
    this.tallies = new Map(Object.entries(state.tallies));
  }

  /** The numbers of the steps still to do, until all are done or it is to end. A step counts as done when the next one is asked for. */
  *steps(): Generator<number> {
    while (this.doneSteps < this.total && !this.ended.aborted) {
      yield this.doneSteps;
      this.doneSteps += 1;
      this.onStep(this.state);
    }
  }

  /** Chance of one step: the same for the same seed and step, however many steps came before it in this process. */
  random(step: number): () => number {
    return seededRandom(this.seed + Math.imul(step + 1, 0x9e3779b1));
  }

  /** Counts something for the summary: what was done (`kills of a worker`), or what happened that is allowed (`mails sent twice`). */
  tally(name: string, by = 1): void {
    this.tallies.set(name, (this.tallies.get(name) ?? 0) + by);
  }

  get state(): CampaignState {
    return { seed: this.seed, done: this.doneSteps, total: this.total, tallies: Object.fromEntries(this.tallies) };
  }
}

/** A campaign of a test: so many steps with this seed, from the first, told to nobody. */
export function shortCampaign(total: number, seed: number): Campaign {
  return new Campaign({ seed, done: 0, total, tallies: {} }, new AbortController().signal, () => undefined);
}
