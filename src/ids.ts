import { randomFillSync } from 'node:crypto';

/** 12 bits count the ids of one millisecond; past them the clock is borrowed from. */
const COUNTER_LIMIT = 0x1000;

const random = new Uint8Array(10);
let lastMs = 0;
let counter = 0;

/**
 * The id of a new row: a version 7 UUID (RFC 9562), so rows inserted together lie together in their index, and of two ids
 * of one process the later is the greater as text.
 *
 * The one reader of the machine's clock beside `systemClock`: an id must be unique and grow even while a test holds
 * the clock still, and nobody reads an instant from it.
 */
export function newId(): string {
  randomFillSync(random);
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Begins in the lower half, so that a millisecond has room for at least 2,048 ids.
    counter = ((random[8]! << 8) | random[9]!) & 0x7ff;
  } else if (++counter === COUNTER_LIMIT) {
    lastMs += 1;
    counter = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  random[0] = (random[0]! & 0x3f) | 0x80;
  const tail = Buffer.from(random.buffer, 0, 8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** Whether a text is a UUID. Asked of ids that callers give: PostgreSQL fails a query over any other text. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
