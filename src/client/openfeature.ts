/** OpenFeature over a {@link GracelineClient}: `graceline/openfeature`. The SDK itself adds some microseconds to each answer. */
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import { type ClientEvaluation, GracelineClient } from './client.ts';
import type { ClientOptions } from './options.ts';

/** How long `setProviderAndWait` waits for the first snapshot, unless the options say otherwise. */
const INITIALIZED_WITHIN_MS = 30_000;
const ERROR_CODES = {
  NOT_READY: ErrorCode.PROVIDER_NOT_READY,
  STALE: ErrorCode.GENERAL,
  UNKNOWN_MIGRATION: ErrorCode.FLAG_NOT_FOUND,
  UNKNOWN_ACCOUNT: ErrorCode.INVALID_CONTEXT,
} as const;

/** What a provider is made with: what a client is, beside answers where there is none, which are the callers' defaults. */
export interface ProviderOptions extends Omit<ClientOptions, 'unknownMigration' | 'unknownAccount' | 'notReady' | 'stale'> {
  /** Whether an account there is not is an error, INVALID_CONTEXT. Left out, it is answered as most accounts are. */
  readonly strictAccounts?: boolean;
  /** Whether what is known is good enough while cut off; true unless given. */
  readonly keepWhenStale?: boolean;
  /** How long initializing may take, in ms; 30,000 unless given. Whatever comes of it, it goes on trying. */
  readonly initializedWithinMs?: number;
}

/** A provider of flags. A flag is a migration, by its key; the `targetingKey` is the account, by the platform's id. */
export class GracelineProvider implements Provider {
  readonly metadata = { name: 'graceline' } as const;
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  /** For `isEnabled`, which costs a hundredth of what the SDK does. */
  readonly client: GracelineClient;
  private readonly initializedWithinMs: number;
  private initialized = false;

  /** @throws TypeError for an option that cannot be, with what it takes */
  constructor({ strictAccounts, keepWhenStale, initializedWithinMs, ...options }: ProviderOptions) {
    this.initializedWithinMs = initializedWithinMs ?? INITIALIZED_WITHIN_MS;
    this.client = new GracelineClient({
      ...options,
      unknownAccount: strictAccounts === true ? false : 'AS_MOST',
      stale: keepWhenStale === false ? false : 'KEEP',
    });
    this.client.on('stale', () => this.events.emit(ProviderEvents.Stale, { message: 'Cut off from the server.' }));
    this.client.on('changed', (migrations) => {
      // Until then the SDK is told by initialize().
      if (this.initialized) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...migrations] });
    });
    this.client.on('ready', () => {
      if (this.initialized) this.events.emit(ProviderEvents.Ready);
    });
  }

  /** Called by the SDK, which emits PROVIDER_READY once this resolves and PROVIDER_ERROR where it rejects. */
  async initialize(): Promise<void> {
    try {
      await this.client.ready(this.initializedWithinMs);
    } finally {
      this.initialized = true;
    }
  }

  /** Called by the SDK where another provider takes its place, and at the end. */
  onClose(): Promise<void> {
    return this.client.close();
  }

  async resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    { targetingKey }: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    if (targetingKey === undefined || targetingKey === '')
      return failed(defaultValue, ErrorCode.TARGETING_KEY_MISSING, "Give the platform's id of the account as the targetingKey.");
    const evaluation = this.client.evaluate(flagKey, targetingKey);
    if (evaluation.noAnswer) return failed(defaultValue, ERROR_CODES[evaluation.noAnswer.code], evaluation.noAnswer.message);
    return detailsOf(evaluation);
  }

  resolveStringEvaluation(_flagKey: string, defaultValue: string): Promise<ResolutionDetails<string>> {
    return wrongType(defaultValue);
  }

  resolveNumberEvaluation(_flagKey: string, defaultValue: number): Promise<ResolutionDetails<number>> {
    return wrongType(defaultValue);
  }

  resolveObjectEvaluation<T extends JsonValue>(_flagKey: string, defaultValue: T): Promise<ResolutionDetails<T>> {
    return wrongType(defaultValue);
  }
}

/** As OFREP says it, of what is known here and of reasons that the rule gives. */
function detailsOf({ enabled, reason, deadline, gracePeriodStart, guideUrl }: ClientEvaluation): ResolutionDetails<boolean> {
  return {
    value: enabled,
    variant: enabled ? 'on' : 'off',
    reason: reason === 'NOT_STARTED' ? StandardResolutionReasons.DISABLED : StandardResolutionReasons.TARGETING_MATCH,
    flagMetadata: {
      reason: reason!,
      gracePeriodStart: gracePeriodStart!,
      ...(deadline && { deadline: deadline.toISOString() }),
      ...(guideUrl !== null && { guide: guideUrl }),
    },
  };
}

function failed<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}

async function wrongType<T>(defaultValue: T): Promise<ResolutionDetails<T>> {
  return failed(defaultValue, ErrorCode.TYPE_MISMATCH, 'A migration is on or off: ask for a boolean.');
}
