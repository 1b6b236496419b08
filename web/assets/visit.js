// What somebody got by coming in by a link. It lasts as long as the tab, so that a reload stays in the room, and belongs to one link.

const place = 'parley.visit';
let visit = read();

/** The visit, `{accessToken, roomId}`, or null. */
export function current() {
  return visit;
}

export function begin(accessToken, roomId) {
  visit = { link: location.pathname, accessToken, roomId };
  sessionStorage.setItem(place, JSON.stringify(visit));
}

export function end() {
  visit = null;
  sessionStorage.removeItem(place);
}

/** The last part of the link: a token, or a code. */
export function lastOfLink() {
  return decodeURIComponent(location.pathname.split('/').pop());
}

function read() {
  const kept = JSON.parse(sessionStorage.getItem(place));
  return kept?.link === location.pathname ? kept : null;
}
