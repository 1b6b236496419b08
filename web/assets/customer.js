// The customer's page: enter the room by the link, read everything, write, and see what others write as they do.
import { messageOf, request } from '/assets/api.js';
import { elementsById } from '/assets/dom.js';
import { ENTER } from '/assets/room-operations.js';
import { Room } from '/assets/room.js';
import * as visit from '/assets/visit.js';

const page = elementsById();

page.enter.addEventListener('click', enter);

if (visit.current()) {
  stay();
} else {
  page.welcome.hidden = false;
  reportSeen();
}

// Tells the server that a person sees this page, and not a program that follows links.
function reportSeen() {
  if (document.prerendering || document.visibilityState !== 'visible') {
    document.addEventListener('visibilitychange', reportSeen, { once: true });
    return;
  }
  fetch(location.pathname, { method: 'POST' }).catch(() => {});
}

async function enter() {
  page.enter.disabled = true;
  say('Entering…');
  try {
    const { enterRoom } = await request(ENTER, { token: visit.lastOfLink() });
    if (enterRoom.userErrors.length > 0) {
      page.welcome.hidden = true;
      say(enterRoom.userErrors[0].message);
      return;
    }
    visit.begin(enterRoom.accessToken, enterRoom.room.id);
    stay();
  } catch (error) {
    say(messageOf(error));
  } finally {
    page.enter.disabled = false;
  }
}

// What was kept from before may have ended: the link gives a new visit.
async function stay() {
  const room = new Room(page);
  await room.stay();
  if (room.closed) return;
  visit.end();
  page.welcome.hidden = false;
  say('Please enter the room again.');
}

function say(sentence) {
  page.status.textContent = sentence;
}
