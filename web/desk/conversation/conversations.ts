// The conversations by text messages that are listed, and the request that is offered to the member.
import { effect, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { FragmentOf, VariablesOf } from '../../client/graphql';
import { GrowingList } from '../../client/growing-list';
import { oneAtATime } from '../../client/one-at-a-time';
import { myId } from '../member/me';
import { type CONVERSATION, CONVERSATIONS, type OFFERED } from './operations';

export type Conversation = FragmentOf<typeof CONVERSATION>;
type Filter = VariablesOf<typeof CONVERSATIONS>['filter'];

/** Which of them. */
export const whose = signal<'MINE' | 'ALL' | 'ENDED'>('MINE');
export const number = signal('');

/** What there is of them, newest activity first. */
export const list = new GrowingList<Conversation>(20);

/** Ids of those in which something has happened that was not looked at. */
export const news = signal<ReadonlySet<string>>(new Set());

/** What is offered to the member at this moment: one at a time. */
export const offer = signal<FragmentOf<typeof OFFERED> & { expiresAt: string } | null>(null);

/** Reads the list anew. */
export const look = oneAtATime(async () => {
  if (!myId.value) return;
  const filter = wanted(myId.value);
  await list.read(async (first, after) => (await ask(CONVERSATIONS, { first, after, filter })).smsConversations);
});

/** Reads it as soon as it is known who the member is, and whenever something else is wanted. */
export function keepLooking() {
  return effect(() => {
    if (!myId.value) return;
    wanted(myId.value);
    list.count.value;
    look();
  });
}

export function forget() {
  list.forget();
  news.value = new Set();
  offer.value = null;
  whose.value = 'MINE';
  number.value = '';
}

/** A request is not offered to the member any more. */
export function endOffer(id: string) {
  if (offer.value?.id === id) offer.value = null;
}

export function markNews(id: string, isNews: boolean) {
  const others = new Set(news.value);
  others.delete(id);
  news.value = isNews ? others.add(id) : others;
}

function wanted(agentId: string) {
  const filters: { [whose in typeof whose.value]: Filter } = {
    MINE: { agentId, status: ['ACTIVE'] },
    ALL: { status: ['OFFERED', 'ACTIVE'] },
    ENDED: { status: ['ENDED'] },
  };
  return { ...filters[whose.value], customerNumber: number.value.trim() || null };
}
