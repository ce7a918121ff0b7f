/** What narrows the event log. */
import type { EventType } from '../../../schema/generated/dashboard.ts';
import { Choice, Field, TextInput } from '../components/field.tsx';
import { EVENT } from '../format/words.ts';
import type { AddressText } from './address.ts';
import styles from './event-log.module.css';

/** As the address has them; empty where it does not narrow. */
export interface EventFilterValues {
  readonly type: string;
  readonly actor: string;
  readonly account: string;
  readonly migration: string;
  /** Local times without a zone. */
  readonly from: string;
  readonly to: string;
}

interface EventFiltersProps {
  readonly type: string;
  readonly setType: (type: string) => void;
  readonly from: string;
  readonly setFrom: (from: string) => void;
  readonly to: string;
  readonly setTo: (to: string) => void;
  readonly actor: AddressText;
  readonly account: AddressText;
  readonly migration: AddressText;
}

const TYPES = (Object.keys(EVENT) as EventType[])
  .map((value) => ({ value, label: EVENT[value] }))
  .toSorted((one, other) => one.label.localeCompare(other.label));

/** Six of them, in a row where there is room. */
export function EventFilters({ type, setType, from, setFrom, to, setTo, actor, account, migration }: EventFiltersProps) {
  return (
    <search className={styles['filters']}>
      <Field label="What">
        <Choice<string> value={type in EVENT ? type : ''} onChoose={setType} options={[{ value: '', label: 'Everything' }, ...TYPES]} />
      </Field>
      <Field label="By whom">
        <TextInput type="search" value={actor.typed} placeholder="Exactly" onChange={({ target }) => actor.type(target.value)} />
      </Field>
      <Field label="Account">
        <TextInput type="search" value={account.typed} placeholder="Id" onChange={({ target }) => account.type(target.value)} />
      </Field>
      <Field label="Migration">
        <TextInput type="search" value={migration.typed} placeholder="Key" onChange={({ target }) => migration.type(target.value)} />
      </Field>
      <Field label="From">
        <TextInput type="datetime-local" value={from} onChange={({ target }) => setFrom(target.value)} />
      </Field>
      <Field label="Until">
        <TextInput type="datetime-local" value={to} onChange={({ target }) => setTo(target.value)} />
      </Field>
    </search>
  );
}
