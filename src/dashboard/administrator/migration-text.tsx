/** The announcement of a migration, as the public page has it. */
import { MigrationDescriptionDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Description } from '../components/description.tsx';
import { Loaded } from '../components/states.tsx';

interface MigrationTextProps {
  readonly migration: string;
  readonly guideUrl: string | null;
}

/** Reads it, and shows it. */
export function MigrationText({ migration, guideUrl }: MigrationTextProps) {
  const reading = useRead(MigrationDescriptionDocument, { key: migration });
  return (
    <Loaded reading={reading} lines={4}>
      {({ migration: { descriptionHtml } }) => (
        <>
          <Description html={descriptionHtml} />
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
