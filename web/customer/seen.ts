/** Tells the server that a person sees this page, and not a program that follows links. */
export function reportSeen() {
  if (document.visibilityState !== 'visible' || isPrerendered()) {
    document.addEventListener('visibilitychange', reportSeen, { once: true });
    return;
  }
  fetch(location.pathname, { method: 'POST' }).catch(() => {});
}

// A browser may load a page before anybody asks for it.
function isPrerendered() {
  return 'prerendering' in document && document.prerendering === true;
}
