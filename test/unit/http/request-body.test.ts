import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { readBody } from '../../../src/http/request-body.ts';

const MEBIBYTE = 1_024 * 1_024;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A request with a chunked body, whose parts arrive one by one. */
async function begun(limit: number): Promise<{ readonly connection: Socket; readonly body: Promise<Buffer>; arrived: () => number }> {
  let arrived = 0;
  const { promise: body, resolve } = Promise.withResolvers<Buffer>();
  const server = createServer((request, response) => {
    resolve(readBody(request, limit, (part) => (arrived += part.length)).finally(() => response.end()));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connection = connect((server.address() as AddressInfo).port, '127.0.0.1');
  connection.write('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n');
  return { connection, body, arrived: () => arrived };
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('a body that is read', () => {
  test('takes no more memory in many small parts than in one', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = () => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const { connection, body, arrived } = await begun(MEBIBYTE);
    const before = held();
    const count = MEBIBYTE / 4;
    connection.write(chunk('a').repeat(count));
    await expect.poll(arrived).toBe(count);
    expect(held() - before).toBeLessThan(8 * MEBIBYTE);
    connection.end('0\r\n\r\n');
    expect((await body).equals(Buffer.alloc(count, 'a'))).toBe(true);
  });

  test('is what was sent, whatever the sizes of its parts, up to its limit', async () => {
    const texts = ['a', 'bc', 'd'.repeat(7), 'e'.repeat(1_000), 'f', 'g'.repeat(100_000)];
    const size = texts.join('').length;
    for (const limit of [size, size - 1]) {
      const { connection, body } = await begun(limit);
      connection.end(`${texts.map(chunk).join('')}0\r\n\r\n`);
      if (limit === size) expect((await body).toString()).toBe(texts.join(''));
      else await expect(body).rejects.toMatchObject({ code: 'TOO_LARGE' });
    }
  });
});
