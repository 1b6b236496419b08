// The member who has signed in, their state, and what their role lets them do.
import { computed, effect, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import * as session from '../../client/session';
import { mayServe } from '../../client/roles';
import { ME, type MEMBER } from './operations';

export type Member = FragmentOf<typeof MEMBER>;

/** Null until it is known. */
export const me = signal<Member | null>(null);

/** Who it is: apart from the rest, which changes with each of their states. */
export const myId = computed(() => me.value?.id);

/** Whether they may do more than read. */
export const serves = computed(() => me.value !== null && mayServe(me.value.role));

/** Whether they may end the chats of others. */
export const leads = computed(() => me.value?.role === 'TEAM_LEADER' || me.value?.role === 'ADMINISTRATOR');

export const isAdministrator = computed(() => me.value?.role === 'ADMINISTRATOR');

export const look = oneAtATime(async () => {
  const { viewer } = await ask(ME, {});
  if (viewer?.__typename === 'Member') me.value = viewer;
});

/** Goes on looking for as long as the member is signed in: what is forbidden now was allowed before, or the page would not offer it. */
export function keepLooking() {
  return effect(() => void (session.forbidden.value && look()));
}

export function forget() {
  me.value = null;
}
