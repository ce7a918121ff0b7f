/** The fields of a migration, of the form for a new one and of that which edits one. */
import { Check, Choice, Field, TextArea, TextInput } from '../components/field.tsx';
import { SEVERITY } from '../format/words.ts';
import {
  attributesProblem,
  type DraftPlatform,
  type DraftSeverity,
  LISTED_BY_USE_DAYS,
  type ListChoice,
  type MigrationForm,
} from './draft.rules.ts';
import styles from './migration-form.module.css';
import { PartialDateField } from './partial-date-field.tsx';

/** The name of a field as the API has it. */
export type FieldName =
  | 'title'
  | 'key'
  | 'severity'
  | 'description'
  | 'guideUrl'
  | 'gracePeriodStart'
  | 'mandatoryOptIn'
  | 'attributes'
  | 'accounts';

interface MigrationFieldsProps {
  readonly form: MigrationForm;
  readonly onChange: (part: Partial<MigrationForm>) => void;
  /** What is wrong with a field, in a sentence; null where nothing is, or where nothing shall be said yet. */
  readonly errorOf: (field: FieldName) => string | null;
  /** Whether it is a new one: then it has a key and dates to set. */
  readonly isNew: boolean;
  /** The key it would have; null while there is none. */
  readonly madeKey: string | null;
  /** Whether the edited one has a list of the only accounts it touches. */
  readonly hasList: boolean;
  /** Whether whom it touches can no longer change: it is mandatory. */
  readonly keepsWhom: boolean;
}

const SEVERITIES: readonly DraftSeverity[] = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const GRACE: Readonly<Record<DraftSeverity, string>> = {
  LOW: '90 days of grace',
  MEDIUM: '90 days of grace',
  HIGH: '30 days of grace',
  CRITICAL: 'no grace',
};
const PLATFORMS: Readonly<Record<DraftPlatform | 'ALL', string>> = {
  ALL: 'Cloud and appliance',
  CLOUD: 'Cloud only',
  APPLIANCE: 'Appliance only',
};

/** All of them, in the order in which one thinks of them. */
export function MigrationFields(props: MigrationFieldsProps) {
  return (
    <>
      <What {...props} />
      {props.isNew && <When {...props} />}
      {props.keepsWhom ? <WhomAsItIs /> : <Whom {...props} />}
    </>
  );
}

function What({ form, onChange, errorOf, isNew, madeKey }: MigrationFieldsProps) {
  return (
    <fieldset className={styles['group']}>
      <legend>What changes</legend>
      <Field label="Title" hint="One line, as it stands on the public page and in mails." error={errorOf('title')}>
        <TextInput value={form.title} required maxLength={200} onChange={({ target }) => onChange({ title: target.value })} />
      </Field>
      {isNew && (
        <Field
          label="Key"
          hint="As it stands in addresses and in code; it stays. Left empty it is made of the title."
          error={errorOf('key')}
        >
          <TextInput
            value={form.key}
            placeholder={madeKey ?? undefined}
            autoCapitalize="none"
            spellCheck={false}
            onChange={({ target }) => onChange({ key: target.value })}
          />
        </Field>
      )}
      <Field
        label="Severity"
        hint={isNew ? 'It sets how much grace there is unless you give a deadline.' : 'Its dates do not change with it.'}
        error={errorOf('severity')}
      >
        <Choice
          value={form.severity}
          onChoose={(severity) => onChange({ severity })}
          options={SEVERITIES.map((value) => ({ value, label: `${SEVERITY[value].label} – ${GRACE[value]}` }))}
        />
      </Field>
      <Field label="Description" hint="Markdown: what changes, and what to do. Headings from #### on." error={errorOf('description')}>
        <TextArea
          className={styles['description'] ?? ''}
          value={form.description}
          rows={10}
          onChange={({ target }) => onChange({ description: target.value })}
        />
      </Field>
      <Field label="Address of a guide" hint="Optional." error={errorOf('guideUrl')}>
        <TextInput
          type="url"
          value={form.guideUrl}
          placeholder="https://"
          onChange={({ target }) => onChange({ guideUrl: target.value })}
        />
      </Field>
      <Check checked={form.reversible} onCheck={(reversible) => onChange({ reversible })}>
        An account may opt out again until the deadline
      </Check>
    </fieldset>
  );
}

function When({ form, onChange, errorOf }: MigrationFieldsProps) {
  return (
    <fieldset className={styles['group']}>
      <legend>When</legend>
      <PartialDateField
        label="Start of the grace period"
        hint="From when accounts may opt in. Nothing happens by itself before it has a day."
        value={form.gracePeriodStart}
        onChange={(gracePeriodStart) => onChange({ gracePeriodStart })}
        error={errorOf('gracePeriodStart')}
      />
      <PartialDateField
        label="Mandatory opt-in"
        hint="From when it is on for every account."
        value={form.mandatoryOptIn}
        hasDefault
        onChange={(mandatoryOptIn) => onChange({ mandatoryOptIn })}
        error={errorOf('mandatoryOptIn')}
      />
    </fieldset>
  );
}

function WhomAsItIs() {
  return (
    <fieldset className={styles['group']}>
      <legend>Whom it touches</legend>
      <p className="soft">It is mandatory, so this stays as it is. Publish a new migration for further accounts.</p>
    </fieldset>
  );
}

function Whom({ form, onChange, errorOf, isNew, hasList }: MigrationFieldsProps) {
  const lists: readonly { value: ListChoice; label: string }[] = [
    { value: 'NONE', label: 'Every account that fits the rest' },
    ...(hasList ? [{ value: 'KEEP' as const, label: 'Only those on its list, as it is' }] : []),
    { value: 'NEW', label: hasList ? 'Only those on a new list' : 'Only those on a list' },
    ...(!isNew
      ? [{ value: 'USED' as const, label: `Only those seen using the old behaviour in the last ${LISTED_BY_USE_DAYS} days` }]
      : []),
  ];
  const platform = form.platforms.length === 1 ? form.platforms[0]! : 'ALL';
  return (
    <fieldset className={styles['group']}>
      <legend>Whom it touches</legend>
      <Field label="Platforms">
        <Choice
          value={platform}
          onChoose={(chosen) => onChange({ platforms: chosen === 'ALL' ? [] : [chosen] })}
          options={(['ALL', 'CLOUD', 'APPLIANCE'] as const).map((value) => ({ value, label: PLATFORMS[value] }))}
        />
      </Field>
      <Check checked={form.builtInEmailOnly} onCheck={(builtInEmailOnly) => onChange({ builtInEmailOnly })}>
        Only accounts whose mail the built-in provider sends
      </Check>
      <Field
        label="Attributes"
        hint="Only accounts that have all of these. One a line, such as plan=enterprise."
        error={attributesProblem(form.attributes) ?? errorOf('attributes')}
      >
        <TextArea value={form.attributes} rows={2} spellCheck={false} onChange={({ target }) => onChange({ attributes: target.value })} />
      </Field>
      <Field label="Accounts">
        <Choice value={form.list} onChoose={(list) => onChange({ list })} options={lists} />
      </Field>
      {form.list === 'NEW' && (
        <Field label="Ids of these accounts" hint="Up to 10,000, parted by spaces, commas or lines." error={errorOf('accounts')}>
          <TextArea value={form.accounts} rows={4} spellCheck={false} onChange={({ target }) => onChange({ accounts: target.value })} />
        </Field>
      )}
    </fieldset>
  );
}
