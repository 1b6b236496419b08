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

export function begin(session: Session) {
  sessionStorage.setItem(place, JSON.stringify(session));
  current.value = session;
}

export function end() {
  sessionStorage.removeItem(place);
  current.value = null;
}
