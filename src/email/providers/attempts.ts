import type { EmailProvider, ProviderResult, UserMessage } from './provider.ts';
import { refusedAddress } from './user-message.ts';

/** The attempts of one client that are under way: each has a hard deadline, and all end when the client is closed. */
export class Attempts {
  private readonly underWay = new Set<AbortController>();
  private closed = false;

  /** @param timeoutMs the hard deadline of one attempt */
  constructor(private readonly timeoutMs: number) {}

  /**
   * The provider whose attempts these are.
   *
   * @param handOver asks the other side once, and throws only for defects of ours
   * @param letGo of its connections, once nothing is under way
   */
  provider(handOver: (message: UserMessage, signal: AbortSignal) => Promise<ProviderResult>, letGo?: () => void): EmailProvider {
    return {
      send: async (message, signal) => refusedAddress(message) ?? this.run(signal, (deadline) => handOver(message, deadline)),
      close: async () => {
        this.close();
        letGo?.();
      },
    };
  }

  /**
   * Makes an attempt, and gives it up at the deadline whatever the other side or the library is doing then.
   *
   * @param signal of the caller; its end ends the attempt too
   * @param work given the signal at which to cut its connection
   * @throws what `work` throws in time
   */
  async run(signal: AbortSignal, work: (signal: AbortSignal) => Promise<ProviderResult>): Promise<ProviderResult> {
    if (signal.aborted || this.closed) return givenUp(this.closed);
    const attempt = new AbortController();
    const cut = () => attempt.abort();
    const ended = new Promise<ProviderResult>((resolve) => {
      attempt.signal.addEventListener('abort', () => resolve(givenUp(this.closed)));
    });
    const timer = setTimeout(cut, this.timeoutMs);
    signal.addEventListener('abort', cut);
    this.underWay.add(attempt);
    try {
      // What comes of the work after its end, of all things an AbortError, is of no interest to anybody.
      return await Promise.race([ended, work(attempt.signal)]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
      this.underWay.delete(attempt);
    }
  }

  /** Gives up all that is under way, and lets nothing more begin. */
  close(): void {
    this.closed = true;
    for (const attempt of this.underWay) attempt.abort();
  }
}

function givenUp(closed: boolean): ProviderResult {
  const answer = closed
    ? 'The sending was stopped before the server answered.'
    : 'The server did not answer in time, and the connection was cut.';
  return { kind: 'retry', answer, retryAfterMs: null, wholeAccount: !closed };
}
