// Under what services the member may text, and what they need not type.
import { signal } from '@preact/signals';
import type { ResultOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { askForAll } from '../../client/whole-lists';
import { CONTACT } from './operations';

export type Contact = Extract<ResultOf<typeof CONTACT>['viewer'], { __typename: 'Member' }>;

/** Null until it is known. */
export const contact = signal<Contact | null>(null);

function listsIn({ viewer }: ResultOf<typeof CONTACT>) {
  if (viewer?.__typename !== 'Member') return {};
  const { predefinedMessages, services } = viewer;
  return { predefinedMessages, services };
}

export const look = oneAtATime(async () => {
  const { viewer } = await askForAll(CONTACT, {}, listsIn);
  if (viewer?.__typename === 'Member') contact.value = viewer;
});

export function forget() {
  contact.value = null;
}
