/** What is done with a template before it is kept: looked through, filled with samples, and shortened for the log. */
import { createHash } from 'node:crypto';
import type { Mailbox } from '../outgoing-mail.ts';
import { composeMail, invalidTemplate, type PlatformIdentity } from './compose-mail.ts';
import { checkTemplate } from './liquid.ts';
import type { TemplateContent, TemplateVariables } from './template.rules.ts';

/** What previews and checks are filled with. */
export function sampleVariables(): { readonly to: Mailbox; readonly variables: TemplateVariables } {
  const user = { name: 'Ada Example', email: 'ada@example.com' };
  return {
    to: { name: user.name, address: user.email },
    variables: { user, application: { name: 'Example App' }, url: 'https://login.example.com/sample-link?ticket=0123456789abcdef' },
  };
}

/**
 * Parses subject and body, and renders them with sample data.
 *
 * @throws GracelineError INVALID_TEMPLATE that points at line and column
 */
export function checkWords(content: TemplateContent, accountName: string, platform: PlatformIdentity): void {
  for (const field of ['subject', 'body'] as const) {
    try {
      checkTemplate(field === 'body' ? 'html' : 'text', content[field]);
    } catch (error) {
      throw invalidTemplate(field, error);
    }
  }
  const { to, variables } = sampleVariables();
  const decision = { words: 'ACCOUNT', from: content.from, oldBehaviour: [] } as const;
  composeMail({ accountName, decision, words: content, content, enabled: true }, platform, to, variables);
}

/** A template as the log tells of it: its body by length and hash, because a log is no place for pages of HTML. */
export function auditedTemplate(content: TemplateContent | null): Readonly<Record<string, unknown>> | null {
  if (!content) return null;
  const { from, subject, body, resultUrl, linkLifetimeSeconds, enabled } = content;
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { from, subject, body: { characters: body.length, sha256 }, resultUrl, linkLifetimeSeconds, enabled };
}
