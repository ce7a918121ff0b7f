/** In which language and region dates and numbers are written. */

/** The reader's own English, because the sentences around are English; the most usual one where they read none. */
export const LOCALE: string = navigator.languages.find((language) => /^en\b/i.test(language)) ?? 'en';
