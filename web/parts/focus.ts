import { useEffect } from 'preact/hooks';

/** Puts the focus on the heading of what is open, or on another place, where what had it is gone. */
export function recoverFocus(place = 'h2[tabindex]') {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    const open = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document; // what is behind a dialog cannot have it
    open.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
  });
}

/** The same for a part of the page that may have the focus when it is shown no more. */
export function useFocusRecovered(place?: string) {
  useEffect(() => () => recoverFocus(place), []);
}
