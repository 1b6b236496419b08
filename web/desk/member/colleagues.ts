// The members of the organisation, and their states.
import { signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { type COLLEAGUE, COLLEAGUES } from './operations';

export type Colleague = FragmentOf<typeof COLLEAGUE>;

/** The first hundred of them, the member themselves too; empty until they are known. */
export const colleagues = signal<Colleague[]>([]);

export const look = oneAtATime(async () => {
  colleagues.value = (await ask(COLLEAGUES, {})).organization.members.nodes;
});

/** Takes over how one of them is now. */
export function update(member: Colleague) {
  colleagues.value = colleagues.value.map((colleague) => (colleague.id === member.id ? { ...colleague, ...member } : colleague));
}

export function forget() {
  colleagues.value = [];
}
