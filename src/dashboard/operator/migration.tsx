/** One migration: how its rollout goes, as it goes; what can be done about it; and its dates with how they came about. */
import { useState } from 'react';
import {
  CatalogueMigrationChangedDocument,
  LiveProgressDocument,
  OperatorMigrationDocument,
} from '../../../schema/generated/dashboard-operator.ts';
import { useLive } from '../api/live.ts';
import { useRead } from '../api/read.ts';
import { Badge } from '../components/badge.tsx';
import { Card } from '../components/card.tsx';
import { Description } from '../components/description.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { LIFECYCLE, SEVERITY } from '../format/words.ts';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import { BurnDown, type LiveCounts } from './burn-down.tsx';
import { MigrationActions } from './migration-actions.tsx';
import { MigrationFacts } from './migration-facts.tsx';
import type { OperatorMigration } from './migration.types.ts';
import styles from './migration.module.css';
import { OldBehaviour } from './old-behaviour.tsx';
import { PendingDates, DatesHistory } from './reschedules.tsx';
import { RolloutAccounts } from './rollout-accounts.tsx';
import { RolloutNumbers, type RolloutNow } from './rollout-numbers.tsx';

/** The page. */
export function Migration() {
  const key = usePathPart(1);
  const reading = useRead(OperatorMigrationDocument, { key });
  useLive(CatalogueMigrationChangedDocument, { key }, { onMessage: reading.reread, reread: reading.reread });
  const migration = reading.data?.migration;
  return (
    <Page
      title={migration?.title ?? key}
      lead={migration && <Lead migration={migration} />}
      back={{ to: '/', label: 'Migrations' }}
      actions={migration && <MigrationActions migration={migration} />}
    >
      <Loaded reading={reading} lines={12}>
        {(loaded) => <Content key={loaded.migration.key} migration={loaded.migration} />}
      </Loaded>
    </Page>
  );
}

function Lead({ migration: { key, state, severity } }: { readonly migration: OperatorMigration }) {
  return (
    <p className={styles['lead']}>
      <Badge tone={LIFECYCLE[state].tone}>{LIFECYCLE[state].label}</Badge>
      <Badge tone={SEVERITY[severity].tone}>{SEVERITY[severity].label} severity</Badge>
      <code>{key}</code>
    </p>
  );
}

function Content({ migration }: { readonly migration: OperatorMigration }) {
  const isRollout = migration.state !== 'DRAFT' && migration.state !== 'CANCELLED';
  return (
    <>
      <PendingDates migration={migration} />
      {isRollout ? <Rollout migration={migration} /> : <NoRollout migration={migration} />}
      <div className={styles['pair']}>
        <Card title="Dates and reach">
          <MigrationFacts migration={migration} />
        </Card>
        <Card title="How its dates came about">
          <DatesHistory migration={migration} />
        </Card>
      </div>
      {isRollout && (
        <>
          <Card title="Accounts">
            <RolloutAccounts migration={migration.key} />
          </Card>
          <Card title="Who still uses the old behaviour">
            <OldBehaviour migration={migration.key} usesCounted={migration.usesCounted} />
          </Card>
        </>
      )}
      <Card title="The announcement">
        <Description html={migration.descriptionHtml} />
      </Card>
    </>
  );
}

function Rollout({ migration }: { readonly migration: OperatorMigration }) {
  const [live, setLive] = useState<(LiveCounts & { readonly counts: RolloutNow }) | null>(null);
  useLive(
    LiveProgressDocument,
    { migration: migration.key },
    {
      onMessage: ({ rolloutProgress }) => setLive({ counts: rolloutProgress, at: Date.now() }),
      // The reading of the page has them too.
      reread: () => setLive(null),
    },
  );
  return (
    <Card title="Rollout">
      <RolloutNumbers now={live?.counts ?? migration.progress} />
      <BurnDown migration={migration.key} deadline={migration.mandatoryAt} live={live} />
    </Card>
  );
}

function NoRollout({ migration: { state } }: { readonly migration: OperatorMigration }) {
  if (state === 'CANCELLED') {
    return (
      <Empty title="It was cancelled.">
        <p>No account is moved by it any more. For another attempt write a new migration.</p>
      </Empty>
    );
  }
  return (
    <Empty title="It is a draft.">
      <p>Only operators see it. Announce it to put it on the public page, and to tell administrators when its grace period starts.</p>
    </Empty>
  );
}
