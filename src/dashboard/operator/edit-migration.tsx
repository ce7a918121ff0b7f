/** Texts, severity and reach of a migration are changed here; its dates on its page, where what follows from them is shown. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  EditCatalogueMigrationDocument,
  EditedMigrationDocument,
  type EditedMigrationQuery,
} from '../../../schema/generated/dashboard-operator.ts';
import { type Outcome, useChange } from '../api/change.ts';
import { useRead } from '../api/read.ts';
import { Quoted } from '../components/quoted.tsx';
import { Loaded } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import { editOf, formOf, keepingWhom, type MigrationForm } from './draft.rules.ts';
import { useKeptForm } from './kept-form.ts';
import { MigrationFormView } from './migration-form.tsx';
import { migrationPath } from './paths.ts';

/** The page. */
export function EditMigration() {
  const key = usePathPart(1);
  const reading = useRead(EditedMigrationDocument, { key });
  const title = reading.data?.migration.title ?? key;
  return (
    <Page
      title={`Edit ${title}`}
      lead="Dates are changed on its page, with the mails that follow from them."
      back={{ to: migrationPath(key), label: title }}
    >
      <Loaded reading={reading} lines={12}>
        {({ migration }) => <Edit key={migration.key} migration={migration} />}
      </Loaded>
    </Page>
  );
}

const UNCHANGED: Outcome<unknown> = { data: {}, fault: null };

function Edit({ migration }: { readonly migration: EditedMigrationQuery['migration'] }) {
  // As it was when writing began: what somebody else changes meanwhile is none of what was typed here.
  const [before] = useState(() => formOf(migration));
  const typed = useKeptForm(`edit.${migration.key}`, before);
  const isMandatory = migration.state === 'MANDATORY';
  const kept = isMandatory ? { ...typed, form: keepingWhom(typed.form, before) } : typed;
  const [edit, busy] = useChange(EditCatalogueMigrationDocument);
  const { done } = useToasts();
  const [, navigate] = useLocation();
  const submit = async (form: MigrationForm) => {
    const input = editOf(form, before);
    // Nothing that changed is nothing for the log.
    const outcome = Object.keys(input).length === 0 ? UNCHANGED : await edit({ key: migration.key, input });
    if (outcome.fault === null) {
      kept.discard();
      done(
        <>
          <Quoted text={form.title.trim()} /> is saved.
        </>,
      );
      navigate(migrationPath(migration.key));
    }
    return outcome;
  };
  return (
    <MigrationFormView
      kept={kept}
      editing={migration.key}
      before={before}
      hasList={migration.affects.listedOnly}
      keepsWhom={isMandatory}
      submitLabel="Save"
      cancelTo={migrationPath(migration.key)}
      busy={busy}
      submit={submit}
    />
  );
}
