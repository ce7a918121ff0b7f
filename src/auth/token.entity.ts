import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { Administrator } from '../accounts/administrator.entity.ts';
import type { Role } from './actor.ts';
import type { Scope } from './scopes.rules.ts';

const TokenSchema = defineEntity({
  name: 'Token',
  tableName: 'token',
  properties: {
    id: p.uuid().primary(),
    /** SHA-256 of the token, in hex; the token itself is shown once and kept nowhere. */
    hash: p.text().unique('token_hash_unique'),
    /** The secret before the last rotation, which goes on until `previousExpiresAt`. */
    previousHash: p.text().nullable().unique('token_previous_hash_unique'),
    previousPrefix: p.text().nullable(),
    previousExpiresAt: p.datetime(3).nullable(),
    /** The first characters, by which people find it in lists. */
    prefix: p.text(),
    name: p.text(),
    role: p.text().$type<Role>().check(`"role" in ('OPERATOR', 'ADMINISTRATOR', 'PARTNER', 'RUNTIME')`),
    scopes: p.array().$type<Scope[]>().default([]),
    /** Who acts with it, as the log names them. */
    subject: p.text(),
    /** That a partner acts for every account; else those of {@link TokenAccount}. */
    allAccounts: p.boolean().default(false).check(`not "all_accounts" or "role" = 'PARTNER'`),
    administratorId: () => p.manyToOne(Administrator).mapToPk().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    /** To the minute. */
    lastUsedAt: p.datetime(3).nullable(),
  },
});

/** A bearer token. */
export class Token extends TokenSchema.class {}
TokenSchema.setClass(Token);

const TokenAccountSchema = defineEntity({
  name: 'TokenAccount',
  tableName: 'token_account',
  properties: {
    tokenId: () => p.manyToOne(Token).mapToPk().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number'),
  },
});

/** That a partner's token may act for an account. */
export class TokenAccount extends TokenAccountSchema.class {}
TokenAccountSchema.setClass(TokenAccount);
