/** What a migration comes to while it is written: dates, whom it touches, reminders, its section of the public page. */
import type { DraftPreviewQuery } from '../../../schema/generated/dashboard-operator.ts';
import type { Reading } from '../api/read.ts';
import { Card } from '../components/card.tsx';
import { Loaded } from '../components/states.tsx';
import { countOf } from '../format/numbers.ts';
import styles from './draft-preview.module.css';
import { MigrationDate } from './migration-date.tsx';
import { Reminders } from './reminders.tsx';
import { SectionPreview } from './section-preview.tsx';

/** What the API says of a draft. */
type Preview = DraftPreviewQuery['previewMigration'];

interface DraftPreviewProps {
  readonly reading: Reading<DraftPreviewQuery>;
  /** Whether it is new: the dates of others have a dialog of their own. */
  readonly isNew: boolean;
  /** Whether a title is written yet. */
  readonly hasTitle: boolean;
}

/** Three sheets. The last answer stays while the next is awaited. */
export function DraftPreview({ reading, isNew, hasTitle }: DraftPreviewProps) {
  return (
    <Loaded reading={reading} lines={10}>
      {({ previewMigration: preview }) => (
        <>
          <Card title="Dates and mails">
            <Facts preview={preview} />
            {isNew && <Reminders reminders={preview.reminders} timeZone={preview.timeZone} />}
          </Card>
          <Card title="On the public page">
            {hasTitle ? <SectionPreview html={preview.html} /> : <p className="soft">It stands here as soon as it has a title.</p>}
          </Card>
        </>
      )}
    </Loaded>
  );
}

function Facts({ preview }: { readonly preview: Preview }) {
  const { gracePeriodStart, graceStartsAt, mandatoryOptIn, mandatoryAt, affectedAccounts, timeZone } = preview;
  return (
    <dl className={styles['facts']}>
      <dt>Grace period</dt>
      <dd>{gracePeriodStart === null ? 'no date yet' : <MigrationDate partial={gracePeriodStart} instant={graceStartsAt} isOpen />}</dd>
      <dt>Mandatory</dt>
      <dd>{mandatoryOptIn === null ? 'no date yet' : <MigrationDate partial={mandatoryOptIn} instant={mandatoryAt} isOpen />}</dd>
      <dt>Touches</dt>
      <dd className="numeric">{countOf(affectedAccounts, 'account')}</dd>
      <dt>Days begin in</dt>
      <dd>{timeZone.replaceAll('_', ' ')}</dd>
    </dl>
  );
}
