// Where one is, said by the address behind its #: `/rooms/…`, `/texts/…`. So links are links, and going back works.
import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

/** The parts of the address: the noun, and the id of one. */
export const place = computed(() => {
  const [, noun = '', id = ''] = hash.value.split('/');
  return { noun: noun || 'rooms', id };
});

/** The address of a noun, or of one of them, for a link. */
export function addressOf(noun: string, id = '') {
  return id ? `#/${noun}/${id}` : `#/${noun}`;
}

export function go(noun: string, id = '') {
  location.hash = addressOf(noun, id);
}

/** Says that one is somewhere else by now, without a step that going back would lead to. */
export function moved(noun: string, id: string) {
  history.replaceState(null, '', addressOf(noun, id));
  hash.value = location.hash;
}
