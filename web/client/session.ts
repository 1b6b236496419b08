// Who is here, in this tab and at this address: a member who has signed in at the desk, a customer who has entered by a link, or a
// specialist who has joined by a code. A reload stays; closing the tab forgets it.
import { computed, signal } from '@preact/signals';

const place = `parley.session ${location.pathname}`;

interface Session {
  accessToken: string;
  /** The room that a link or a code has led into. */
  roomId?: string;
}

/** Null for who is not in. */
export const current = signal<Session | null>(JSON.parse(sessionStorage.getItem(place) ?? 'null'));

export const accessToken = computed(() => current.value?.accessToken);

/** Why who was here is not any more, where they have not left by themselves. */
export const farewell = signal('');

/** How often something was forbidden. Whoever shows what may be done should look again: it may be something else by now. */
export const forbidden = signal(0);

export function begin(session: Session) {
  sessionStorage.setItem(place, JSON.stringify(session));
  current.value = session;
  farewell.value = '';
}

export function end(why = '') {
  if (current.value) farewell.value = why;
  sessionStorage.removeItem(place);
  current.value = null;
}
