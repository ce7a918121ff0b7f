/** In which time zone instants are shown to the reader. */
import { createContext, useContext } from 'react';
import { BROWSER_TIME_ZONE } from './dates.ts';

/** Set for a session by its shell: an administrator's own, which their mails use too; else the browser's. */
export const TimeZoneContext = createContext(BROWSER_TIME_ZONE);

/** The time zone of the reader, an IANA name. */
export function useTimeZone(): string {
  return useContext(TimeZoneContext);
}
