import { defineEntity, p } from '@mikro-orm/core';
import { Administrator } from '../../accounts/administrator.entity.ts';

const CalendarLinkSchema = defineEntity({
  name: 'CalendarLink',
  tableName: 'calendar_link',
  properties: {
    administratorId: () => p.manyToOne(Administrator).mapToPk().primary(),
    /** SHA-256 of the secret in the address, in hex; the secret itself is shown once and kept nowhere. */
    hash: p.text().unique('calendar_link_hash_unique'),
    createdAt: p.datetime(3),
    /** To the minute. */
    lastReadAt: p.datetime(3).nullable(),
  },
});

/** The address at which a calendar reads an administrator's deadlines. */
export class CalendarLink extends CalendarLinkSchema.class {}
CalendarLinkSchema.setClass(CalendarLink);
