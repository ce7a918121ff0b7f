/** A new migration is written here; it begins as a draft. */
import { useLocation } from 'wouter';
import { CreateCatalogueMigrationDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useChange } from '../api/change.ts';
import { Quoted } from '../components/quoted.tsx';
import { useToasts } from '../components/toast.tsx';
import { Page } from '../shell/page.tsx';
import { type MigrationForm, NEW_FORM, newMigrationOf } from './draft.rules.ts';
import { useKeptForm } from './kept-form.ts';
import { MigrationFormView } from './migration-form.tsx';
import { migrationPath } from './paths.ts';

/** The page. */
export function NewMigration() {
  const kept = useKeptForm('new-migration', NEW_FORM);
  const [create, busy] = useChange(CreateCatalogueMigrationDocument);
  const { done } = useToasts();
  const [, navigate] = useLocation();
  const submit = async (form: MigrationForm) => {
    const outcome = await create({ input: newMigrationOf(form) });
    if (outcome.data) {
      kept.discard();
      done(
        <>
          <Quoted text={outcome.data.createMigration.title} /> is a draft. Announce it when it may be seen.
        </>,
      );
      navigate(migrationPath(outcome.data.createMigration.key));
    }
    return outcome;
  };
  return (
    <Page title="New migration" lead="A draft, which only operators see until it is announced." back={{ to: '/', label: 'Migrations' }}>
      <MigrationFormView
        kept={kept}
        editing={null}
        before={null}
        hasList={false}
        submitLabel="Create draft"
        cancelTo="/"
        busy={busy}
        submit={submit}
      />
    </Page>
  );
}
