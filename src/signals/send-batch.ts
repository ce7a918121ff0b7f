/** How often an account used an old behaviour, as it is gathered. */
export interface Report {
  readonly migration: string;
  readonly account: string;
  readonly client: string;
  uses: number;
  lastUsedAt: Date;
}

/** What came of a batch. DONE: it need not be sent again, because it was counted, or never will be. */
export type BatchOutcome =
  | { readonly kind: 'DONE'; readonly problem: string | null; readonly cause?: unknown }
  | {
      readonly kind: 'AGAIN';
      readonly problem: string;
      readonly cause?: unknown;
      /** How long the service wants to be left alone, in milliseconds; null where it does not say. */
      readonly afterMs: number | null;
    };

/** What the same batch would be answered with for ever. Everything else may heal: a token is changed, a service comes back. */
const FINAL: readonly unknown[] = [
  'INVALID_INPUT',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_OUTCOME_UNKNOWN',
  'GRAPHQL_VALIDATION_FAILED',
  'GRAPHQL_PARSE_FAILED',
  'BAD_USER_INPUT',
  'TOO_LARGE',
  'TOO_COSTLY',
];
/** Of reports that were refused, the first is named. */
const QUERY = `mutation ($reports: [UseReportInput!]!, $key: String!) {
  reportUsage(reports: $reports, idempotencyKey: $key) { counted refused { message } }
}`;

interface Body {
  readonly data?: { readonly reportUsage?: { readonly refused: readonly { readonly message: string }[] } | null } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: unknown } }[];
}

/** Sends a batch once. Never throws. */
export async function sendBatch(
  url: string,
  token: string | (() => string | Promise<string>),
  key: string,
  reports: readonly Report[],
  signal: AbortSignal,
): Promise<BatchOutcome> {
  try {
    const bearer = typeof token === 'string' ? token : await token();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query: QUERY, variables: { reports, key } }),
      signal,
    });
    return outcomeOf(response, await response.text());
  } catch (error) {
    return {
      kind: 'AGAIN',
      problem: 'Uses of old behaviour cannot be reported: the token cannot be had, or the service cannot be reached.',
      cause: error,
      afterMs: null,
    };
  }
}

function outcomeOf(response: Response, text: string): BatchOutcome {
  const { data, errors: [error] = [] } = parsed(text);
  if (data?.reportUsage) {
    const { refused } = data.reportUsage;
    return {
      kind: 'DONE',
      problem: refused.length === 0 ? null : `${refused.length} reports of old behaviour were refused. ${refused[0]!.message}`,
    };
  }
  const why = error?.message ?? `The service answered ${response.status}.`;
  if (FINAL.includes(error?.extensions?.code)) return { kind: 'DONE', problem: `Reports of old behaviour are lost. ${why}` };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { kind: 'AGAIN', problem: `Uses of old behaviour cannot be reported. ${why}`, afterMs: seconds >= 0 ? seconds * 1_000 : null };
}

function parsed(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    // A proxy in between answers in its own words.
    return {};
  }
}
