/** A source of subscriptions without a log: ticks that tests emit, of which none can be missed. */
import { EventEmitter } from 'node:events';
import { type Items, Live } from '../../src/graphql/live.ts';
import { createSource } from './source.ts';

/** Carries ticks to subscriptions, and tells tests that a query or subscription has begun. */
export const bus = new EventEmitter().setMaxListeners(0);

let count = 0;

/** Sends a tick to whoever follows. */
export function tick(value: number): void {
  count += 1;
  bus.emit('tick', value);
}

/** Each {@link tick} from when it is followed; its place is how many came before. */
export class Ticks extends Live<number> {
  constructor() {
    super(`0.${count}`);
  }

  position(): string {
    return `0.${count}`;
  }

  follow(): AsyncIterableIterator<Items<number>> {
    return createSource((push) => {
      const send = (value: number) => push([{ cursor: this.position(), value }]);
      bus.on('tick', send);
      return () => bus.off('tick', send);
    });
  }

  async *missed(): AsyncGenerator<Items<number>, void, undefined> {
    // Nothing can be missed; but whoever asks has joined.
    bus.emit('subscribed');
    yield [];
  }
}
