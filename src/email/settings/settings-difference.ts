import type { SettingsRow } from './email-settings.repository.ts';
import type { ProviderPlan } from './provider-fields.rules.ts';

type Shown = Readonly<Record<string, unknown>>;

/** What a change of settings changed, as the log tells it. */
export interface SettingsDifference {
  readonly before: Shown;
  readonly after: Shown;
  /** The names of secrets that were given anew. */
  readonly changedSecrets: readonly string[];
}

/**
 * What differs, without any secret: of headers only the names are told, because values can be keys to something.
 *
 * @param before null where nothing was ever set
 * @returns null where nothing differs
 */
export function settingsDifference(
  before: SettingsRow | null,
  after: Pick<SettingsRow, 'provider' | 'enabled' | 'defaultFrom' | 'options'>,
  plan: ProviderPlan,
): SettingsDifference | null {
  const was = flat(before ?? { provider: 'BUILT_IN', enabled: true, defaultFrom: null, options: {} });
  const is = flat(after);
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !same(was[name], is[name]));
  const changedSecrets = Object.keys(plan.secrets).filter((field) => plan.secrets[field] !== null);
  if (names.length === 0 && changedSecrets.length === 0) return null;
  return { before: told(was, names), after: told(is, names), changedSecrets };
}

function flat({ provider, enabled, defaultFrom, options }: Pick<SettingsRow, 'provider' | 'enabled' | 'defaultFrom' | 'options'>): Shown {
  return { provider, enabled, defaultFrom, ...options };
}

function told(of: Shown, names: readonly string[]): Shown {
  const value = (name: string) => (name === 'headers' ? Object.keys(of[name] ?? {}) : of[name]);
  return Object.fromEntries(names.filter((name) => name in of).map((name) => [name, value(name)]));
}

/** Alike whatever order the names of an object come in: jsonb has one of its own. */
function same(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b);
}

function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
