import type { Clock } from '../clock.ts';
import type { Commits } from '../events/follower.ts';
import { Memory } from '../events/memory.ts';
import type { MigrationsService } from './migrations.service.ts';
import { renderPageHtml } from './page-html.ts';
import { renderPage } from './page-render.ts';

/** What passes with the clock, as that a grace period has begun, is shown so late at most. In seconds. */
export const PAGE_LASTS_SECONDS = 5;
const MS_PER_SECOND = 1_000;

/** A page, and of which instant it is, in ms of the epoch. */
interface Rendered {
  readonly text: string;
  readonly at: number;
}

/** What they are made from. */
export interface PublicPagesParts {
  readonly migrations: Pick<MigrationsService, 'published'>;
  readonly clock: Clock;
  readonly commits: Commits;
  /** As customers know it; plain text. */
  readonly platformName: string;
}

/** The public page, rendered once for everybody: crowds ask for it on the day of a deadline, and its Markdown takes longer than all else. */
export class PublicPages {
  private readonly kept: Memory<Rendered>;

  constructor(private readonly parts: PublicPagesParts) {
    const { commits } = parts;
    this.kept = new Memory(commits, { maxSize: 2 });
    commits.onCommits((told) => {
      // What happens to one account changes no migration.
      if (told === 'ANYTHING' || told.some((one) => one.migrationId !== null && one.accountNumber === null)) this.kept.forgetAll();
    });
  }

  /** As HTML. A change is in it as soon as this process has been told of it. */
  html(): Promise<string> {
    return this.page('html', renderPageHtml);
  }

  /** The same as Markdown. */
  markdown(): Promise<string> {
    return this.page('markdown', renderPage);
  }

  private async page(kind: string, render: typeof renderPage): Promise<string> {
    const { migrations, clock, platformName } = this.parts;
    const look = async (): Promise<Rendered> => {
      const at = clock.now().getTime();
      return { at, text: render(await migrations.published(), platformName) };
    };
    let kept = this.kept.read(kind, look);
    if (!(kept instanceof Promise) && !this.isFresh(kept)) {
      this.kept.forget(kind);
      kept = this.kept.read(kind, look);
    }
    return (await kept)!.text;
  }

  private isFresh({ at }: Rendered): boolean {
    const age = this.parts.clock.now().getTime() - at;
    return age >= 0 && age < PAGE_LASTS_SECONDS * MS_PER_SECOND;
  }
}
