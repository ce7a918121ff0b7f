/** The platform's own words for each mail: what an account has that wrote none, and what all have behind the gate EMAIL_TEMPLATE. */
import type { TemplateContent, TemplateName } from './template.rules.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** What a mail says. Texts are Liquid; each paragraph becomes one of the mail. */
interface Words {
  readonly subject: string;
  readonly heading: string;
  readonly before: readonly string[];
  /** The words of the link; null for a mail without one. */
  readonly link: string | null;
  readonly after: readonly string[];
  readonly linkLifetimeSeconds: number;
}

const WORDS: Readonly<Record<TemplateName, Words>> = {
  VERIFICATION: {
    subject: 'Confirm your address for {{ application.name }}',
    heading: 'Confirm your address',
    before: ['You signed up for {{ application.name }} with {{ user.email }}. Please confirm that this address is yours.'],
    link: 'Confirm my address',
    after: ['The link works once and for {{ link_lifetime }}. If you did not sign up, do nothing: without you nothing happens.'],
    linkLifetimeSeconds: 5 * DAY,
  },
  WELCOME: {
    subject: 'Welcome to {{ application.name }}',
    heading: 'Welcome',
    before: ['Your address {{ user.email }} is confirmed, and your account for {{ application.name }} is ready.'],
    link: 'Go to {{ application.name }}',
    after: [],
    linkLifetimeSeconds: 5 * DAY,
  },
  PASSWORD_CHANGE: {
    subject: 'Change your password for {{ application.name }}',
    heading: 'Change your password',
    before: ['Somebody, hopefully you, asked to change the password of {{ user.email }} for {{ application.name }}.'],
    link: 'Change my password',
    after: ['The link works once and for {{ link_lifetime }}. If it was not you, do not follow it: your password stays as it is.'],
    linkLifetimeSeconds: HOUR,
  },
  BLOCKED_ACCOUNT: {
    subject: 'Sign-ins to {{ application.name }} were blocked',
    heading: 'We blocked sign-ins to your account',
    before: [
      'There were too many failed attempts to sign in to {{ application.name }} as {{ user.email }}, so we blocked where they came from.',
    ],
    link: 'It was me, let me in again',
    after: ['The link works for {{ link_lifetime }}. If it was not you, choose a new password that you use nowhere else.'],
    linkLifetimeSeconds: 5 * DAY,
  },
  BREACH_ALERT: {
    subject: 'Your password for {{ application.name }} is known to others',
    heading: 'Choose a new password',
    before: [
      'The password you use for {{ application.name }} as {{ user.email }} was found among passwords that were stolen elsewhere. Others may try it.',
    ],
    link: 'Choose a new password',
    after: ['The link works for {{ link_lifetime }}. Change the password wherever else you use it too.'],
    linkLifetimeSeconds: DAY,
  },
  ENROLMENT: {
    subject: 'Set up a second step for {{ application.name }}',
    heading: 'Set up a second step',
    before: ['{{ account.name }} asks you to confirm sign-ins to {{ application.name }} with a second step, such as a code of your phone.'],
    link: 'Set it up',
    after: ['The link works once and for {{ link_lifetime }}.'],
    linkLifetimeSeconds: 5 * DAY,
  },
};

/** What each mail is while an account has changed nothing of it. */
export const PLATFORM_TEMPLATES = Object.fromEntries(
  Object.entries(WORDS).map(([name, words]) => [
    name,
    {
      from: null,
      subject: words.subject,
      body: bodyOf(words),
      resultUrl: null,
      linkLifetimeSeconds: words.linkLifetimeSeconds,
      enabled: true,
    },
  ]),
) as Readonly<Record<TemplateName, TemplateContent>>;

/** One column, nothing loaded, headings and links that a screen reader can follow; the address is there to copy. */
function bodyOf({ subject, heading, before, link, after }: Words): string {
  const paragraph = (text: string) => `<p>${text}</p>`;
  const linked = link === null ? [] : ['{% if url != "" %}', `<p><a href="{{ url }}">${link}</a></p>`, '{% endif %}'];
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>`,
    '<body style="margin:0 auto;padding:16px;max-width:640px;font:16px/1.5 sans-serif">',
    `<h1 style="font-size:22px">${heading}</h1>`,
    paragraph('Hello <bdi>{{ user.name | default: user.email }}</bdi>,'),
    ...before.map(paragraph),
    ...linked,
    ...after.map(paragraph),
    '<hr>',
    '<p style="font-size:14px">This mail is from {{ platform.name }} on behalf of {{ account.name }}.</p>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
