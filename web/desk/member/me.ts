// The member who has signed in, and their state.
import { computed, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { ME, type MEMBER } from './operations';

export type Member = FragmentOf<typeof MEMBER>;

/** Null until it is known. */
export const me = signal<Member | null>(null);

export const isAdministrator = computed(() => me.value?.role === 'ADMINISTRATOR');

export const look = oneAtATime(async () => {
  const { viewer } = await ask(ME, {});
  if (viewer?.__typename === 'Member') me.value = viewer;
});

export function forget() {
  me.value = null;
}
