/** What can become of a test mail. RETRY: the provider was not to be reached, too slow or busy; nothing tries again. */
export const TEST_EMAIL_OUTCOMES = ['SENT', 'RETRY', 'REJECTED'] as const;

/** See {@link TEST_EMAIL_OUTCOMES}. */
export type TestEmailOutcome = (typeof TEST_EMAIL_OUTCOMES)[number];
