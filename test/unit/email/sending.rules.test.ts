import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SendingFacts, sendingDecision } from '../../../src/email/templates/sending.rules.ts';

const TEMPLATE = 'Shop <shop@acme.example>';
const DEFAULT = 'acme@acme.example';
const PLATFORM = null;

/** Every combination there is, as `provider, gates that are on, senders, words`. */
const ALL: SendingFacts[] = [true, false].flatMap((builtIn) =>
  [true, false].flatMap((FROM_ADDRESS) =>
    [true, false].flatMap((EMAIL_TEMPLATE) =>
      [TEMPLATE, null].flatMap((templateFrom) =>
        [DEFAULT, null].flatMap((defaultFrom) =>
          [true, false].map((ownWords) => ({ builtIn, gates: { FROM_ADDRESS, EMAIL_TEMPLATE }, templateFrom, defaultFrom, ownWords })),
        ),
      ),
    ),
  ),
);

/** Written once more as a table: what a reader of DESIGN.md §6 expects. */
function expected({ builtIn, gates, templateFrom, defaultFrom, ownWords }: SendingFacts) {
  const own = templateFrom ?? defaultFrom;
  if (!builtIn) return { words: ownWords ? 'ACCOUNT' : 'PLATFORM', from: own };
  const table: Record<string, { words: string; from: string | null }> = {
    '--': { words: ownWords ? 'ACCOUNT' : 'PLATFORM', from: own },
    'F-': { words: ownWords ? 'ACCOUNT' : 'PLATFORM', from: PLATFORM },
    '-T': { words: 'PLATFORM', from: PLATFORM },
    FT: { words: 'PLATFORM', from: PLATFORM },
  };
  return table[`${gates.FROM_ADDRESS ? 'F' : '-'}${gates.EMAIL_TEMPLATE ? 'T' : '-'}`];
}

describe('whose words and sender a mail has', () => {
  test.each(ALL.map((facts) => [JSON.stringify(facts), facts] as const))('%s', (_name, facts) => {
    expect(sendingDecision(facts)).toMatchObject(expected(facts)!);
  });

  test('the sender of the template wins over that of the settings, and both over the platform’s', () => {
    const facts = { builtIn: false, gates: { FROM_ADDRESS: true, EMAIL_TEMPLATE: true }, ownWords: true };
    expect(sendingDecision({ ...facts, templateFrom: TEMPLATE, defaultFrom: DEFAULT }).from).toBe(TEMPLATE);
    expect(sendingDecision({ ...facts, templateFrom: null, defaultFrom: DEFAULT }).from).toBe(DEFAULT);
    expect(sendingDecision({ ...facts, templateFrom: null, defaultFrom: null }).from).toBe(PLATFORM);
  });

  test('a gate counts as used exactly where its migration would change this mail', () => {
    for (const facts of ALL) {
      const today = sendingDecision(facts);
      for (const gate of ['FROM_ADDRESS', 'EMAIL_TEMPLATE'] as const) {
        const after = sendingDecision({ ...facts, gates: { ...facts.gates, [gate]: true } });
        const changes = after.from !== today.from || after.words !== today.words;
        expect([gate, facts, today.oldBehaviour.includes(gate)]).toEqual([gate, facts, changes]);
      }
    }
  });

  test('an account with its own provider is untouched by either gate', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL.filter(({ builtIn }) => !builtIn)),
        fc.boolean(),
        fc.boolean(),
        (facts, FROM_ADDRESS, EMAIL_TEMPLATE) => {
          expect(sendingDecision({ ...facts, gates: { FROM_ADDRESS, EMAIL_TEMPLATE } })).toEqual(sendingDecision(facts));
        },
      ),
    );
  });
});
