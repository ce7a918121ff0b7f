/** The announcement of a migration, as the public page has it. */
import { lazy, Suspense } from 'react';
import { MigrationDescriptionDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Loaded, Skeleton } from '../components/states.tsx';

/** With what reads Markdown, which few visits need. */
const Markdown = lazy(() => import('../components/markdown.tsx').then((module) => ({ default: module.Markdown })));

interface MigrationTextProps {
  readonly migration: string;
  readonly guideUrl: string | null;
}

/** Reads it, and shows it. */
export function MigrationText({ migration, guideUrl }: MigrationTextProps) {
  const reading = useRead(MigrationDescriptionDocument, { key: migration });
  return (
    <Loaded reading={reading} lines={4}>
      {({ migration: { description } }) => (
        <>
          {description === '' ? (
            <p className="soft">There is no text beside the title.</p>
          ) : (
            <Suspense fallback={<Skeleton lines={4} />}>
              <Markdown text={description} />
            </Suspense>
          )}
          {guideUrl !== null && (
            <p>
              <a href={guideUrl} rel="noreferrer" target="_blank">
                Read the guide<span className="visually-hidden"> (opens a new tab)</span>
              </a>
            </p>
          )}
        </>
      )}
    </Loaded>
  );
}
