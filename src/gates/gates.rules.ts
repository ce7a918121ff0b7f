/**
 * The places of the platform whose behaviour depends on a migration. Which migration opens which gate is a setting:
 * `GATE_<NAME>` holds its key.
 */
export const GATES = ['IDP_TOKENS', 'FROM_ADDRESS', 'EMAIL_TEMPLATE', 'PASSWORD_RESET'] as const;

/** See {@link GATES}. */
export type Gate = (typeof GATES)[number];

/** The key of the migration behind each gate. */
export type GateKeys = Readonly<Record<Gate, string>>;

/** The gate a migration opens, if any. */
export function gateOf(keys: GateKeys, migrationKey: string): Gate | null {
  return GATES.find((gate) => keys[gate] === migrationKey) ?? null;
}
