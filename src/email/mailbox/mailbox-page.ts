/** The pages of the mailbox. They work without script; what a mail says is text in them, whatever it says. */
import { plainPage } from '../../http/plain-page.ts';
import { type Html, html } from '../html.ts';
import { runsOf } from './mailbox.rules.ts';
import type { MailContent, MailList } from './mailbox.service.ts';

const MAX_SHOWN = 200;
const MAX_HEADER = 2_000;

/** The list. @param keepsMail whether mails stay here at all */
export function listPage({ mails, total }: MailList, keepsMail: boolean): string {
  const rows = mails.map(
    ({ name, writtenAt, from, to, subject }) =>
      html`<li>
        <a href="${pathOf(name)}"><bdi>${shortened(subject) || 'Without a subject'}</bdi></a>
        <p class="hint">${timeOf(writtenAt)} · to <bdi>${shortened(to)}</bdi> · from <bdi>${shortened(from) || 'nobody named'}</bdi></p>
      </li>`,
  );
  const more = total > mails.length ? html`<p class="hint">The newest ${mails.length} of ${total}.</p>` : html``;
  const body = rows.length > 0 ? html`${more}<ol class="mails">${rows}</ol>` : emptyState(keepsMail);
  return plainPage(
    'Mailbox',
    html`<h1>Mailbox</h1><p class="hint">Mails that were written instead of sent. Reload to see new ones.</p>${body}`,
    STYLE,
  );
}

/** One mail. */
export function mailPage(mail: MailContent): string {
  const { subject, text, html: rich, attachments, headers } = mail;
  const title = shortened(subject) || 'Without a subject';
  const files = attachments.map(
    ({ name, type, bytes }) => html`<li><bdi>${shortened(name)}</bdi> (${shortened(type)}, ${bytes} bytes)</li>`,
  );
  const rows = headers.map(
    ({ name, value }) => html`<tr><th scope="row">${shortened(name)}</th><td><bdi>${value.slice(0, MAX_HEADER)}</bdi></td></tr>`,
  );
  return plainPage(
    title,
    html`<p><a href="/mailbox">Mailbox</a></p>
      <h1><bdi>${title}</bdi></h1>
      <p class="hint">${timeOf(mail.writtenAt)} · to <bdi>${shortened(mail.to)}</bdi> · from <bdi>${shortened(mail.from) || 'nobody named'}</bdi></p>
      <h2>Text</h2>
      ${text === null ? html`<p class="hint">It has no text.</p>` : html`<pre dir="auto" tabindex="0" role="region" aria-label="Text of the mail">${runsOf(text).map(runHtml)}</pre>`}
      <h2>HTML</h2>
      ${rich === null ? html`<p class="hint">It has no HTML.</p>` : html`<iframe src="${pathOf(mail.name)}/html" sandbox title="The HTML of the mail"></iframe>`}
      ${files.length === 0 ? html`` : html`<h2>Attachments</h2><ul>${files}</ul>`}
      <details><summary>Headers</summary><table>${rows}</table></details>`,
    STYLE,
  );
}

/** The path of a mail's page. */
function pathOf(name: string): string {
  return `/mailbox/${encodeURIComponent(name)}`;
}

function emptyState(keepsMail: boolean): Html {
  return keepsMail
    ? html`<p>No mail has been written yet. Announce a migration and wait for its reminder, or send a test email.</p>`
    : html`<p>Mails leave through the server of <code>SMTP_URL</code>. Without it they would be written here.</p>`;
}

/** Only http and https become links, so nothing runs by a click. */
function runHtml({ text, link }: { readonly text: string; readonly link: boolean }): Html {
  return link ? html`<a href="${text}" rel="noopener noreferrer">${text}</a>` : html`${text}`;
}

function timeOf(at: Date): Html {
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

const STYLE = `
main { max-width: 56rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 0.5rem; }
.mails { padding: 0; list-style: none; }
.mails li { padding: 0.75rem 0; border-top: 1px solid var(--line); }
.mails a { font-weight: 600; }
bdi { unicode-bidi: isolate; }
pre { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow-y: auto; }
iframe { width: 100%; height: 32rem; border: 1px solid var(--line); border-radius: 6px; background: #fff; }
table { border-collapse: collapse; font-size: 0.9rem; }
th { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; white-space: nowrap; }
summary { margin-top: 2rem; cursor: pointer; font-weight: 600; }
`;
