/** Light, dark, or as the system has it. `public/theme.js` applies what is stored before the first paint. */
import { useSyncExternalStore } from 'react';

/** What a reader can choose. */
export type Theme = 'system' | 'light' | 'dark';

/** In the order of the switch. */
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const KEY = 'graceline.theme';
const listeners = new Set<() => void>();

/** The theme chosen, as it changes, in other tabs too. */
export function useTheme(): Theme {
  return useSyncExternalStore(listen, current);
}

/** Chooses a theme for every page of this browser from now on. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage can be forbidden; the choice holds until the page is closed then.
  }
  for (const listener of listeners) listener();
}

function current(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function listen(listener: () => void): () => void {
  const inOtherTab = ({ key, newValue }: StorageEvent) => {
    if (key === KEY) chooseTheme(THEMES.find((theme) => theme === newValue) ?? 'system');
  };
  listeners.add(listener);
  addEventListener('storage', inOtherTab);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', inOtherTab);
  };
}
