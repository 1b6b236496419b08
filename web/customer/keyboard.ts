/**
 * Keeps the page above the keyboard of a phone, also where that is laid over the page (iOS): `--visible` is then how much of it can
 * be seen.
 */
export function stayAboveKeyboard() {
  const seen = window.visualViewport;
  seen?.addEventListener('resize', () => {
    const covered = seen.scale === 1 && seen.height < innerHeight - 1;
    document.documentElement.style.setProperty('--visible', covered ? `${seen.height}px` : '');
    if (covered) scrollTo(0, 0);
  });
}
