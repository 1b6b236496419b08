// One room that is looked at: everything in it, kept right by its events for as long as it is open.
import { signal } from '@preact/signals';
import { ApiError, ask, change, follow, stayWith } from '../client/connection';
import type { FragmentOf, ResultOf } from '../client/graphql';
import { oneAtATime } from '../client/one-at-a-time';
import { PagedHistory } from '../client/paged-history';
import { Uploads } from './document/uploads';
import { EVENTS, HISTORY, MARK_READ, type MESSAGE, type PERSON, ROOM, type SITUATION, SITUATION_OF, type VIEWER } from './operations';
import type { Sharer } from './screen/sharer';

export type Message = FragmentOf<typeof MESSAGE>;
export type Person = FragmentOf<typeof PERSON>;
export type Situation = FragmentOf<typeof SITUATION>;
export type Attendee = Situation['attendees'][number];
export type Viewer = FragmentOf<typeof VIEWER>;
export type ScreenShare = NonNullable<Situation['supportSession']>['screenShares'][number];
export type RoomEvent = ResultOf<typeof EVENTS>['roomEvents'];

const typingMs = 6_000; // typing that is said no more is forgotten

// What is told of a room that does not change who is here, how it is called, or how far its invitations are. Of a room that is closed
// only members may ask any more.
const onlySaid = new Set(['MessagePosted', 'DocumentChanged', 'Typing', 'Heartbeat', 'RoomClosed']);

/** What a page does about its room. */
interface Reactions {
  /** The room has become one with another: from now on it has that one's id. */
  onMove?: (id: string) => void;
  /** Something may have changed that is not in the timeline. */
  onChange?: () => void;
  /** What was shown counts as read. */
  onRead?: () => void;
}

export class LiveRoom {
  /** How it is, apart from its timeline; null until it is known. */
  readonly situation = signal<Situation | null>(null);
  readonly messages = new PagedHistory<Message>((before) => this.#readPage(before));
  /** Who looks at it; null until it is known. */
  readonly viewer = signal<Viewer | null>(null);
  /** Who is typing, others than the viewer. */
  readonly typing = signal<Person[]>([]);
  /** Why it cannot be shown. */
  readonly refusal = signal('');
  /** The viewer's own screen, while this page shares it. */
  readonly sharing = signal<Sharer | null>(null);
  #id: string;
  #reactions: Reactions;
  #cursor = ''; // of the last event that is known
  #forget = new Map<string, ReturnType<typeof setTimeout>>();
  #listeners = new Set<(event: RoomEvent) => void>();
  #closing = new AbortController();
  #lookAround = oneAtATime(() => this.#look());
  #readAgain = oneAtATime(() => this.#readNewest());
  #markRead = oneAtATime(() => this.#sayRead());

  /** `uploads` is what the viewer shares: also what was on its way already. */
  constructor(readonly openedAs: string, reactions: Reactions = {}, readonly uploads = new Uploads()) {
    this.uploads.goInto(this);
    this.#reactions = reactions;
    this.#id = openedAs;
    document.addEventListener('visibilitychange', () => this.#markRead(), { signal: this.#closing.signal });
    stayWith(() => this.#stay()).then((reason) => (this.refusal.value = reason));
  }

  /** Its id, or by now that of the room it has become one with. */
  get id() {
    return this.#id;
  }

  /** Whether somebody is who looks at it. */
  isViewer(person: { id: string } | null) {
    return person !== null && person.id === this.viewer.value?.id;
  }

  /** Has a listener told of each event at once. Gives a function that ends it. */
  listen(listener: (event: RoomEvent) => void) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether nobody looks at it here any more. */
  get isLeft() {
    return this.#closing.signal.aborted;
  }

  close() {
    this.#closing.abort();
    this.#forget.forEach(clearTimeout);
  }

  async #stay() {
    const { viewer, room } = await ask(ROOM, { id: this.#id });
    if (this.isLeft) return; // somebody is elsewhere by now
    if (!room) throw new ApiError([{ message: 'There is no such room.' }]);
    this.#become(room);
    this.viewer.value = viewer;
    this.situation.value = room;
    this.#cursor = room.lastCursor;
    this.messages.beginWith(room.messages);
    this.#markRead();
    await follow(EVENTS, { roomId: this.#id, after: this.#cursor }, (event) => this.#apply(event), this.#closing.signal);
  }

  #apply(event: RoomEvent) {
    this.#cursor = event.cursor ?? this.#cursor;
    if (!onlySaid.has(event.__typename)) this.#lookAround();
    this.#listeners.forEach((listener) => listener(event));
    switch (event.__typename) {
      case 'MessagePosted':
        this.messages.show(event.message);
        this.#setTyping(event.message.author, false);
        this.#markRead();
        break;
      case 'DocumentChanged':
        this.#update(event.document);
        break;
      case 'Typing':
        this.#setTyping(event.actor, event.typing);
        break;
      case 'RoomClosed':
        this.situation.value = { ...this.situation.value!, status: 'CLOSED' };
        this.#reactions.onChange?.();
        break;
      case 'RoomMerged':
        return this.#merge(event);
    }
  }

  // Another room and this one have become one: what was written there is to be seen, too. Where this one has gone into the other,
  // that is where it goes on.
  #merge({ from, into, continueAfter }: Extract<RoomEvent, { __typename: 'RoomMerged' }>) {
    const goes = from.id === this.#id;
    if (goes) this.#cursor = continueAfter;
    this.#become(into);
    this.#readAgain(); // messages from elsewhere have come between those that are shown
    this.#markRead();
    return goes ? { roomId: into.id, after: continueAfter } : undefined;
  }

  #become({ id }: { id: string }) {
    if (id === this.#id) return;
    this.#id = id;
    this.#reactions.onMove?.(id);
  }

  async #readPage(before: string | null = null) {
    return (await ask(HISTORY, { id: this.#id, before })).room?.messages;
  }

  async #readNewest() {
    const page = await this.#readPage();
    if (page) this.messages.beginWith(page);
  }

  #update(document: NonNullable<Message['document']>) {
    this.messages.update((message) => (message.document?.id === document.id ? { ...message, document } : message));
  }

  async #look() {
    const { viewer, room } = await ask(SITUATION_OF, { id: this.#id });
    this.viewer.value = viewer;
    this.situation.value = room;
    this.#reactions.onChange?.();
  }

  #setTyping(person: Person | null, typing: boolean) {
    if (!person || this.isViewer(person)) return;
    const others = this.typing.value.filter(({ id }) => id !== person.id);
    clearTimeout(this.#forget.get(person.id));
    if (typing) this.#forget.set(person.id, setTimeout(() => this.#setTyping(person, false), typingMs));
    if (typing || others.length < this.typing.value.length) this.typing.value = typing ? [...others, person] : others;
  }

  // What is on a page that nobody looks at is not read.
  async #sayRead() {
    if (document.visibilityState !== 'visible' || !this.#cursor || this.isLeft) return;
    await change(MARK_READ, { roomId: this.#id, cursor: this.#cursor });
    this.#reactions.onRead?.();
  }
}
