/** Instants as elements: what is read at a glance, with the exact instant behind it. */
import { useNow } from './clock.ts';
import { formatDay, formatDistance, formatExact, formatInstant } from './dates.ts';
import { useTimeZone } from './time-zone.ts';

interface TimeProps {
  /** ISO 8601. */
  readonly instant: string;
}

/** How far away it is, as time goes on: `in 3 days`. */
export function Distance({ instant }: TimeProps) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={instant} title={formatExact(instant, timeZone)}>
      {formatDistance(instant, useNow())}
    </time>
  );
}

/** The instant itself: `Sat, 12 Dec 2026, 09:30`. */
export function Instant({ instant }: TimeProps) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={instant} title={formatExact(instant, timeZone)}>
      {formatInstant(instant, timeZone)}
    </time>
  );
}

/** The day alone: `12 Dec 2026`. */
export function Day({ instant }: TimeProps) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={instant} title={formatExact(instant, timeZone)}>
      {formatDay(instant, timeZone)}
    </time>
  );
}
