// The member who has signed in, and their state.
import { signal } from '@preact/signals';
import { ask } from '../connection';
import { type FragmentOf } from '../graphql';
import { ME, MEMBER } from './operations';

export type Member = FragmentOf<typeof MEMBER>;

/** Null until it is known. */
export const me = signal<Member | null>(null);

export async function look() {
  const { viewer } = await ask(ME, {});
  if (viewer?.__typename === 'Member') me.value = viewer;
}
