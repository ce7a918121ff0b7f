/** Writes the catalogue as an Atom feed (RFC 4287). Pure. */
import { Feed } from 'feed';
import { bodyHtml, dateInWords, escaped } from './page-html.ts';
import { capitalised, type PublishedMigration } from './page-render.ts';

/** What the feed shows of a migration beyond the page. */
export interface FeedMigration extends PublishedMigration {
  readonly id: string;
  /** When accounts were told of it; null where it was there before it was written down. */
  readonly announcedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly graceStartsAt: Date | null;
  readonly mandatoryAt: Date | null;
}

/** What all entries have in common. */
export interface FeedFacts {
  readonly platformName: string;
  /** Where people reach the public page. */
  readonly publicUrl: string;
  /** The present instant: what has begun by then is news. */
  readonly now: Date;
}

/** Nobody reads on in a feed; the page has them all. */
const MAX_ENTRIES = 100;
/** Of the characters of XML 1.0 none of these is one, not even as a reference. */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const NO_CHARACTERS_OF_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/**
 * The feed, with what changed last first. An entry is the same for good by the id of its migration, and is new again when it is
 * edited, moved or cancelled, when its grace period starts and when it becomes mandatory.
 *
 * @param migrations published, or cancelled after that
 */
export function renderFeed(migrations: readonly FeedMigration[], { platformName, publicUrl, now }: FeedFacts): string {
  const page = new URL('/migrations', publicUrl).href;
  const entries = migrations
    .map((migration) => ({ migration, updated: changedAt(migration, now) }))
    .toSorted((one, other) => other.updated.getTime() - one.updated.getTime() || (one.migration.id < other.migration.id ? 1 : -1))
    .slice(0, MAX_ENTRIES);
  const name = legal(platformName);
  const feed = new Feed({
    id: page,
    title: `${name}: migrations`,
    description: `Breaking changes of ${name} and the dates from which they are mandatory.`,
    link: page,
    feed: new URL('/migrations.atom', publicUrl).href,
    author: { name },
    generator: 'Graceline',
    // An empty feed has to say something too, and the same each time.
    updated: entries[0]?.updated ?? new Date(0),
  });
  for (const { migration, updated } of entries) {
    const { id, key, title, announcedAt, createdAt } = migration;
    const heading = migration.state === 'CANCELLED' ? `Cancelled: ${title}` : title;
    feed.addItem({
      id: `urn:uuid:${id}`,
      // The library calls every text HTML.
      title: escaped(legal(heading)),
      link: `${page}#${encodeURIComponent(key)}`,
      date: updated,
      published: announcedAt ?? createdAt,
      description: escaped(summary(migration)),
      content: absolute(legal(bodyHtml(migration)), page),
    });
  }
  return feed.atom1();
}

function changedAt({ announcedAt, updatedAt, graceStartsAt, mandatoryAt, state }: FeedMigration, now: Date): Date {
  const begun = state === 'CANCELLED' ? [] : [graceStartsAt, mandatoryAt].filter((at) => at !== null && at <= now);
  const all = [updatedAt, announcedAt, ...begun].filter((at) => at !== null);
  return new Date(Math.max(...all.map((at) => at.getTime())));
}

function summary({ severity, state, gracePeriodStart, mandatoryOptIn }: FeedMigration): string {
  if (state === 'CANCELLED') return 'Cancelled: this change does not come.';
  return `${capitalised(severity)} severity. Grace period from: ${dateInWords(gracePeriodStart)}. Mandatory from: ${dateInWords(mandatoryOptIn)}.`;
}

function legal(text: string): string {
  return text.toWellFormed().replace(NO_CHARACTERS_OF_XML, '\u{FFFD}');
}

/** Readers of feeds do not know where the page is. Quotes outside of tags are references, so that these are attributes. */
function absolute(html: string, page: string): string {
  return html.replace(/(?<=\s(?:href|src)=")(?![a-z][a-z\d+.-]*:)[^"]*(?=")/gi, (address) => {
    const url = URL.parse(address.replaceAll('&amp;', '&'), page);
    return url ? escaped(url.href) : address;
  });
}
