/** Who sends the mail of an account. Credentials go in and never come back. */
import { type SyntheticEvent, useState } from 'react';
import type { EmailProvider, ProviderFragment } from '../../../schema/generated/dashboard.ts';
import {
  UseBuiltInDocument,
  UseMandrillDocument,
  UseSendGridDocument,
  UseSesDocument,
  UseSmtpDocument,
} from '../../../schema/generated/dashboard.ts';
import { type Outcome, useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Button } from '../components/button.tsx';
import { Check, Choice, Field, TextArea, TextInput } from '../components/field.tsx';
import { FaultNote } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import styles from './provider-form.module.css';
import { useSavedForm } from './saved-form.ts';
import {
  builtInInput,
  FIELDS,
  mandrillInput,
  PORTS,
  PROVIDER,
  type ProviderField,
  type ProviderValues,
  sendGridInput,
  sesInput,
  smtpInput,
  storedSecret,
  valuesOf,
} from './provider-fields.ts';

const PROVIDERS = (Object.keys(PROVIDER) as EmailProvider[]).map((value) => ({ value, label: PROVIDER[value] }));

interface ProviderFormProps {
  readonly account: string;
  readonly settings: ProviderFragment;
}

/** The form. It begins with what is saved; once that is saved anew, secrets are gone from it. */
export function ProviderForm({ account, settings }: ProviderFormProps) {
  const { form, change, settle } = useSavedForm(formOf(settings), settings.updatedAt);
  const { provider, values, enabled, defaultFrom } = form;
  const [fault, setFault] = useState<Fault | null>(null);
  const [save, busy] = useSave(account);
  const { done } = useToasts();
  const choose = (next: EmailProvider) => {
    change({ provider: next, values: valuesOf(settings, next) });
    setFault(null);
  };
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const common = { enabled, defaultFrom: defaultFrom.trim() === '' ? null : defaultFrom.trim() };
    const { fault: refused } = await save(provider, common, values);
    setFault(refused);
    if (refused) return;
    settle(form);
    done('The email settings are saved.');
  };
  const fields = FIELDS[provider];
  const faulty = fault?.code === 'INVALID_EMAIL' ? 'defaultFrom' : fault?.details['field'];
  const errorOf = (name: string) => (faulty === name ? fault!.message : null);
  const known = faulty === 'defaultFrom' || fields.some(({ name }) => name === faulty);
  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)} noValidate>
      {fault && !known && <FaultNote fault={fault} />}
      <div className={styles['fields']}>
        <Field label="Provider" hint={provider === settings.provider ? 'In use now.' : 'Not in use until it is saved.'}>
          <Choice value={provider} onChoose={choose} options={PROVIDERS} />
        </Field>
        <Field label="Default sender" hint="For mails that name none: an address, or Name <address>." error={errorOf('defaultFrom')}>
          <TextInput value={defaultFrom} placeholder="The platform’s" onChange={(event) => change({ defaultFrom: event.target.value })} />
        </Field>
        {fields.map((field) => (
          <ProviderInput
            key={`${provider} ${field.name}`}
            field={field}
            value={values[field.name] ?? ''}
            stored={storedSecret(settings, provider)}
            error={errorOf(field.name)}
            onChange={(value) => change({ values: { ...values, [field.name]: value } })}
          />
        ))}
      </div>
      <Check checked={enabled} onCheck={(checked) => change({ enabled: checked })}>
        Send mail. Switched off, nobody sends in its place.
      </Check>
      <div>
        <Button look="primary" type="submit" busy={busy}>
          {busy ? 'Saving …' : 'Save'}
        </Button>
      </div>
    </form>
  );
}

function formOf(settings: ProviderFragment) {
  const { provider, enabled, defaultFrom } = settings;
  return { provider, values: valuesOf(settings, provider), enabled, defaultFrom: defaultFrom ?? '' };
}

interface ProviderInputProps {
  readonly field: ProviderField;
  readonly value: string;
  /** What is shown of the secret that is stored. */
  readonly stored: string | null;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

function ProviderInput({ field: { label, kind, hint }, value, stored, error, onChange }: ProviderInputProps) {
  if (kind === 'flag') {
    return (
      <Check checked={value === 'true'} onCheck={(checked) => onChange(checked ? 'true' : '')}>
        {label}
      </Check>
    );
  }
  return (
    <Field label={label} hint={kind === 'secret' ? 'Kept sealed, and never shown again.' : hint} error={error}>
      {kind === 'port' ? (
        <Choice value={value} onChoose={onChange} options={PORTS.map((port) => ({ value: port, label: port }))} />
      ) : kind === 'lines' ? (
        <TextArea rows={3} value={value} onChange={(event) => onChange(event.target.value)} />
      ) : kind === 'secret' ? (
        <TextInput
          type="password"
          autoComplete="new-password"
          value={value}
          placeholder={stored ?? ''}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <TextInput value={value} autoComplete="off" spellCheck={false} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

type Common = Parameters<typeof builtInInput>[0];

/** Each provider has a mutation of its own. */
function useSave(account: string) {
  const [builtIn, a] = useChange(UseBuiltInDocument);
  const [ses, b] = useChange(UseSesDocument);
  const [mandrill, c] = useChange(UseMandrillDocument);
  const [sendGrid, d] = useChange(UseSendGridDocument);
  const [smtp, e] = useChange(UseSmtpDocument);
  const save = (provider: EmailProvider, common: Common, values: ProviderValues): Promise<Outcome<unknown>> => {
    switch (provider) {
      case 'BUILT_IN':
        return builtIn({ account, input: builtInInput(common) });
      case 'SES':
        return ses({ account, input: sesInput(common, values) });
      case 'MANDRILL':
        return mandrill({ account, input: mandrillInput(common, values) });
      case 'SENDGRID':
        return sendGrid({ account, input: sendGridInput(common, values) });
      case 'SMTP':
        return smtp({ account, input: smtpInput(common, values) });
    }
  };
  return [save, a || b || c || d || e] as const;
}
