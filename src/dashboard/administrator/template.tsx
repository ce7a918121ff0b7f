/** One mail of an account: its words, and how they look today and after each migration, while they are written. */
import { type SyntheticEvent, useState } from 'react';
import type { EmailTemplateInput, TemplateFragment, TemplateName } from '../../../schema/generated/dashboard.ts';
import { AccountEmailDocument, ResetTemplateDocument, SaveTemplateDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { useRead } from '../api/read.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Check, Field, TextArea, TextInput } from '../components/field.tsx';
import { FaultNote, Loaded } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { TEMPLATE } from '../format/words.ts';
import { NotFound } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import { emailPath } from './paths.ts';
import { useSavedForm } from './saved-form.ts';
import styles from './template.module.css';
import { TemplatePreview } from './template-preview.tsx';

const HOUR_SECONDS = 3_600;
/** As the editor has them, beside those of the API. */
const VARIABLES = ['user.name', 'user.email', 'application.name', 'account.name', 'platform.name', 'url', 'link_lifetime'];

/** The page. */
export function Template() {
  const account = usePathPart(1);
  const part = usePathPart(3).toUpperCase().replaceAll('-', '_');
  if (!isTemplateName(part)) return <NotFound />;
  return <TemplatePage key={`${account} ${part}`} account={account} name={part} />;
}

function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATE, name);
}

function TemplatePage({ account, name }: { readonly account: string; readonly name: TemplateName }) {
  const reading = useRead(AccountEmailDocument, { account });
  const accountName = reading.data?.account.name ?? account;
  return (
    <Page
      title={`${TEMPLATE[name]} mail`}
      lead={`What ${accountName} writes to its users.`}
      back={{ to: emailPath(account), label: `Email of ${accountName}` }}
    >
      <Loaded reading={reading} lines={12}>
        {({ emailTemplates }) => {
          const template = emailTemplates.find((each) => each.name === name);
          return template && <Editor account={account} template={template} />;
        }}
      </Loaded>
    </Page>
  );
}

interface EditorProps {
  readonly account: string;
  readonly template: TemplateFragment;
}

/** What is typed, as texts. */
function wordsOf({ from, subject, body, resultUrl, linkLifetimeSeconds, enabled }: TemplateFragment) {
  const hours = String(linkLifetimeSeconds / HOUR_SECONDS);
  return { from: from ?? '', subject, body, resultUrl: resultUrl ?? '', hours, enabled };
}

function Editor({ account, template }: EditorProps) {
  const { form, change, settle } = useSavedForm(wordsOf(template), template.updatedAt);
  const { from, subject, body, resultUrl, hours, enabled } = form;
  const [asking, setAsking] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const [save, saving] = useChange(SaveTemplateDocument);
  const [reset, resetting] = useChange(ResetTemplateDocument);
  const { done } = useToasts();
  const input: EmailTemplateInput = {
    from: from.trim() === '' ? null : from.trim(),
    subject,
    body,
    resultUrl: resultUrl.trim() === '' ? null : resultUrl.trim(),
    linkLifetimeSeconds: Math.round(Number(hours) * HOUR_SECONDS),
    enabled,
  };
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { fault: refused } = await save({ account, name: template.name, input });
    setFault(refused);
    if (refused) return;
    settle(form);
    done('The mail is saved.');
  };
  const onReset = async () => {
    const { fault: refused } = await reset({ account, name: template.name });
    setFault(refused);
    setAsking(false);
    if (refused) return;
    settle(form);
    done('The platform’s own words are back.');
  };
  const faulty = fault?.code === 'INVALID_EMAIL' ? 'from' : fault?.details['field'];
  const errorOf = (field: keyof EmailTemplateInput) => (faulty === field ? fault!.message : null);
  return (
    <>
      <Card title="Words">
        <form className={styles['form']} onSubmit={(event) => void submit(event)} noValidate>
          {fault && (typeof faulty !== 'string' || !(faulty in input)) && <FaultNote fault={fault} />}
          {template.customised && !template.wordsInUse && (
            <p className={styles['note']}>
              The platform’s words are sent instead of these, until the account sends with a provider of its own. They are kept.
            </p>
          )}
          <div className={styles['pair']}>
            <Field label="From" hint={`Sent now from ${template.senderInUse}.`} error={errorOf('from')}>
              <TextInput value={from} placeholder="The default sender" onChange={(event) => change({ from: event.target.value })} />
            </Field>
            <Field label="Subject" error={errorOf('subject')}>
              <TextInput value={subject} onChange={(event) => change({ subject: event.target.value })} />
            </Field>
          </div>
          <Field label="Body" hint={<Variables />} error={errorOf('body')}>
            <TextArea
              className={styles['body']}
              rows={14}
              spellCheck
              value={body}
              onChange={(event) => change({ body: event.target.value })}
            />
          </Field>
          <div className={styles['pair']}>
            <Field label="Address after the link" hint="Empty: a page of the platform." error={errorOf('resultUrl')}>
              <TextInput type="url" value={resultUrl} onChange={(event) => change({ resultUrl: event.target.value })} />
            </Field>
            <Field label="The link works for" hint="In hours, up to 120." error={errorOf('linkLifetimeSeconds')}>
              <TextInput
                type="number"
                min="0.02"
                max="120"
                step="any"
                value={hours}
                onChange={(event) => change({ hours: event.target.value })}
              />
            </Field>
          </div>
          <Check checked={enabled} onCheck={(checked) => change({ enabled: checked })}>
            Send this mail
          </Check>
          <div className={styles['actions']}>
            <Button look="primary" type="submit" busy={saving}>
              {saving ? 'Saving …' : 'Save'}
            </Button>
            {template.customised && <Button onClick={() => setAsking(true)}>Take the platform’s words …</Button>}
          </div>
        </form>
      </Card>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Take the platform’s words?"
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button look="primary" busy={resetting} onClick={() => void onReset()}>
              {resetting ? 'Taking them …' : 'Take the platform’s words'}
            </Button>
          </>
        }
      >
        <p>What is written here is deleted, with its sender and its other settings. It cannot be brought back.</p>
      </Dialog>
      <TemplatePreview account={account} name={template.name} input={input} />
    </>
  );
}

function Variables() {
  return (
    <>
      Liquid that makes HTML. It knows{' '}
      {VARIABLES.map((variable, index) => (
        <span key={variable}>
          {index > 0 && ', '}
          <code>{`{{ ${variable} }}`}</code>
        </span>
      ))}
      .
    </>
  );
}
