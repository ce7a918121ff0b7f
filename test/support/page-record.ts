/** What a page in a browser goes through, and how it stands in the end: where a test fails, its log alone has to say why. */
import type { ConsoleMessage, Page, Request, WebSocket } from 'playwright-core';

/** What is said of a page that has no end, in characters. */
const MAX_TEXT = 2_000;
/** How much of what happened is told: the last of it. */
const MAX_EVENTS = 60;
/** A page that hangs says nothing more. */
const ANSWERS_WITHIN_MS = 5_000;
const FOCUSED = `(({ activeElement: focused, body }) => (focused === body ? 'nothing' : focused.outerHTML.slice(0, 300)))(document)`;

/** See the top of this file. It listens from when it is made. */
export class PageRecord {
  /** Errors of scripts, what the content security policy forbade, and what the console was warned of. */
  readonly faults: string[] = [];
  private readonly events: string[] = [];
  private readonly unanswered = new Set<Request>();
  private readonly begun = performance.now();

  constructor(private readonly page: Page) {
    page.on('pageerror', (error) => this.fault(error.message));
    page.on('console', (message) => this.heard(message));
    page.on('crash', () => this.note('the page crashed'));
    page.on('framenavigated', (frame) => frame === page.mainFrame() && this.note(`is at ${frame.url()}`));
    page.on('request', (request) => this.unanswered.add(request));
    page.on('requestfinished', (request) => this.unanswered.delete(request));
    page.on('requestfailed', (request) => {
      this.unanswered.delete(request);
      this.note(`${nameOf(request)} failed: ${request.failure()?.errorText ?? 'nobody knows why'}`);
    });
    page.on('response', (response) => response.status() >= 400 && this.note(`${nameOf(response.request())} answered ${response.status()}`));
    page.on('websocket', (socket) => this.watch(socket));
  }

  /** Where the page is, what it shows, and what happened in it, for people. Called where a test has failed. */
  async tell(): Promise<string> {
    const { page, events, unanswered } = this;
    const [text, focused] = await Promise.all([
      page.locator('body').innerText({ timeout: ANSWERS_WITHIN_MS }).catch(String),
      within(page.evaluate<string>(FOCUSED)).catch(String),
    ]);
    return [
      `The page was at ${page.url()} after ${this.seconds()}, with the focus on ${focused}`,
      `It showed:\n${indented(text.slice(0, MAX_TEXT))}`,
      `Requests without an answer:\n${indented([...unanswered].map(nameOf).join('\n'))}`,
      `What had happened:\n${indented(events.slice(-MAX_EVENTS).join('\n'))}`,
    ].join('\n');
  }

  private heard(message: ConsoleMessage): void {
    if (!['error', 'warning'].includes(message.type())) return;
    // The browser reports every refusal by status on its own; what the page makes of it is what tests look at.
    if (!message.text().startsWith('Failed to load resource')) this.fault(message.text());
  }

  private watch(socket: WebSocket): void {
    this.note('a socket opens');
    socket.on('close', () => this.note('a socket closed'));
    socket.on('socketerror', (error) => this.note(`a socket failed: ${error}`));
  }

  private fault(text: string): void {
    this.faults.push(text);
    this.note(text);
  }

  private note(text: string): void {
    this.events.push(`${this.seconds()}: ${text}`);
  }

  /** Since it was opened. */
  private seconds(): string {
    return `${((performance.now() - this.begun) / 1_000).toFixed(1)} s`;
  }
}

/** E.g. `POST /graphql Board`. */
function nameOf(request: Request): string {
  const { pathname, search } = new URL(request.url());
  const operation = /"operationName":"(\w+)"/.exec(request.postData() ?? '')?.[1] ?? '';
  return `${request.method()} ${pathname}${search} ${operation}`.trim();
}

function within<T>(answer: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('unknown, because it did not answer')), ANSWERS_WITHIN_MS).unref();
  });
  return Promise.race([answer, late]);
}

function indented(text: string): string {
  return text === '' ? '  nothing' : text.replaceAll(/^/gm, '  ');
}
