/** One mail of an account: its words, and how they look today and after each migration, while they are written. */
import { type SyntheticEvent, useState } from 'react';
import type { EmailTemplateInput, TemplateFragment, TemplateName } from '../../../schema/generated/dashboard.ts';
import { AccountEmailDocument, ResetTemplateDocument, SaveTemplateDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { useRead } from '../api/read.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { Check, Field, TextArea, TextInput } from '../components/field.tsx';
import { FaultNote, Loaded } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { TEMPLATE } from '../format/words.ts';
import { NotFound } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import { emailPath } from './paths.ts';
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
          return template && <Editor key={template.updatedAt} account={account} template={template} />;
        }}
      </Loaded>
    </Page>
  );
}

interface EditorProps {
  readonly account: string;
  readonly template: TemplateFragment;
}

/** Begins with what is saved; give it that as its key. */
function Editor({ account, template }: EditorProps) {
  const [from, setFrom] = useState(template.from ?? '');
  const [subject, setSubject] = useState(template.subject);
  const [body, setBody] = useState(template.body);
  const [resultUrl, setResultUrl] = useState(template.resultUrl ?? '');
  const [hours, setHours] = useState(String(template.linkLifetimeSeconds / HOUR_SECONDS));
  const [enabled, setEnabled] = useState(template.enabled);
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
    if (!refused) done('The mail is saved.');
  };
  const onReset = async () => {
    const { fault: refused } = await reset({ account, name: template.name });
    setFault(refused);
    if (!refused) done('The platform’s own words are back.');
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
              <TextInput value={from} placeholder="The default sender" onChange={(event) => setFrom(event.target.value)} />
            </Field>
            <Field label="Subject" error={errorOf('subject')}>
              <TextInput value={subject} onChange={(event) => setSubject(event.target.value)} />
            </Field>
          </div>
          <Field label="Body" hint={<Variables />} error={errorOf('body')}>
            <TextArea className={styles['body']} rows={14} spellCheck value={body} onChange={(event) => setBody(event.target.value)} />
          </Field>
          <div className={styles['pair']}>
            <Field label="Address after the link" hint="Empty: a page of the platform." error={errorOf('resultUrl')}>
              <TextInput type="url" value={resultUrl} onChange={(event) => setResultUrl(event.target.value)} />
            </Field>
            <Field label="The link works for" hint="In hours, up to 120." error={errorOf('linkLifetimeSeconds')}>
              <TextInput type="number" min="0.02" max="120" step="any" value={hours} onChange={(event) => setHours(event.target.value)} />
            </Field>
          </div>
          <Check checked={enabled} onCheck={setEnabled}>
            Send this mail
          </Check>
          <div className={styles['actions']}>
            <Button look="primary" type="submit" busy={saving}>
              {saving ? 'Saving …' : 'Save'}
            </Button>
            {template.customised && (
              <Button busy={resetting} onClick={() => void onReset()}>
                Take the platform’s words
              </Button>
            )}
          </div>
        </form>
      </Card>
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
