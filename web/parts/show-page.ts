import { type ComponentChild, render } from 'preact';

/** Shows a page, in place of what is seen until its scripts have come. */
export function showPage(page: ComponentChild) {
  stayAboveKeyboard();
  document.body.replaceChildren();
  render(page, document.body);
}

// Keeps the page above the keyboard of a phone, also where that is laid over the page (iOS): `--visible` is then how much of it can
// be seen.
function stayAboveKeyboard() {
  const seen = window.visualViewport;
  seen?.addEventListener('resize', () => {
    const covered = seen.scale === 1 && seen.height < innerHeight - 1;
    document.documentElement.style.setProperty('--visible', covered ? `${seen.height}px` : '');
    if (covered) scrollTo(0, 0);
  });
}
