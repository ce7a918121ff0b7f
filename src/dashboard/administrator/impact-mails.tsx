/** The mails of an account side by side, as a migration changes them. */
import { useState } from 'react';
import { ImpactMailsDocument, type TemplateName } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Choice, Field } from '../components/field.tsx';
import { MailPreview, MailsSideBySide } from '../components/mail-preview.tsx';
import { Loaded } from '../components/states.tsx';
import { TEMPLATE } from '../format/words.ts';

interface ImpactMailsProps {
  readonly account: string;
  readonly migration: string;
}

/** Reads them, and shows one at a time both ways. */
export function ImpactMails({ account, migration }: ImpactMailsProps) {
  const reading = useRead(ImpactMailsDocument, { account, migration });
  const [chosen, setChosen] = useState<TemplateName | null>(null);
  return (
    <Loaded reading={reading} lines={8}>
      {({ migrationImpact: { mails } }) => {
        const mail = mails.find(({ template }) => template === chosen) ?? mails[0];
        if (!mail) return <p className="soft">None of its mails changes.</p>;
        return (
          <>
            <Field label="Mail">
              <Choice
                value={mail.template}
                onChoose={setChosen}
                options={mails.map(({ template, enabled }) => ({
                  value: template,
                  label: `${TEMPLATE[template]}${enabled ? '' : ' (switched off)'}`,
                }))}
              />
            </Field>
            <MailsSideBySide>
              <MailPreview title="Today" {...mail.before} />
              <MailPreview title="After" {...mail.after} />
            </MailsSideBySide>
          </>
        );
      }}
    </Loaded>
  );
}
