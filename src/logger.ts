import { pino, type Logger } from 'pino';
import type { Config } from './config.ts';

/** Names of properties that never belong into a log, wherever in an entry they turn up. */
const SECRETS = ['token', 'password', 'authorization', 'cookie', 'DATABASE_URL', 'MONGODB_URL', 'SMTP_URL'];

/**
 * Makes the logger of a process: one JSON line per entry on standard output. ERROR means that a person must act now.
 *
 * @param process which of the processes speaks, e.g. `api`
 */
export function createLogger(config: Config, process: string): Logger {
  return pino({
    level: config.LOG_LEVEL,
    name: process,
    // A thrown value under either key is written with its stack and causes; by default only `err` is.
    serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
  });
}
