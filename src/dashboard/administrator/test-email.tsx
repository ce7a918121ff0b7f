/** Sends one mail now, and shows what the provider made of it. */
import { type SyntheticEvent, useState } from 'react';
import type { SendTestMutation, TemplateName, TestEmailOutcome } from '../../../schema/generated/dashboard.ts';
import { SendTestDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Badge, type Tone } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Choice, Field, TextInput } from '../components/field.tsx';
import { FaultNote } from '../components/states.tsx';
import { TEMPLATE } from '../format/words.ts';
import { useReader } from '../session/session-provider.tsx';
import styles from './test-email.module.css';

type Sent = SendTestMutation['sendTestEmail'];

const OUTCOMES: Readonly<Record<TestEmailOutcome, { readonly label: string; readonly tone: Tone }>> = {
  SENT: { label: 'Taken by the provider', tone: 'good' },
  REJECTED: { label: 'Refused by the provider', tone: 'bad' },
  RETRY: { label: 'The provider was not to be reached', tone: 'warn' },
};
const TEMPLATES = (Object.keys(TEMPLATE) as TemplateName[]).map((value) => ({ value, label: TEMPLATE[value] }));

/** The form and its answer. */
export function TestEmail({ account }: { readonly account: string }) {
  const { subject } = useReader();
  const [to, setTo] = useState(subject.includes('@') ? subject : '');
  const [template, setTemplate] = useState<TemplateName>('VERIFICATION');
  const [send, busy] = useChange(SendTestDocument);
  const [sent, setSent] = useState<Sent | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { data, fault: refused } = await send({ account, to: to.trim(), template });
    setSent(data?.sendTestEmail ?? null);
    setFault(refused);
  };
  const ofAddress = fault?.code === 'INVALID_EMAIL';
  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)} noValidate>
      <Field label="To" error={ofAddress ? fault.message : null}>
        <TextInput type="email" autoComplete="email" value={to} onChange={(event) => setTo(event.target.value)} />
      </Field>
      <Field label="Mail" hint="With sample data, through the provider as it is saved.">
        <Choice value={template} onChoose={setTemplate} options={TEMPLATES} />
      </Field>
      <div>
        <Button type="submit" busy={busy}>
          {busy ? 'Sending …' : 'Send a test mail'}
        </Button>
      </div>
      {fault && !ofAddress && <FaultNote fault={fault} />}
      <div role="status">{sent && <Answer sent={sent} />}</div>
    </form>
  );
}

function Answer({ sent: { outcome, about, answer, from, subject } }: { readonly sent: Sent }) {
  return (
    <div className={styles['answer']}>
      <p>
        <Badge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].label}</Badge>
        {about !== null && <span className="small soft"> about the {about.toLowerCase()}</span>}
      </p>
      <p>
        <q>{answer}</q>
      </p>
      <p className="small soft">
        “<bdi>{subject}</bdi>” from <bdi>{from}</bdi>
      </p>
    </div>
  );
}
