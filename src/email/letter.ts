/** The shape of our letters, as plain text and as HTML: headings and lists, no table, no image, no script, nothing loaded. */
import { type Html, html } from './html.ts';

/** One letter. Every text in it is one line. */
export interface Letter {
  readonly title: string;
  readonly greeting: string;
  readonly lead: string;
  readonly parts: readonly LetterPart[];
  readonly dashboardUrl: string;
  readonly footer: string;
}

/** What belongs under one heading. */
export interface LetterPart {
  readonly heading: string;
  readonly lead: string;
  readonly items: readonly LetterItem[];
}

/** One migration. */
export interface LetterItem {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly accountsHeading: string;
  readonly accounts: readonly { readonly id: string; readonly name: string; /** Empty for none. */ readonly note: string }[];
  /** How many accounts are not listed. */
  readonly more: number;
  readonly guideUrl: string | null;
}

/** A name and what it stands for, e.g. the deadline. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** The letter as plain text. */
export function letterText({ greeting, lead, parts, dashboardUrl, footer }: Letter): string {
  const body = parts.flatMap((part) => [heading(part.heading), part.lead, ...part.items.map(itemText)]);
  return `${[greeting, lead, ...body, `Dashboard: ${dashboardUrl}`, `-- \n${footer}`].join('\n\n')}\n`;
}

function heading(text: string): string {
  return `${text.toUpperCase()}\n${'='.repeat(text.length)}`;
}

function itemText({ title, facts, accountsHeading, accounts, more, guideUrl }: LetterItem): string {
  return [
    title,
    ...facts.map(({ label, value }) => `  ${label}: ${value}`),
    ...(guideUrl ? [`  Guide: ${guideUrl}`] : []),
    `  ${accountsHeading}:`,
    ...accounts.map(({ id, name, note }) => `  - ${name} (${id})${note && `: ${note}`}`),
    ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : []),
  ].join('\n');
}

/** The letter as an HTML document that any mail program and screen reader can read. */
export function letterHtml({ title, greeting, lead, parts, dashboardUrl, footer }: Letter): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="margin:0 auto;padding:16px;max-width:640px;font:16px/1.5 sans-serif">
<h1 style="font-size:22px">${title}</h1>
<p dir="auto">${greeting}</p>
<p>${lead}</p>
${parts.map(partHtml)}
<p><a href="${dashboardUrl}">Open the dashboard</a></p>
<hr>
<p style="font-size:14px">${footer}</p>
</body>
</html>
`.source;
}

function partHtml({ heading: text, lead, items }: LetterPart): Html {
  return html`<h2 style="font-size:19px">${text}</h2>
<p>${lead}</p>
${items.map(itemHtml)}`;
}

// What people named goes into <bdi>: a name written from right to left must not turn the words around it.
function itemHtml({ title, facts, accountsHeading, accounts, more, guideUrl }: LetterItem): Html {
  return html`<h3 style="font-size:17px"><bdi>${title}</bdi></h3>
<ul>
${facts.map(({ label, value }) => html`<li>${label}: <strong><bdi>${value}</bdi></strong></li>\n`)}
${guideUrl ? html`<li><a href="${guideUrl}">How to prepare</a></li>\n` : ''}</ul>
<p>${accountsHeading}:</p>
<ul>
${accounts.map(({ id, name, note }) => html`<li><bdi>${name}</bdi> (<bdi>${id}</bdi>)${note && `: ${note}`}</li>\n`)}
${more > 0 ? html`<li>and ${more.toLocaleString('en')} more</li>\n` : ''}</ul>
`;
}
