// The customer's room: enter by the link, read everything, write, and see what others write as they do.
import { ApiError, request, requestUntilAnswered } from '/assets/api.js';
import { elementsById } from '/assets/dom.js';
import { follow } from '/assets/follow.js';
import { ENTER, EVENTS, HISTORY, ROOM, SEND } from '/assets/room-operations.js';
import * as session from '/assets/room-session.js';
import { Timeline } from '/assets/timeline.js';

const page = elementsById();

page.enter.addEventListener('click', enter);
page.body.addEventListener('keydown', sendOnEnter);

if (session.current()) {
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
    const { enterRoom } = await request(ENTER, { token: session.linkToken() });
    if (enterRoom.userErrors.length > 0) {
      page.welcome.hidden = true;
      say(enterRoom.userErrors[0].message);
      return;
    }
    session.begin(enterRoom.accessToken, enterRoom.room.id);
    await stay();
  } catch (error) {
    say(error instanceof ApiError ? error.message : 'There is no connection. Please try again.');
  } finally {
    page.enter.disabled = false;
  }
}

// Shows the room and follows it until the server refuses to go on.
async function stay() {
  try {
    await open();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    leave(error);
  }
}

// What was kept from before may have ended: the link gives a new session. A room that was closed stays on the screen.
function leave(error) {
  if (page.room.dataset.closed) return;
  if (error.codes.includes('CURSOR_EXPIRED')) {
    location.reload();
    return;
  }
  session.end();
  page.room.hidden = true;
  page.welcome.hidden = false;
  say('Please enter the room again.');
}

async function open() {
  const { room, viewer } = await ask(ROOM, {}, sayReconnecting);
  const timeline = new Timeline(page.timeline, viewer.id);
  show(room);
  await readHistory(timeline);
  page.composer.onsubmit = (submission) => {
    submission.preventDefault();
    send(timeline);
  };
  say('');
  await follow({
    query: EVENTS,
    after: room.lastCursor,
    roomId: session.current().roomId,
    accessToken: session.current().accessToken,
    onEvent: (event) => apply(event, timeline),
    onLive: (live) => (live ? say('') : sayReconnecting()),
  });
}

function show(room) {
  rename(room.name);
  page.welcome.hidden = true;
  page.room.hidden = false;
  if (room.status === 'CLOSED') close();
}

function rename(name) {
  page.name.textContent = name;
  document.title = name;
}

function close() {
  page.room.dataset.closed = 'yes';
  page.composer.hidden = true;
  page.closed.hidden = false;
}

// Reads the timeline from its end to its beginning. It may reach beyond the cursor from which the room is followed: the
// timeline shows a message once.
async function readHistory(timeline) {
  const messages = [];
  let before = null;
  do {
    const { room } = await ask(HISTORY, { before }, sayReconnecting);
    messages.unshift(...room.messages.nodes);
    before = room.messages.pageInfo.hasPreviousPage ? room.messages.pageInfo.startCursor : null;
  } while (before);
  timeline.fill(messages);
}

function apply(event, timeline) {
  switch (event.__typename) {
    case 'MessagePosted':
      timeline.show(event.message);
      break;
    case 'RoomRenamed':
      rename(event.name);
      break;
    case 'RoomMerged':
      move(event.into, timeline);
      break;
    case 'RoomClosed':
      close();
      break;
  }
}

// Another room and this one have become one: what was written there is to be seen, too.
async function move(room, timeline) {
  session.begin(session.current().accessToken, room.id);
  rename(room.name);
  await readHistory(timeline);
}

// The text stays in its box until the server has answered: then, and only then, it is on its way for certain.
async function send(timeline) {
  const body = page.body.value;
  if (page.body.readOnly || body.trim() === '') return;
  page.body.readOnly = true;
  explain('');
  try {
    const { sendMessage } = await ask(SEND, { body, key: newKey() }, () => explain('Not sent yet. Trying again…'));
    if (sendMessage.message) {
      timeline.show(sendMessage.message);
      page.body.value = '';
    }
    explain(sendMessage.userErrors.map((refusal) => refusal.message).join(' '));
  } catch (error) {
    explain(error.message);
  }
  page.body.readOnly = false;
  page.body.focus();
}

function sendOnEnter(key) {
  if (key.key !== 'Enter' || key.shiftKey || key.isComposing) return;
  key.preventDefault();
  page.composer.requestSubmit();
}

function ask(operation, variables, onWait) {
  const { roomId, accessToken } = session.current();
  return requestUntilAnswered(operation, { roomId, ...variables }, accessToken, onWait);
}

function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

function sayReconnecting() {
  say('Reconnecting…');
}

function say(sentence) {
  page.status.textContent = sentence;
}

function explain(sentence) {
  page.refusal.textContent = sentence;
}
