// The list of rooms: which are wanted, in what order, and what is there.
import { effect, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { ResultOf, VariablesOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { accessToken } from '../../client/session';
import { ROOMS } from './operations';

type Wanted = VariablesOf<typeof ROOMS>;
type Found = ResultOf<typeof ROOMS>;

export const step = 10;

/** Which of them, and how many. */
export const status = signal<'' | 'DRAFT' | 'ACTIVE' | 'TIMED_OUT' | 'CLOSED'>('');
export const order = signal<Wanted['order']>({ field: 'UPDATED_AT', direction: 'DESC' });
export const search = signal('');
export const first = signal(step);

/** What there is of them; null until it is known. */
export const found = signal<Found | null>(null);

/** Reads the list anew. Whatever happens in a room is a reason to. */
export const look = oneAtATime(async () => {
  if (accessToken.value) found.value = await ask(ROOMS, wanted());
});

export function forget() {
  found.value = null;
}

/** Goes on reading it for as long as the member is signed in: now, and whenever something else is wanted. */
export function keepLooking() {
  return effect(() => {
    wanted();
    look();
  });
}

function wanted(): Wanted {
  const words = search.value.trim();
  return {
    first: first.value,
    filter: { status: status.value ? [status.value] : null, customerName: words || null },
    order: order.value,
    words,
    searching: words !== '',
  };
}
