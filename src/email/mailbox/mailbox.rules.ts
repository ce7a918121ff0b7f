/** What a mail in the folder of mails may be called, and its text as runs of words and links. */

/** As the folder's own writers call them; nothing here leads out of it. */
const NAME = /^[\w@-][\w@.-]{0,199}\.eml$/;
const LINK = /https?:\/\/[^\s<>"'()\\]{1,2000}/g;

/** A piece of a text. */
export interface Run {
  readonly text: string;
  /** Whether it is an address to open. */
  readonly link: boolean;
}

/** Whether a name can be that of a mail in the folder. */
export function isMailName(name: string): boolean {
  return NAME.test(name);
}

/** A text with its links apart; joined again it is the same text. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  let end = 0;
  for (const { 0: link, index } of text.matchAll(LINK)) {
    runs.push({ text: text.slice(end, index), link: false }, { text: link, link: true });
    end = index + link.length;
  }
  runs.push({ text: text.slice(end), link: false });
  return runs.filter((run) => run.text !== '');
}
