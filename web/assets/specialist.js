// The page of a specialist: join a support session by its code and with a name, be in its room, and leave.
import { messageOf, request } from '/assets/api.js';
import { elementsById } from '/assets/dom.js';
import { JOIN, LEAVE } from '/assets/room-operations.js';
import { Room } from '/assets/room.js';
import * as visit from '/assets/visit.js';

const page = elementsById();

page.join.addEventListener('submit', join);

if (visit.current()) {
  stay();
} else {
  page.welcome.hidden = false;
}

async function join(submission) {
  submission.preventDefault();
  page.enter.disabled = true;
  say('Joining…');
  try {
    const { joinSupportSession } = await request(JOIN, { code: visit.lastOfLink(), name: page.name.value });
    const [refusal] = joinSupportSession.userErrors;
    if (refusal) {
      page.welcome.hidden = refusal.code === 'CODE_INVALID';
      say(refusal.message);
      return;
    }
    visit.begin(joinSupportSession.accessToken, joinSupportSession.supportSession.room.id);
    stay();
  } catch (error) {
    say(messageOf(error));
  } finally {
    page.enter.disabled = false;
  }
}

// Whoever is removed loses the token at once, and so do all when the session ends: the server says no more than that.
async function stay() {
  const room = new Room(page, ({ viewer }) => (page.access.textContent = viewer.accessLabel));
  let farewell = 'You are no longer in the support session: it has ended, or you were removed.';
  page.leave.onclick = () => {
    farewell = 'You have left the support session.';
    leave(room);
  };
  await room.stay();
  visit.end();
  page.welcome.hidden = false;
  say(farewell);
}

// The server frees the place and closes the connection: with that the stay ends.
async function leave(room) {
  page.leave.disabled = true;
  say('Leaving…');
  try {
    await room.ask(LEAVE);
  } catch {
    // The place was lost already.
  }
  page.leave.disabled = false;
}

function say(sentence) {
  page.status.textContent = sentence;
}
