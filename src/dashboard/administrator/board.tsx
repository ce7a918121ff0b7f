/** One look over everything: what is open, how long is left, and what is safe to do now. */
import type { BoardQuery } from '../../../schema/generated/dashboard.ts';
import { BoardDocument, CatalogueChangedDocument, OwnAccountChangedDocument } from '../../../schema/generated/dashboard.ts';
import { useLive } from '../api/live.ts';
import { useRead } from '../api/read.ts';
import { ButtonLink } from '../components/button.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { countOf, formatCount } from '../format/numbers.ts';
import { Page } from '../shell/page.tsx';
import { BoardMigrationCard } from './board-migration.tsx';
import { HeatStrip } from './heat-strip.tsx';
import styles from './board.module.css';

type OwnBoard = BoardQuery['board'];

/** The page. */
export function Board() {
  const reading = useRead(BoardDocument, {});
  const handlers = { onMessage: reading.reread, reread: reading.reread };
  useLive(OwnAccountChangedDocument, {}, handlers);
  useLive(CatalogueChangedDocument, {}, handlers);
  return (
    <Page title="Board" lead={reading.data && reading.data.board.accounts > 0 && <Summary board={reading.data.board} />}>
      <Loaded reading={reading} lines={9}>
        {({ board }) => <Content board={board} />}
      </Loaded>
    </Page>
  );
}

function Summary({ board: { accounts, migrations } }: { readonly board: OwnBoard }) {
  const open = migrations.reduce((sum, migration) => sum + migration.open, 0);
  const safe = migrations.reduce((sum, migration) => sum + migration.safe, 0);
  const known = safe === 0 ? 'none known to be safe yet' : `${safe === open ? 'all' : formatCount(safe)} safe to make now`;
  const decisions = open === 0 ? 'Nothing is open' : `${countOf(open, 'decision is', 'decisions are')} open, ${known}`;
  return (
    <p>
      {decisions}, over {countOf(accounts, 'account')}.
    </p>
  );
}

function Content({ board: { accounts, migrations, deadlines, timeZone } }: { readonly board: OwnBoard }) {
  if (accounts === 0) {
    return (
      <Empty title="You administer no account yet.">
        <p>As soon as an operator makes you the administrator of one, its migrations are here.</p>
      </Empty>
    );
  }
  if (migrations.length === 0) {
    return (
      <Empty title="Everything is done.">
        <p>No migration is open for any of your accounts. When the platform announces one, it appears here at once.</p>
        <ButtonLink to="/accounts">See your accounts</ButtonLink>
      </Empty>
    );
  }
  // The next deadline first, as the API has it; what is done stays in sight below.
  const ordered = [...migrations.filter(({ open }) => open > 0), ...migrations.filter(({ open }) => open === 0)];
  return (
    <>
      <HeatStrip deadlines={deadlines} timeZone={timeZone} />
      <div className={styles['migrations']}>
        {ordered.map((migration) => (
          <BoardMigrationCard key={migration.migration.key} standing={migration} />
        ))}
      </div>
    </>
  );
}
