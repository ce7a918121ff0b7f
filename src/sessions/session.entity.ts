import { defineEntity, p } from '@mikro-orm/core';
import type { PersonRole } from './session.rules.ts';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'session',
  checks: [
    {
      name: 'session_holder_check',
      expression: '("token_hash" is null) = ("role" is not null) and ("role" is null) = ("subject" is null)',
    },
  ],
  properties: {
    /** SHA-256 of the id in the cookie, in hex; the id itself is kept nowhere. */
    hash: p.text().primary(),
    /** Of the secret of the token it was opened with, as `token` has it: the session ends as that secret does. */
    tokenHash: p.text().nullable(),
    /** Of whoever signed in with the issuer, as are the following. */
    role: p.text().$type<PersonRole>().nullable().check(`"role" in ('OPERATOR', 'ADMINISTRATOR')`),
    /** An operator's name in the log, or an administrator's address. */
    subject: p.text().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** To the minute. */
    usedAt: p.datetime(3),
  },
});

/** Somebody signed in to the dashboard. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);
