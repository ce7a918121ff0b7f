/** Subscribers who are sent the same share one reading of the log, one execution and one text of each message. */
import { GracelineError } from '../errors.ts';
import type { EventCursor } from '../events/log.ts';
import type { Items, Live } from './live.ts';

/** A turn of the event loop writes to so many subscribers; then whatever else waits has its turn. */
const WRITES_A_TURN = 250;

/** What is sent for one item. */
export interface Message {
  /** The place of its item in the log. */
  readonly cursor: EventCursor;
  /** See {@link Item.content}. */
  readonly content: string | undefined;
  /** The message of graphql-ws's protocol without its beginning, which names the subscription: see {@link headOf}. */
  readonly tail: Buffer;
}

/** Makes the messages of some items. */
export type MessagesOf = (items: Items<unknown>) => Promise<readonly Message[]>;

/** Whoever is sent what a channel has. */
export interface Member {
  /** Called for each batch, and must not wait. */
  deliver(messages: readonly Message[]): void;
  /** Called once, where the channel has come to its end: with the reason, or without where its source has ended. */
  end(failure?: unknown): void;
}

/** The first part of every message to one subscription. */
export function headOf(id: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(id)}`);
}

/** The rest of a message: what it says, as JSON. */
export function tailOf(payload: string): Buffer {
  return Buffer.from(`,"type":"next","payload":${payload}}`);
}

/** The channels of a process. */
export class Channels {
  private readonly channels = new Map<string, Channel>();

  /** @param report told once of each failure that is ours to mend, however many it ends */
  constructor(private readonly report: (failure: unknown) => void) {}

  /**
   * Joins those who are sent the same, or is the first of them. From when this returns, each message behind the live
   * source's present position is delivered; some before it may be too.
   *
   * @param key two with the same key are sent the same
   * @returns how to leave
   */
  join(key: string, member: Member, live: Live<unknown>, messagesOf: MessagesOf): () => void {
    let channel = this.channels.get(key);
    if (!channel) {
      const made = new Channel(live, messagesOf, (failure) => {
        if (this.channels.get(key) === made) this.channels.delete(key);
        this.fail(failure);
      });
      this.channels.set(key, made);
      channel = made;
    }
    channel.members.add(member);
    const joined = channel;
    return () => joined.leave(member);
  }

  /** That something failed for whoever reads what is sent, here or alone. */
  fail(failure: unknown): void {
    if (failure !== undefined && !(failure instanceof GracelineError)) this.report(failure);
  }
}

class Channel {
  readonly members = new Set<Member>();
  private readonly source: AsyncIterableIterator<Items<unknown>>;

  /** @param over called once nobody can join any more, with what it failed with */
  constructor(
    live: Live<unknown>,
    private readonly messagesOf: MessagesOf,
    private readonly over: (failure?: unknown) => void,
  ) {
    this.source = live.follow();
    void this.run();
  }

  leave(member: Member): void {
    if (!this.members.delete(member) || this.members.size > 0) return;
    this.over();
    void this.source.return?.();
  }

  private async run(): Promise<void> {
    try {
      for await (const items of this.source) if (items.length > 0) await this.deliver(await this.messagesOf(items));
      this.end();
    } catch (failure) {
      this.end(failure);
    }
  }

  /** Those who join meanwhile may be delivered to as well; they pass over what lies before their place. */
  private async deliver(messages: readonly Message[]): Promise<void> {
    let written = 0;
    for (const member of this.members) {
      member.deliver(messages);
      if (++written % WRITES_A_TURN === 0) await new Promise(setImmediate);
    }
  }

  private end(failure?: unknown): void {
    this.over(failure);
    const members = [...this.members];
    this.members.clear();
    for (const member of members) member.end(failure);
    void this.source.return?.();
  }
}
