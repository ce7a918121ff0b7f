/** Shows every instant in the time zone that an administrator's mails use too. */
import type { ReactNode } from 'react';
import { OwnDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { TimeZoneContext, useTimeZone } from '../format/time-zone.ts';

/** Around all pages; until it is known, the browser's holds. */
export function OwnTimeZone({ children }: { readonly children: ReactNode }) {
  const browsers = useTimeZone();
  const { data } = useRead(OwnDocument, {});
  return <TimeZoneContext value={data?.me.administrator?.timeZone ?? browsers}>{children}</TimeZoneContext>;
}
