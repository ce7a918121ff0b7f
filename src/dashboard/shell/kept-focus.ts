/** Where the focus goes when what had it is gone, e.g. the button of a decision that is made: browsers let it fall to nothing. */
import { useEffect } from 'react';

/** What one thing of a page is, with words by which those who cannot see it know where they are. */
const PLACES = 'article, li, section, main';

/** Keeps the focus as close as can be to where it was in an element of this id. */
export function useKeptFocus(id: string): void {
  useEffect(() => {
    let places: readonly HTMLElement[] = [];
    let last: Element | null = null;
    const onFocus = ({ target }: FocusEvent) => {
      // A dialog is outside of it: where it closes, the focus belongs to where it was opened from.
      if (!(target instanceof HTMLElement) || !document.getElementById(id)?.contains(target)) return;
      last = target;
      places = placesAround(target);
    };
    const onChange = () => {
      if (document.activeElement !== document.body || last === null || last.isConnected) return;
      last = null;
      const place = places.find(({ isConnected }) => isConnected);
      // All of the page: its heading, as where somebody comes to it.
      const target = (place?.id === id ? place.querySelector<HTMLElement>('h1') : null) ?? place;
      if (!target) return;
      if (!target.hasAttribute('tabindex')) target.tabIndex = -1;
      target.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(onChange);
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', onFocus);
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', onFocus);
    };
  }, [id]);
}

/** The innermost first. */
function placesAround(element: HTMLElement): readonly HTMLElement[] {
  const place = element.parentElement?.closest<HTMLElement>(PLACES);
  return place ? [place, ...placesAround(place)] : [];
}
