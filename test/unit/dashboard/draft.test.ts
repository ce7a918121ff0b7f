import { expect, test } from 'vitest';
import {
  attributesOf,
  attributesProblem,
  draftOf,
  editOf,
  formOf,
  keepingWhom,
  NEW_FORM,
  newMigrationOf,
} from '../../../src/dashboard/operator/draft.rules.ts';

const EDITED = {
  key: 'one-sender',
  title: 'One sender',
  severity: 'HIGH',
  description: 'Read this.',
  guideUrl: null,
  reversible: true,
  gracePeriodStart: '2026-03-01',
  mandatoryOptIn: 'TBD',
  affects: {
    platforms: ['CLOUD'],
    builtInEmailOnly: false,
    attributes: { plan: 'team', seats: 5, code: '007', year: '2026', tags: ['a', 'b'], name: ' x ' },
    listedOnly: true,
  },
} as const;

test('whom a mandatory migration touches is as it was, whatever was typed before it became so', () => {
  const before = formOf(EDITED);
  const typed = {
    ...before,
    title: 'Sender',
    platforms: [],
    builtInEmailOnly: true,
    attributes: '',
    list: 'NEW',
    accounts: 'acme',
  } as const;
  expect(editOf(keepingWhom(typed, before), before)).toEqual({ title: 'Sender' });
});

test('what is left empty is left to the API: key, deadline, guide, list', () => {
  const input = newMigrationOf({ ...NEW_FORM, title: 'New' });
  expect(input).toEqual({
    title: 'New',
    severity: 'MEDIUM',
    description: '',
    guideUrl: null,
    reversible: true,
    gracePeriodStart: 'TBD',
    affects: { platforms: [], builtInEmailOnly: false, attributes: {}, accounts: null },
  });
  expect(newMigrationOf({ ...NEW_FORM, key: 'k', mandatoryOptIn: '2026-12' })).toMatchObject({ key: 'k', mandatoryOptIn: '2026-12' });
});

test('a list of accounts may be parted as it comes', () => {
  const { affects } = newMigrationOf({ ...NEW_FORM, list: 'NEW', accounts: ' acme, birch\ncobalt\t\n' });
  expect(affects).toMatchObject({ accounts: ['acme', 'birch', 'cobalt'] });
});

test('a form that was not touched changes nothing, and keeps a list that it does not know', () => {
  const form = formOf(EDITED);
  expect(editOf(form, form)).toEqual({});
  const { affects } = editOf({ ...form, builtInEmailOnly: true }, form);
  expect(affects).toEqual({ builtInEmailOnly: true });
  expect(editOf({ ...form, list: 'NONE' }, form).affects).toMatchObject({ accounts: null });
  expect(editOf({ ...form, list: 'USED' }, form).affects).toEqual({ usedWithinDays: 35 });
});

test('sends of a migration only what was changed, and never its dates', () => {
  const form = formOf(EDITED);
  expect(editOf({ ...form, title: 'Other', guideUrl: ' https://x.example ', gracePeriodStart: '2030' }, form)).toEqual({
    title: 'Other',
    guideUrl: 'https://x.example',
  });
  expect(draftOf(form, form)).not.toHaveProperty('gracePeriodStart');
});

test('attributes are read back as they were written', () => {
  const { attributes } = formOf(EDITED);
  expect(attributes).toBe('plan=team\nseats=5\ncode=007\nyear="2026"\ntags=["a","b"]\nname=" x "');
  expect(attributesOf(attributes)).toEqual(EDITED.affects.attributes);
  expect(attributesOf('a = b = c\n\nflag=true')).toEqual({ a: 'b = c', flag: true });
});

test('says which line is no attribute', () => {
  expect(attributesProblem('plan=team\n\n')).toBeNull();
  expect(attributesProblem('plan=team\nenterprise')).toMatch(/^Line 2 is no attribute/);
  expect(attributesProblem('=x')).toMatch(/^Line 1/);
});
