import { useEffect } from 'preact/hooks';

/** Puts the focus on the heading of what is open, where what had it is gone. */
export function recoverFocus() {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>('h2[tabindex]')?.focus({ preventScroll: true });
  });
}

/** The same for a part of the page that may have the focus when it is shown no more. */
export function useFocusRecovered() {
  useEffect(() => recoverFocus, []);
}
