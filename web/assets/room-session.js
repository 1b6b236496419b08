// What a customer got by entering. It lasts as long as the tab, so that a reload stays in the room, and belongs to one link.

const place = 'parley.room';
let session = read();

/** The session, `{accessToken, roomId}`, or null. */
export function current() {
  return session;
}

export function begin(accessToken, roomId) {
  session = { link: location.pathname, accessToken, roomId };
  sessionStorage.setItem(place, JSON.stringify(session));
}

export function end() {
  session = null;
  sessionStorage.removeItem(place);
}

/** The last part of the link. */
export function linkToken() {
  return decodeURIComponent(location.pathname.split('/').pop());
}

function read() {
  const kept = JSON.parse(sessionStorage.getItem(place));
  return kept?.link === location.pathname ? kept : null;
}
