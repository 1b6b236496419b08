import { make } from '/assets/dom.js';

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const sides = { MEMBER: 'Team', CUSTOMER: 'Customer', SPECIALIST: 'Specialist', SYSTEM: 'Notice' };

/** From which side somebody is, in words. */
export function sideOf(person) {
  return sides[person.__typename.toUpperCase()];
}

/** The list of messages on a page, in order of time. It shows each message once, however often it is given it. */
export class Timeline {
  #list;
  #viewerId;
  #shown = new Set();

  constructor(list, viewerId) {
    this.#list = list;
    this.#viewerId = viewerId;
    list.replaceChildren();
  }

  /** Shows what was there before the reader came; screen readers do not read all of it out. */
  fill(messages) {
    this.#list.ariaBusy = 'true';
    messages.forEach((message) => this.show(message));
    this.#list.ariaBusy = 'false';
  }

  show(message) {
    if (this.#shown.has(message.id)) return;
    this.#shown.add(message.id);
    const entry = this.#entry(message);
    this.#list.insertBefore(entry, this.#firstAfter(message));
    if (entry === this.#list.lastElementChild) entry.scrollIntoView({ block: 'end' });
  }

  // What comes in from another room may be older than what is shown.
  #firstAfter({ sentAt }) {
    let after = null;
    let entry = this.#list.lastElementChild;
    while (entry && Number(entry.dataset.at) > Date.parse(sentAt)) {
      after = entry;
      entry = entry.previousElementSibling;
    }
    return after;
  }

  #entry(message) {
    const entry = make('li', 'message');
    entry.dataset.side = message.side;
    entry.dataset.at = Date.parse(message.sentAt);
    entry.classList.toggle('own', message.author?.id === this.#viewerId);
    entry.append(this.#heading(message), make('p', 'body', message.body));
    return entry;
  }

  #heading({ author, side, sentAt }) {
    const heading = make('p', 'heading');
    const when = make('time', '', time.format(new Date(sentAt)));
    when.dateTime = sentAt;
    const name = author?.id === this.#viewerId ? 'You' : author?.name;
    heading.append(...[name && make('strong', 'author', name), make('span', 'side', sides[side]), when].filter(Boolean));
    return heading;
  }
}
