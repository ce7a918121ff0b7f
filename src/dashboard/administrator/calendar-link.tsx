/** The address at which a calendar reads an administrator's deadlines. It is a secret, so it is shown once. */
import { useState } from 'react';
import { EndCalendarLinkDocument, MakeCalendarLinkDocument, OwnCalendarLinkDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { useRead } from '../api/read.ts';
import { Button } from '../components/button.tsx';
import { Field, TextInput } from '../components/field.tsx';
import { FaultNote, Loaded } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { Distance, Instant } from '../format/time.tsx';
import styles from './calendar-link.module.css';

/** What there is, and how to have another or none. */
export function CalendarLink() {
  const reading = useRead(OwnCalendarLinkDocument, {}, { typenames: ['CalendarLink', 'CreatedCalendarLink'] });
  const [make, making] = useChange(MakeCalendarLinkDocument);
  const [end, ending] = useChange(EndCalendarLinkDocument);
  const [address, setAddress] = useState<string | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const onMake = async () => {
    const { data, fault: refused } = await make({});
    setFault(refused);
    setAddress(data?.createCalendarLink.url ?? null);
  };
  const onEnd = async () => {
    const { fault: refused } = await end({});
    setFault(refused);
    if (refused) return;
    setAddress(null);
    reading.reread();
    done('The address leads nowhere any more.');
  };
  return (
    <div className={styles['link']}>
      <p>Subscribe to your deadlines in a calendar of your own: they move there when they move here.</p>
      {fault && <FaultNote fault={fault} />}
      {address !== null && <NewAddress address={address} />}
      <Loaded reading={reading} lines={2}>
        {({ calendarLink }) => (
          <>
            <p className="small soft">
              {calendarLink ? (
                <>
                  There is an address since <Instant instant={calendarLink.createdAt} />.{' '}
                  {calendarLink.lastReadAt === null ? (
                    'No calendar has read it yet.'
                  ) : (
                    <>
                      A calendar read it <Distance instant={calendarLink.lastReadAt} />.
                    </>
                  )}
                </>
              ) : (
                'There is no address yet.'
              )}
            </p>
            <div className={styles['actions']}>
              <Button busy={making} onClick={() => void onMake()}>
                {calendarLink ? 'Make another, and end this one' : 'Make an address'}
              </Button>
              {calendarLink && (
                <Button look="danger" busy={ending} onClick={() => void onEnd()}>
                  End it
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function NewAddress({ address }: { readonly address: string }) {
  const { done, failed } = useToasts();
  const copy = () =>
    navigator.clipboard.writeText(address).then(
      () => done('The address is copied.'),
      () => failed('This browser does not let pages copy. Select the address and copy it.'),
    );
  return (
    <div className={styles['address']}>
      <Field label="Address for your calendar" hint="Whoever has it reads your deadlines. It is shown this once.">
        <TextInput readOnly value={address} onFocus={(event) => event.target.select()} />
      </Field>
      <Button onClick={() => void copy()}>Copy</Button>
      <a href={address.replace(/^https?:/, 'webcal:')}>Open in the calendar of this device</a>
    </div>
  );
}
