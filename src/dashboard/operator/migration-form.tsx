/** Writing a migration: the form, and beside it what it comes to while it is written. */
import { type SubmitEvent, useRef, useState } from 'react';
import { DraftPreviewDocument } from '../../../schema/generated/dashboard-operator.ts';
import type { Outcome } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { useRead } from '../api/read.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { FaultNote } from '../components/states.tsx';
import { attributesProblem, draftOf, type MigrationForm } from './draft.rules.ts';
import { DraftPreview } from './draft-preview.tsx';
import type { KeptForm } from './kept-form.ts';
import { type FieldName, MigrationFields } from './migration-fields.tsx';
import styles from './migration-form.module.css';
import { useSettled } from '../api/timing.ts';

/** A preview is asked for where somebody stops to type for so long. */
const TYPING_MS = 300;
const FIELDS: readonly FieldName[] = [
  'title',
  'key',
  'severity',
  'description',
  'guideUrl',
  'gracePeriodStart',
  'mandatoryOptIn',
  'attributes',
  'accounts',
];
/** What to press on, from whatever its sentence asks. */
const INVALID = '[aria-invalid="true"]';

interface MigrationFormViewProps {
  readonly kept: KeptForm<MigrationForm>;
  /** The key of the migration that is edited; null for a new one. */
  readonly editing: string | null;
  /** The form as it began; null for a new one. */
  readonly before: MigrationForm | null;
  readonly hasList: boolean;
  /** Whether whom it touches can no longer change. */
  readonly keepsWhom?: boolean;
  readonly submitLabel: string;
  readonly cancelTo: string;
  readonly busy: boolean;
  readonly submit: (form: MigrationForm) => Promise<Outcome<unknown>>;
}

/** Says what is wrong with a field once it was touched, and with all of them once it was tried. */
export function MigrationFormView({
  kept,
  editing,
  before,
  hasList,
  keepsWhom = false,
  submitLabel,
  cancelTo,
  busy,
  submit,
}: MigrationFormViewProps) {
  const { form, change, restored, discard } = kept;
  const [touched, setTouched] = useState<ReadonlySet<string>>(() => new Set(restored ? Object.keys(form) : []));
  const [tried, setTried] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const element = useRef<HTMLFormElement>(null);
  const isNew = editing === null;
  const shown = useSettled(form, TYPING_MS);
  const reading = useRead(DraftPreviewDocument, { input: draftOf(shown, before), editing });
  const preview = reading.data?.previewMigration;
  const problems = preview?.problems ?? [];
  const errorOf = (field: FieldName): string | null => {
    const refused = fault?.details['field'] === field ? fault.message : undefined;
    const found = tried || touched.has(field) ? problems.find((problem) => problem.field === field) : undefined;
    return refused ?? (found ? `${found.line === null ? '' : `Line ${found.line}: `}${found.message}` : null);
  };
  const onChange = (part: Partial<MigrationForm>) => {
    setTouched((fields) => new Set([...fields, ...Object.keys(part)]));
    setFault(null);
    change(part);
  };
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setTried(true);
    const { fault: refused } = attributesProblem(form.attributes) === null ? await submit(form) : { fault: null };
    setFault(refused);
    // Once what is wrong is shown; whoever cannot see it is led to the first.
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>(INVALID)?.focus());
  };
  const general = fault && !FIELDS.some((field) => fault.details['field'] === field) ? fault : null;
  return (
    <>
      {restored && (
        <div className={styles['note']} role="status">
          <p>Here is what you had typed before; it was not saved.</p>
          <Button look="quiet" onClick={discard}>
            Discard it
          </Button>
        </div>
      )}
      <div className={styles['sides']}>
        <form ref={element} className={styles['form']} noValidate onSubmit={(event) => void onSubmit(event)}>
          <MigrationFields
            form={form}
            onChange={onChange}
            errorOf={errorOf}
            isNew={isNew}
            madeKey={preview?.key ?? null}
            hasList={hasList}
            keepsWhom={keepsWhom}
          />
          {general && <FaultNote fault={general} />}
          <div className={styles['actions']}>
            <Button type="submit" look="primary" busy={busy}>
              {busy ? 'Saving …' : submitLabel}
            </Button>
            <ButtonLink to={cancelTo}>Cancel</ButtonLink>
          </div>
        </form>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that it can be scrolled by keyboard */}
        <aside className={styles['preview']} aria-label="What it comes to" tabIndex={0}>
          <DraftPreview reading={reading} isNew={isNew} hasTitle={shown.title.trim() !== ''} />
        </aside>
      </div>
    </>
  );
}
