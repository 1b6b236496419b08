// A room on a page: what was written in it and what is being written, who is here, what screens are shared, and a box to write in.
import { ApiError, newKey, oneAtATime } from '/assets/api.js';
import { Connection } from '/assets/connection.js';
import { make } from '/assets/dom.js';
import { EVENTS, HISTORY, PRESENT, ROOM, SEND } from '/assets/room-operations.js';
import { Screens } from '/assets/screens.js';
import { sideOf, Timeline } from '/assets/timeline.js';
import * as visit from '/assets/visit.js';

// Events after which other people are here, may do other things, or share other screens.
const changesOfPresence = new Set([
  'CaughtUp',
  'PresenceChanged',
  'SupportSessionStarted',
  'SupportSessionChanged',
  'SupportSessionEnded',
  'SpecialistJoined',
  'SpecialistLeft',
  'SpecialistAccessChanged',
  'ScreenShareStarted',
  'ScreenShareStopped',
]);

export class Room {
  #page;
  #connection = new Connection(visit.current().accessToken);
  #viewerId;
  #timeline;
  #screens;
  #onPresent;
  #over = false;
  #lookAround = oneAtATime(() => this.#present());

  /** `page` holds the elements of the page by their ids. `onPresent` is told what PRESENT answers, now and whenever it changes. */
  constructor(page, onPresent = () => {}) {
    this.#page = page;
    this.#screens = new Screens(page, this.#connection);
    this.#onPresent = onPresent;
  }

  /** Shows the room until the server refuses to go on. A room that is closed stays on the screen. */
  async stay() {
    try {
      await this.#follow(await this.#open());
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      if (refusal.codes.includes('CURSOR_EXPIRED')) location.reload();
    }
    this.#over = true;
    this.#screens.close();
    this.#connection.close();
    this.#page.room.hidden = !this.closed;
  }

  /** Whether the room is over. */
  get closed() {
    return this.#page.closed.hidden === false;
  }

  /** Asks the API something about the room. */
  ask(operation, variables = {}, onWait = () => this.#sayReconnecting()) {
    return this.#connection.ask(operation, { roomId: visit.current().roomId, ...variables }, onWait);
  }

  async #open() {
    const { room, viewer } = await this.ask(ROOM);
    this.#viewerId = viewer.id;
    this.#timeline = new Timeline(this.#page.timeline, viewer.id);
    this.#rename(room.name);
    this.#page.welcome.hidden = true;
    this.#page.room.hidden = false;
    if (room.status === 'CLOSED') this.#close();
    await this.#readHistory();
    this.#readyToWrite();
    this.say('');
    return room;
  }

  #follow(room) {
    return this.#connection.follow({
      query: EVENTS,
      variables: { roomId: visit.current().roomId, after: room.lastCursor },
      onEvent: (event) => this.#apply(event),
      onLive: (live) => (live ? this.say('') : this.#sayReconnecting()),
    });
  }

  #apply(event) {
    if (event.__typename === 'SpecialistLeft' && event.specialist.id === this.#viewerId) this.#over = true;
    if (changesOfPresence.has(event.__typename)) this.#lookAround();
    this.#screens.apply(event);
    switch (event.__typename) {
      case 'MessagePosted':
        this.#timeline.show(event.message);
        break;
      case 'RoomRenamed':
        this.#rename(event.name);
        break;
      case 'RoomMerged':
        return this.#move(event);
      case 'RoomClosed':
        this.#close();
        break;
    }
  }

  // Another room and this one have become one: what was written there is to be seen, too. Where this one has gone into the other
  // that is where it goes on.
  #move({ from, into, continueAfter }) {
    const goes = from.id === visit.current().roomId;
    visit.begin(visit.current().accessToken, into.id);
    this.#rename(into.name);
    this.#readHistory();
    return goes ? { roomId: into.id, after: continueAfter } : undefined;
  }

  #rename(name) {
    this.#page.title.textContent = name;
    document.title = name;
  }

  #close() {
    this.#page.composer.hidden = true;
    this.#page.people.hidden = true;
    this.#page.closed.hidden = false;
  }

  // Reads the timeline from its end to its beginning. It may reach beyond the cursor from which the room is followed: the
  // timeline shows a message once.
  async #readHistory() {
    const messages = [];
    let before = null;
    do {
      const { room } = await this.ask(HISTORY, { before });
      messages.unshift(...room.messages.nodes);
      before = room.messages.pageInfo.hasPreviousPage ? room.messages.pageInfo.startCursor : null;
    } while (before);
    this.#timeline.fill(messages);
  }

  async #present() {
    if (this.#over) return;
    let present;
    try {
      present = await this.ask(PRESENT);
    } catch {
      return; // who may not know it may not stay, either
    }
    if (this.#over) return;
    const people = present.room.attendees.map((person) => {
      const entry = make('li', '', person.id === this.#viewerId ? 'You' : person.name);
      entry.append(make('span', 'side', sideOf(person)));
      return entry;
    });
    this.#page.people.replaceChildren(...people);
    this.#screens.update(present);
    this.#onPresent(present);
  }

  #readyToWrite() {
    const { composer, body } = this.#page;
    composer.onsubmit = (submission) => {
      submission.preventDefault();
      this.#send();
    };
    body.onkeydown = (key) => {
      if (key.key !== 'Enter' || key.shiftKey || key.isComposing) return;
      key.preventDefault();
      composer.requestSubmit();
    };
  }

  // The text stays in its box until the server has answered: then, and only then, it is on its way for certain.
  async #send() {
    const box = this.#page.body;
    if (box.readOnly || box.value.trim() === '') return;
    box.readOnly = true;
    this.#explain('');
    try {
      const variables = { body: box.value, key: newKey() };
      const { sendMessage } = await this.ask(SEND, variables, () => this.#explain('Not sent yet. Trying again…'));
      if (sendMessage.message) {
        this.#timeline.show(sendMessage.message);
        box.value = '';
      }
      this.#explain(sendMessage.userErrors.map((refusal) => refusal.message).join(' '));
    } catch (error) {
      this.#explain(error.message);
    }
    box.readOnly = false;
    box.focus();
  }

  #sayReconnecting() {
    this.say('Reconnecting…');
  }

  /** Says something about how things are, on the page's status line. */
  say(sentence) {
    this.#page.status.textContent = sentence;
  }

  #explain(sentence) {
    this.#page.refusal.textContent = sentence;
  }
}
