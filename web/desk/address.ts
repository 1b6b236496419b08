// Where one is, said by the address behind its #: `/rooms/…`, `/texts/…`. So links are links, and going back works.
import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

/** The parts of the address: the noun, the id of one, and where that has parts, which of them. */
export const place = computed(() => {
  const [, noun = '', id = '', part = ''] = hash.value.split('/');
  return { noun: noun || 'rooms', id, part };
});

/** The address of a noun, or of one of them, for a link. */
export function addressOf(noun: string, id = '', part = '') {
  return `#/${[noun, id, part].filter(Boolean).join('/')}`;
}

export function go(noun: string, id = '', part = '') {
  location.hash = addressOf(noun, id, part);
}

/** Says that one is somewhere else by now, without a step that going back would lead to. */
export function moved(noun: string, id: string, part = '') {
  history.replaceState(null, '', addressOf(noun, id, part));
  hash.value = location.hash;
}
