import { setImmediate } from 'node:timers/promises';
import { GracelineError } from '../errors.ts';
import { type EventCursor, isAfter } from '../events/log.ts';
import { type Channels, headOf, type Member, type Message, type MessagesOf } from './channels.ts';
import type { Live } from './live.ts';
import type { Outlet } from './outlet.ts';

/** What happens while it reads what it missed waits; past so many it lets them go and reads them from the log as well. */
const MAX_WAITING = 500;

/** What a subscriber is made of. */
export interface SubscriberOptions {
  /** As the client named the subscription. */
  readonly id: string;
  readonly outlet: Outlet;
  readonly live: Live<unknown>;
  /** Two with the same key are sent the same. */
  readonly key: string;
  readonly channels: Channels;
  readonly messagesOf: MessagesOf;
}

/**
 * One subscription of one socket: reads what it missed from the log, as fast as its peer reads, and joins those who are sent
 * the same for what comes. A peer that falls behind goes back to reading from the log, so that a slow one is held up alone
 * and holds no more than a fast one.
 *
 * It writes to the socket by itself. What graphql-ws gets is a sequence that only ends: it says so to the client and counts
 * the subscription until then.
 */
export class Subscriber implements Member, AsyncGenerator<never, void, undefined> {
  private readonly head: Buffer;
  /** Up to where everything has been sent. */
  private place: EventCursor;
  /** Whether messages of the channel may lie before {@link place}: until the first that does not. */
  private atSeam = true;
  /** What the channel delivered while what was missed is read; null while it is sent on at once. */
  private waiting: Message[] | null = [];
  private lastContent: string | undefined;
  private leave: () => void = () => undefined;
  private left = Promise.withResolvers<void>();
  private over: { readonly refusal?: GracelineError } | null = null;
  private readonly ended = Promise.withResolvers<void>();

  constructor(private readonly options: SubscriberOptions) {
    this.head = headOf(options.id);
    this.place = options.live.after;
  }

  /** @inheritdoc */
  deliver(messages: readonly Message[]): void {
    if (this.waiting === null) this.send(messages);
    else if (this.waiting.length + messages.length <= MAX_WAITING) this.waiting.push(...messages);
    else this.fallBehind();
  }

  /** @inheritdoc */
  end(failure?: unknown): void {
    if (this.over) return;
    this.over = failure instanceof GracelineError ? { refusal: failure } : {};
    // A refusal is for the client to read. What failed otherwise may go well in a moment, so it is to come back and resume.
    if (failure !== undefined && !(failure instanceof GracelineError)) this.options.outlet.breakOff();
    this.ended.resolve();
    this.fallBehind();
  }

  /** Runs to the end of the subscription, and ends as soon as that has come, whatever is still awaited; asked for once. */
  async next(): Promise<IteratorResult<never, void>> {
    await Promise.race([this.runOn(), this.ended.promise]);
    if (this.over?.refusal) throw this.over.refusal;
    return { value: undefined, done: true };
  }

  /** The client has left. */
  async return(): Promise<IteratorResult<never, void>> {
    this.end();
    return { value: undefined, done: true };
  }

  /** No generator is thrown into here; that of the language would end and throw. */
  async throw(error: unknown): Promise<IteratorResult<never, void>> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  private async runOn(): Promise<void> {
    while (!this.over) {
      await this.run();
      // Whatever a socket says of itself, nobody else waits for ever behind one that has nothing to wait for.
      await setImmediate();
    }
  }

  /** From joining to falling behind, or to the end. */
  private async run(): Promise<void> {
    const { key, live, channels, messagesOf, outlet } = this.options;
    if (outlet.isFull) await outlet.drained();
    if (this.over) return;
    this.left = Promise.withResolvers();
    this.waiting = [];
    this.atSeam = true;
    this.leave = channels.join(key, this, live, messagesOf);
    // A cursor may come from another process that has read further than this one.
    const seam = isAfter(this.place, live.position()) ? this.place : live.position();
    try {
      for await (const items of live.missed(this.place, seam)) {
        if (items.length > 0) this.send(await messagesOf(items));
        if (outlet.isFull) await outlet.drained();
        if (this.over) return;
      }
    } catch (failure) {
      channels.fail(failure);
      return this.end(failure);
    }
    this.place = seam;
    this.atSeam = true;
    const { waiting } = this;
    this.waiting = null;
    this.send(waiting);
    await this.left.promise;
  }

  private fallBehind(): void {
    this.leave();
    this.left.resolve();
    this.waiting = [];
  }

  private send(messages: readonly Message[]): void {
    if (this.over) return;
    const { outlet } = this.options;
    const tails: Buffer[] = [];
    for (const { cursor, content, tail } of messages) {
      if (this.atSeam && !isAfter(cursor, this.place)) continue;
      this.atSeam = false;
      this.place = cursor;
      if (content !== undefined && content === this.lastContent) continue;
      this.lastContent = content;
      tails.push(tail);
    }
    if (tails.length > 0) outlet.send(this.head, tails);
    if (this.waiting === null && outlet.isFull) this.fallBehind();
  }
}
