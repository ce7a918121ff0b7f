/** The mails a platform sends to the users of an account. */
export const TEMPLATE_NAMES = ['VERIFICATION', 'WELCOME', 'PASSWORD_CHANGE', 'BLOCKED_ACCOUNT', 'BREACH_ALERT', 'ENROLMENT'] as const;

/** See {@link TEMPLATE_NAMES}. */
export type TemplateName = (typeof TEMPLATE_NAMES)[number];
