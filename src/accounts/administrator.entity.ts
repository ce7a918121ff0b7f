import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.entity.ts';

const AdministratorSchema = defineEntity({
  name: 'Administrator',
  tableName: 'administrator',
  indexes: [{ name: 'administrator_time_zone_id_index', properties: ['timeZone', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    /** Lower case; one person, one address. */
    email: p.text().unique('administrator_email_unique'),
    name: p.text(),
    timeZone: p.text(),
    locale: p.text(),
    createdAt: p.datetime(3),
  },
});

/** A person with an email address who administers one or many accounts. */
export class Administrator extends AdministratorSchema.class {}
AdministratorSchema.setClass(Administrator);

const AdministrationSchema = defineEntity({
  name: 'Administration',
  tableName: 'administration',
  properties: {
    administratorId: () => p.manyToOne(Administrator).mapToPk().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number').index('administration_account_number_index'),
  },
});

/** That a person administers an account. */
export class Administration extends AdministrationSchema.class {}
AdministrationSchema.setClass(Administration);
