/** Where an account runs: on the shared cloud, or on an appliance of its own. */
export const PLATFORMS = ['CLOUD', 'APPLIANCE'] as const;

/** See {@link PLATFORMS}. */
export type Platform = (typeof PLATFORMS)[number];
