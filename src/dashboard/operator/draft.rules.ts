/** A migration while it is written: texts as the form has them, and the input of the API that they come to. */

/** Severities as the API names them. */
export type DraftSeverity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
/** Platforms as the API names them. */
export type DraftPlatform = 'CLOUD' | 'APPLIANCE';
/** What becomes of the list of the only accounts it touches. KEEP: as it is; NONE: there is none; NEW: that of the form. */
export type ListChoice = 'KEEP' | 'NONE' | 'NEW';

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
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join('\n'),
    list: affects.listedOnly ? 'KEEP' : 'NONE',
    accounts: '',
  };
}

/** Attributes as they are typed. A value is JSON where it reads as a number, true, false or null, else it is text. */
export function attributesOf(text: string): Readonly<Record<string, unknown>> {
  const lines = text.split('\n').map((line) => line.trim());
  return Object.fromEntries(
    lines.filter(Boolean).map((line) => {
      const at = line.indexOf('=');
      const [name, value] = at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      return [name, /^(-?\d+(\.\d+)?|true|false|null)$/.test(value) ? (JSON.parse(value) as unknown) : value];
    }),
  );
}

/** What is wrong with attributes as they are typed, in a sentence; null where nothing is. */
export function attributesProblem(text: string): string | null {
  const wrong = text.split('\n').findIndex((line) => line.trim() !== '' && !/^\s*[^=\s][^=]*=/.test(line));
  return wrong === -1 ? null : `Line ${wrong + 1} is no attribute. Write one a line, such as plan=enterprise.`;
}

function accountsOf({ list, accounts }: MigrationForm): readonly string[] | null {
  return list === 'NEW' ? accounts.split(/[\s,]+/).filter(Boolean) : null;
}

function affectsOf(form: MigrationForm) {
  const { platforms, builtInEmailOnly, attributes, list } = form;
  return {
    platforms,
    builtInEmailOnly,
    attributes: attributesOf(attributes),
    // What is left out stays as it is.
    ...(list !== 'KEEP' && { accounts: accountsOf(form) }),
  };
}

/** What the API previews. Of an edited migration the dates stay: they have a dialog of their own. */
export function draftOf(form: MigrationForm, isNew: boolean) {
  return {
    title: form.title,
    severity: form.severity,
    description: form.description,
    guideUrl: form.guideUrl.trim() === '' ? null : form.guideUrl.trim(),
    affects: affectsOf(form),
    ...(isNew && newDatesOf(form)),
    ...(isNew && form.key !== '' && { key: form.key }),
  };
}

/** What the API creates. */
export function newMigrationOf(form: MigrationForm) {
  return { ...draftOf(form, true), reversible: form.reversible };
}

/** What the API changes: only what was, so that what somebody else changed meanwhile stays. */
export function editOf(form: MigrationForm, before: MigrationForm) {
  const { title, severity, description, guideUrl, reversible } = form;
  const affects = affectsOf(form);
  const isAffectsEdited = form.list === 'NEW' || JSON.stringify(affects) !== JSON.stringify(affectsOf(before));
  return {
    ...(title !== before.title && { title }),
    ...(severity !== before.severity && { severity }),
    ...(description !== before.description && { description }),
    ...(guideUrl !== before.guideUrl && { guideUrl: guideUrl.trim() === '' ? null : guideUrl.trim() }),
    ...(reversible !== before.reversible && { reversible }),
    ...(isAffectsEdited && { affects }),
  };
}

function newDatesOf({ gracePeriodStart, mandatoryOptIn }: MigrationForm) {
  return { gracePeriodStart, ...(mandatoryOptIn !== '' && { mandatoryOptIn }) };
}
