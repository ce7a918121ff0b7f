/** Which end of the log comes first. */
export const EVENT_ORDERS = ['NEWEST_FIRST', 'OLDEST_FIRST'] as const;

/** See {@link EVENT_ORDERS}. */
export type EventOrder = (typeof EVENT_ORDERS)[number];
