/** The only reader of the environment. Every setting, its default and what it means; `.env.example` documents the same. */
import ipaddr from 'ipaddr.js';
import proxyaddr from 'proxy-addr';
import { z } from 'zod';
import { isPrivateOnTheWay, JWT_ALGORITHMS } from './auth/oidc.rules.ts';
import { parseEncryptionKeys } from './secrets/encryption-keys.ts';
import type { EncryptionKey } from './secrets/secret-box.ts';
import { withFiles } from './setting-files.ts';
import { isTimeZone } from './time-zone.ts';
import { GracelineError } from './errors.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an address such as https://api.example.com' });
const httpsUrl = z.string().refine(isPrivateOnTheWay, 'must be an address with https such as https://login.example.com');
const count = z.coerce.number().int().min(1).max(1_000_000_000);
const seconds = z.coerce.number().positive().max(86_400);

const settings = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a PostgreSQL connection string such as postgres://user:password@host:5432/graceline',
    })
    .optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(500).default(10),
  DATABASE_WAIT_SECONDS: z.coerce.number().min(0).max(600).default(5),
  MONGODB_URL: z
    .string()
    .regex(
      /^mongodb(\+srv)?:\/\/[^/?#\s]+\/[^/?#\s]+(\?\S*)?$/,
      'must be a MongoDB connection string with a database such as mongodb://user:password@host:27017/graceline',
    )
    .optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  WORKER_PORT: port.default(4001),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have 16 characters or more, and no spaces: openssl rand -hex 24 makes one')
    .optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  INTROSPECTION: z.enum(['on', 'off']).optional(),
  TRUSTED_PROXIES: z.string().transform(addresses).default([]),
  MAX_QUERY_COST: count.default(10_000),
  RATE_LIMIT_POINTS: count.default(600_000),
  RATE_LIMIT_RUNTIME_POINTS: count.default(3_000_000),
  RATE_LIMIT_ANONYMOUS_POINTS: count.default(60_000),
  MAX_SOCKETS: count.default(10_000),
  MAX_WAITING_SOCKETS: count.default(1_000),
  MAX_WAITING_SOCKETS_PER_ADDRESS: count.default(250),
  SOCKET_OPERATIONS_PER_SECOND: count.default(20),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  PLATFORM_NAME: z.string().min(1).max(200).default('Example Platform'),
  PLATFORM_TIME_ZONE: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').default('UTC'),
  REMINDER_HOUR: z.coerce.number().int().min(0).max(20).default(9),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an SMTP address such as smtp://user:password@host:587' }).optional(),
  MAIL_FROM: z.email().default('migrations@localhost.localdomain'),
  MAIL_TIMEOUT_SECONDS: seconds.default(30),
  BUILT_IN_FROM: z.email().default('no-reply@mail.platform.example'),
  ENCRYPTION_KEYS: z.string().transform(encryptionKeys).default([]),
  TRUSTED_SMTP_SERVERS: z.string().transform(hostsAndPorts).default([]),
  TRUSTED_WEBHOOK_HOSTS: z.string().transform(hostsAndPorts).default([]),
  SES_URL: httpUrl.optional(),
  MANDRILL_URL: httpUrl.default('https://mandrillapp.com'),
  SENDGRID_URL: httpUrl.default('https://api.sendgrid.com'),
  OIDC_ISSUER: httpsUrl.optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_JWKS_URL: httpsUrl.optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_ROLE_CLAIM: z.string().min(1).default('roles'),
  OIDC_ACCOUNTS_CLAIM: z.string().min(1).default('accounts'),
  OIDC_ALGORITHMS: z.string().default('RS256,ES256').transform(algorithms),
  SESSION_HOURS: z.coerce.number().positive().max(720).default(12),
  SESSION_IDLE_MINUTES: z.coerce.number().min(2).max(43_200).default(120),
  GATE_IDP_TOKENS: z.string().min(1).default('idp-access-tokens'),
  GATE_FROM_ADDRESS: z.string().min(1).default('email-from-address'),
  GATE_EMAIL_TEMPLATE: z.string().min(1).default('email-template'),
  GATE_PASSWORD_RESET: z.string().min(1).default('password-reset-link'),
  SWEEP_INTERVAL_SECONDS: seconds.default(15),
  EVENT_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(730),
  CLOCK_FILE: z.string().min(1).optional(),
});

const schema = settings.superRefine(({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_CLIENT_ID, PUBLIC_URL, HOST, ...budgets }, context) => {
  const unfit = 'can be part of no address for people. Say as PUBLIC_URL where they reach the API';
  if (!URL.canParse(publicUrl({ PUBLIC_URL, HOST, PORT: 0 }))) context.addIssue({ code: 'custom', path: ['HOST'], message: unfit });
  const message = 'is needed where OIDC_ISSUER is set: a JWT for anybody else must not count here';
  if (OIDC_ISSUER && !OIDC_AUDIENCE) context.addIssue({ code: 'custom', path: ['OIDC_AUDIENCE'], message });
  const whose = 'is needed where OIDC_CLIENT_ID is set: people sign in with that issuer';
  if (OIDC_CLIENT_ID && !OIDC_ISSUER) context.addIssue({ code: 'custom', path: ['OIDC_ISSUER'], message: whose });
  for (const name of ['RATE_LIMIT_POINTS', 'RATE_LIMIT_RUNTIME_POINTS', 'RATE_LIMIT_ANONYMOUS_POINTS'] as const)
    if (budgets[name] < budgets.MAX_QUERY_COST)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'must not be less than MAX_QUERY_COST, or the dearest operation never runs',
      });
});

/** Addresses and networks, separated by commas. */
function addresses(text: string, context: z.RefinementCtx): string[] {
  const networks = text.split(',').map((network) => network.trim());
  if (!networks.every(isNetwork))
    context.addIssue('must be addresses and networks such as 10.0.0.0/8, separated by commas, and none that is every address');
  return networks;
}

function isNetwork(text: string): boolean {
  if (!ipaddr.isValid(text) && !ipaddr.isValidCIDR(text)) return false;
  try {
    // It takes no network of every address: whoever asks could then say that they come from anywhere.
    proxyaddr.compile(text);
    return true;
  } catch {
    return false;
  }
}

function encryptionKeys(text: string, context: z.RefinementCtx): EncryptionKey[] {
  const keys = parseEncryptionKeys(text);
  if (!keys) context.addIssue('must be keys such as 2026:<base64 of 32 random bytes>, separated by commas, each with an id of its own');
  return keys ?? [];
}

function algorithms(text: string, context: z.RefinementCtx): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => !(JWT_ALGORITHMS as readonly string[]).includes(name)))
    context.addIssue(`must be some of ${JWT_ALGORITHMS.join(', ')}, separated by commas`);
  return names;
}

/** `host:port`, separated by commas. */
function hostsAndPorts(text: string, context: z.RefinementCtx): string[] {
  const servers = text.split(',').map((server) => server.trim().toLowerCase());
  if (servers.some((server) => !/^\S+:\d{1,5}$/.test(server)))
    context.addIssue('must be servers such as mail.internal:587, separated by commas');
  return servers;
}

/** The name of every setting. */
export const SETTINGS: readonly string[] = Object.keys(settings.shape);

/** All settings, parsed and with their defaults. */
export type Config = Readonly<z.infer<typeof schema>>;

/**
 * Reads the settings once, at the start of a process.
 *
 * @param environment usually process.env; an empty value counts as not given, and `NAME_FILE` names a file with the value of `NAME`
 * @throws GracelineError INVALID_SETTINGS that names every wrong setting at once
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const { given, faults: unread } = withFiles(environment, SETTINGS);
  const parsed = schema.safeParse(given);
  if (parsed.success && unread.length === 0) return parsed.data;
  const wrong = parsed.error?.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`) ?? [];
  const faults = [...unread, ...wrong];
  throw new GracelineError('INVALID_SETTINGS', `These settings are wrong:\n${faults.join('\n')}\nSee .env.example for what each takes.`);
}

/**
 * The database of a process that cannot do without one it was given.
 *
 * @throws GracelineError INVALID_SETTINGS where DATABASE_URL is missing
 */
export function databaseUrl(config: Config): string {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  throw new GracelineError(
    'INVALID_SETTINGS',
    'DATABASE_URL is not set. Give the PostgreSQL to use, or run `npm start`, which brings its own.',
  );
}

/** Where people reach the API; unless it is said, by the address it listens on. */
export function publicUrl({ PUBLIC_URL, HOST, PORT }: Pick<Config, 'PUBLIC_URL' | 'HOST' | 'PORT'>): string {
  return PUBLIC_URL ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
}

/**
 * The environment of a process we start: ours, with what is given on top and what is preferred beneath.
 *
 * @param given settings that hold whatever our own environment says
 * @param preferred settings that hold unless our own environment, or a file it names, says otherwise
 */
export function childEnvironment(given: Record<string, string>, preferred: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const unsaid = Object.entries(preferred).filter(([name]) => own[`${name}_FILE`] === undefined);
  return { ...Object.fromEntries(unsaid), ...own, ...given };
}
