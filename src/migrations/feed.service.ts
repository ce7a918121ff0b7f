import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { findPublished, findWithdrawn } from './migrations.repository.ts';

/** So long the feed says that a migration was cancelled: whoever reads on at all has by then. */
const WITHDRAWN_SHOWN_MS = 90 * 86_400_000;

/** What the operator of the platform settled. */
export interface FeedSettings {
  readonly platformName: string;
  readonly publicUrl: string;
}

/** The catalogue for readers of feeds. */
export class FeedService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
  ) {}

  /** The Atom feed of what people were told of; the same for everybody. */
  async atom(): Promise<string> {
    const now = this.clock.now();
    const migrations = [
      ...(await findPublished(this.db, now)),
      ...(await findWithdrawn(this.db, now, new Date(now.getTime() - WITHDRAWN_SHOWN_MS))),
    ];
    // Loaded once somebody asks: the library takes 10 ms that each start of each process would spend.
    const { renderFeed } = await import('./page-feed.ts');
    const shown = migrations.map((migration) => ({ ...migration, platforms: migration.affects.platforms }));
    return renderFeed(shown, { ...this.settings, now });
  }
}
