/** Where the real browser of tests, screenshots and measurements is. */
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** What it is started with wherever it is driven. Its language is its own, e.g. that of its inputs of dates, whatever the machine has. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--headless=new',
  '--disable-gpu',
  '--disable-background-networking',
  '--lang=en-US',
];

/** The path of Debian's Chromium, or of the one that CHROMIUM_PATH names; undefined where there is none, or it names none by being empty. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH === '') return undefined;
  return CHROMIUM_PATH ?? PLACES.find((place) => existsSync(place));
}
