// Under what services the member may text, and what they need not type.
import { signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { CONTACT } from './operations';

export type Contact = Extract<ResultOf<typeof CONTACT>['viewer'], { __typename: 'Member' }>;

/** Null until it is known. */
export const contact = signal<Contact | null>(null);

export const look = oneAtATime(async () => {
  const { viewer } = await ask(CONTACT, {});
  if (viewer?.__typename === 'Member') contact.value = viewer;
});

export function forget() {
  contact.value = null;
}
