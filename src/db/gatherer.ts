import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';

/** As many as one statement is worth waiting for; more only make the first of them wait for the last. */
const MAX_GATHERED = 100;
/** Of reads: while one statement takes long, others have a lane to pass it by. */
const READ_LANES = 2;

/** What is asked together is done for nobody alone: it must not count as part of whatever the first of them is part of. */
const asNobody = AsyncLocalStorage.snapshot();

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How much a {@link Gatherer} does at once. */
export interface GathererLimits {
  /** Statements at once; 1 unless given. */
  readonly lanes?: number;
  /** Callers one statement answers; 100 unless given. */
  readonly atOnce?: number;
}

/**
 * Answers many callers with one statement at a time: what is asked while it is under way waits for the next, together.
 * Under load the cost of a round trip and of a commit is shared; without load nobody waits for anybody.
 */
export class Gatherer<Ask, Answer> {
  private readonly waiting: Waiting<Ask, Answer>[] = [];
  private readonly lanes: number;
  private readonly atOnce: number;
  /** Lanes that are taken. */
  private working = 0;
  /** Whether one of them takes callers in. */
  private gathering = false;

  /**
   * @param answerAll answers all that was gathered, in its order, in one transaction; called again with each alone where
   *   PostgreSQL refused them together, so that nobody pays for another's bad input
   */
  constructor(
    private readonly answerAll: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
    { lanes = 1, atOnce = MAX_GATHERED }: GathererLimits = {},
  ) {
    this.lanes = lanes;
    this.atOnce = atOnce;
  }

  /** One for look-ups: nothing is kept, and what was asked before its statement began is answered as of then. */
  static ofReads<Ask, Answer>(answerAll: (asks: readonly Ask[]) => Promise<readonly Answer[]>, atOnce?: number): Gatherer<Ask, Answer> {
    return new Gatherer(answerAll, { lanes: READ_LANES, ...(atOnce !== undefined && { atOnce }) });
  }

  /** Resolves with the answer to this one, or throws what `answerAll` threw for it. */
  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ask, resolve, reject });
      this.start();
    });
  }

  /** Lets another lane gather, where one is free and none gathers already. */
  private start(): void {
    if (this.waiting.length === 0 || this.gathering || this.working === this.lanes) return;
    this.working += 1;
    void asNobody(() => this.work());
  }

  private async work(): Promise<void> {
    this.gathering = true;
    // Callers just answered often ask again at once. Without this turn of the event loop they would come too late for
    // the next group, and groups of one would alternate with groups of all the others.
    await setImmediate();
    this.gathering = false;
    const gathered = this.waiting.splice(0, this.atOnce);
    this.start();
    await this.settle(gathered);
    this.working -= 1;
    this.start();
  }

  private async settle(gathered: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await this.answerAll(gathered.map(({ ask }) => ask));
      for (const [index, { resolve }] of gathered.entries()) resolve(answers[index]!);
    } catch (error) {
      if (gathered.length > 1 && isOfOne(error)) await Promise.all(gathered.map((one) => this.settle([one])));
      else for (const { reject } of gathered) reject(error);
    }
  }
}

/** Bad data (class 22), or a deadlock or conflict (class 40): each alone fares better. A lost server is lost for all. */
function isOfOne(error: unknown): boolean {
  return /^(22|40)/.test(String((error as { code?: unknown }).code));
}
