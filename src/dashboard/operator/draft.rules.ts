/** A migration while it is written: texts as the form has them, and the input of the API that they come to. */

/** Severities as the API names them. */
export type DraftSeverity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
/** Platforms as the API names them. */
export type DraftPlatform = 'CLOUD' | 'APPLIANCE';
/**
 * What becomes of the list of the only accounts it touches. KEEP: as it is; NONE: there is none; NEW: that of the form; USED: those that
 * were seen using the old behaviour within {@link LISTED_BY_USE_DAYS}.
 */
export type ListChoice = 'KEEP' | 'NONE' | 'NEW' | 'USED';

/** Long enough for what runs once a month, and late. */
export const LISTED_BY_USE_DAYS = 35;

/** What the form holds, as typed. */
export interface MigrationForm {
  readonly title: string;
  /** Empty: made of the title. */
  readonly key: string;
  readonly severity: DraftSeverity;
  readonly description: string;
  readonly guideUrl: string;
  readonly reversible: boolean;
  /** Partial dates as text. */
  readonly gracePeriodStart: string;
  /** Empty: by the severity, so long after the start. */
  readonly mandatoryOptIn: string;
  readonly platforms: readonly DraftPlatform[];
  readonly builtInEmailOnly: boolean;
  /** A line each: `name=value`. */
  readonly attributes: string;
  readonly list: ListChoice;
  /** Ids, parted by white space or commas. */
  readonly accounts: string;
}

/** An empty form. */
export const NEW_FORM: MigrationForm = {
  title: '',
  key: '',
  severity: 'MEDIUM',
  description: '',
  guideUrl: '',
  reversible: true,
  gracePeriodStart: 'TBD',
  mandatoryOptIn: '',
  platforms: [],
  builtInEmailOnly: false,
  attributes: '',
  list: 'NONE',
  accounts: '',
};

/** What a migration is as the API shows it. */
export interface EditedMigration {
  readonly title: string;
  readonly key: string;
  readonly severity: DraftSeverity;
  readonly description: string;
  readonly guideUrl: string | null;
  readonly reversible: boolean;
  readonly gracePeriodStart: string;
  readonly mandatoryOptIn: string;
  readonly affects: {
    readonly platforms: readonly DraftPlatform[];
    readonly builtInEmailOnly: boolean;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly listedOnly: boolean;
  };
}

/** The form of a migration that is there. */
export function formOf({ guideUrl, affects, ...migration }: EditedMigration): MigrationForm {
  return {
    title: migration.title,
    key: migration.key,
    severity: migration.severity,
    description: migration.description,
    guideUrl: guideUrl ?? '',
    reversible: migration.reversible,
    gracePeriodStart: migration.gracePeriodStart,
    mandatoryOptIn: migration.mandatoryOptIn,
    platforms: affects.platforms,
    builtInEmailOnly: affects.builtInEmailOnly,
    attributes: Object.entries(affects.attributes)
      .map(([name, value]) => `${name}=${written(value)}`)
      .join('\n'),
    list: affects.listedOnly ? 'KEEP' : 'NONE',
    accounts: '',
  };
}

/** The form without what was typed about whom it touches: once it is mandatory, that stays. */
export function keepingWhom(form: MigrationForm, before: MigrationForm): MigrationForm {
  const { platforms, builtInEmailOnly, attributes, list, accounts } = before;
  return { ...form, platforms, builtInEmailOnly, attributes, list, accounts };
}

/** Attributes as they are typed. A value is JSON where it reads as such, e.g. `5` or `true`, else it is text. */
export function attributesOf(text: string): Readonly<Record<string, unknown>> {
  const lines = text.split('\n').map((line) => line.trim());
  return Object.fromEntries(
    lines.filter(Boolean).map((line) => {
      const at = line.indexOf('=');
      if (at === -1) return [line, ''];
      const value = line.slice(at + 1).trim();
      const json = parsed(value);
      return [line.slice(0, at).trim(), json === undefined ? value : json];
    }),
  );
}

/** A value so that {@link attributesOf} reads it back: text as it is, in quotes where it would read as something else. */
function written(value: unknown): string {
  const isPlain = typeof value === 'string' && value === value.trim() && !value.includes('\n') && parsed(value) === undefined;
  return isPlain ? value : JSON.stringify(value);
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What is wrong with attributes as they are typed, in a sentence; null where nothing is. */
export function attributesProblem(text: string): string | null {
  const wrong = text.split('\n').findIndex((line) => line.trim() !== '' && !/^\s*[^=\s][^=]*=/.test(line));
  return wrong === -1 ? null : `Line ${wrong + 1} is no attribute. Write one a line, such as plan=enterprise.`;
}

function accountsOf({ list, accounts }: MigrationForm): readonly string[] | null {
  return list === 'NEW' ? accounts.split(/[\s,]+/).filter(Boolean) : null;
}

/** What the API previews. @param before the form of the migration that is edited as it began; null for a new one */
export function draftOf(form: MigrationForm, before: MigrationForm | null) {
  const { title, severity, description, key } = form;
  const common = { title, severity, description, guideUrl: guideOf(form) };
  if (before) return { ...common, affects: affectsEdit(form, before) };
  return { ...common, ...newDatesOf(form), ...(key !== '' && { key }), affects: affectsOf(form) };
}

/** What the API creates. */
export function newMigrationOf(form: MigrationForm) {
  return { ...draftOf(form, null), reversible: form.reversible };
}

/** What the API changes: only what was, so that what somebody else changed meanwhile stays. Dates have a dialog of their own. */
export function editOf(form: MigrationForm, before: MigrationForm) {
  const { title, severity, description, guideUrl, reversible } = form;
  const affects = affectsEdit(form, before);
  return {
    ...(title !== before.title && { title }),
    ...(severity !== before.severity && { severity }),
    ...(description !== before.description && { description }),
    ...(guideUrl !== before.guideUrl && { guideUrl: guideOf(form) }),
    ...(reversible !== before.reversible && { reversible }),
    ...(Object.keys(affects).length > 0 && { affects }),
  };
}

function affectsOf(form: MigrationForm) {
  const { platforms, builtInEmailOnly, attributes } = form;
  return { platforms, builtInEmailOnly, attributes: attributesOf(attributes), accounts: accountsOf(form) };
}

function affectsEdit(form: MigrationForm, before: MigrationForm) {
  const { platforms, builtInEmailOnly, attributes, list } = form;
  return {
    ...(platforms.join() !== before.platforms.join() && { platforms }),
    ...(builtInEmailOnly !== before.builtInEmailOnly && { builtInEmailOnly }),
    ...(attributes !== before.attributes && { attributes: attributesOf(attributes) }),
    ...(list === 'USED'
      ? { usedWithinDays: LISTED_BY_USE_DAYS }
      : (list === 'NEW' || list !== before.list) && { accounts: accountsOf(form) }),
  };
}

function guideOf({ guideUrl }: MigrationForm): string | null {
  return guideUrl.trim() === '' ? null : guideUrl.trim();
}

function newDatesOf({ gracePeriodStart, mandatoryOptIn }: MigrationForm) {
  return { gracePeriodStart, ...(mandatoryOptIn !== '' && { mandatoryOptIn }) };
}
