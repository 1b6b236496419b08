// The conversations by text messages that are listed, and the request that is offered to the member.
import { effect, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import { firstOf } from '../../client/first-of';
import type { FragmentOf, VariablesOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { me } from '../member/me';
import { type CONVERSATION, CONVERSATIONS, type OFFERED } from './operations';

export type Conversation = FragmentOf<typeof CONVERSATION>;
type Filter = VariablesOf<typeof CONVERSATIONS>['filter'];

export const step = 20;

/** Which of them, and how many. */
export const whose = signal<'MINE' | 'ALL' | 'ENDED'>('MINE');
export const number = signal('');
export const first = signal(step);

/** What there is of them, newest activity first; null until it is known. */
export const conversations = signal<Conversation[] | null>(null);
export const hasMore = signal(false);

/** Ids of those in which something has happened that was not looked at. */
export const news = signal<ReadonlySet<string>>(new Set());

/** What is offered to the member at this moment: one at a time. */
export const offer = signal<FragmentOf<typeof OFFERED> & { expiresAt: string } | null>(null);

/** Reads the list anew. */
export const look = oneAtATime(async () => {
  if (!me.value) return;
  const { count, filter } = wanted(me.value.id);
  const found = await firstOf(count, async (first, after) => (await ask(CONVERSATIONS, { first, after, filter })).smsConversations);
  conversations.value = found.nodes;
  hasMore.value = found.hasMore;
});

/** Reads it as soon as it is known who the member is, and whenever something else is wanted. */
export function keepLooking() {
  return effect(() => {
    if (!me.value?.id) return;
    wanted(me.value.id);
    look();
  });
}

export function forget() {
  conversations.value = null;
  hasMore.value = false;
  news.value = new Set();
  offer.value = null;
  whose.value = 'MINE';
  number.value = '';
  first.value = step;
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
  return { count: first.value, filter: { ...filters[whose.value], customerNumber: number.value.trim() || null } };
}
