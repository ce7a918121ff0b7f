/** At which instant what follows from events is judged. */

/**
 * The instant by which readers of the log ask for effective states: the present, but not before any of the events. Whoever
 * recorded that a date has passed may have a clock ahead of ours; judged before that date nothing would follow from it,
 * and the event is not read again.
 *
 * @param now the present by the reader's clock, asked for after the events were read
 */
export function judgedAt(now: Date, events: readonly { readonly at: Date }[]): Date {
  return events.reduce((latest, { at }) => (at > latest ? at : latest), now);
}
