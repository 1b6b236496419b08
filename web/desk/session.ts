// Who has signed in at this tab. A reload stays signed in; closing the tab forgets it.
import { signal } from '@preact/signals';

const place = 'parley.desk';

/** The access token; null for who is not signed in. */
export const accessToken = signal(sessionStorage.getItem(place));

export function begin(token: string) {
  sessionStorage.setItem(place, token);
  accessToken.value = token;
}

export function end() {
  sessionStorage.removeItem(place);
  accessToken.value = null;
}
