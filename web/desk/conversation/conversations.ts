// The member's own conversations by text messages, and the request that is offered to them.
import { effect, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { me } from '../member/me';
import { oneAtATime } from '../../client/one-at-a-time';
import { type CONVERSATION, CONVERSATIONS } from './operations';

export type Conversation = FragmentOf<typeof CONVERSATION>;

/** Those that go on, newest activity first; null until it is known. */
export const conversations = signal<Conversation[] | null>(null);

/** Ids of those in which something has happened that was not looked at. */
export const news = signal<ReadonlySet<string>>(new Set());

/** What is offered to the member at this moment: one at a time. */
export const offer = signal<Conversation | null>(null);

/** Reads the list anew. */
export const look = oneAtATime(async () => {
  if (me.value) conversations.value = (await ask(CONVERSATIONS, { agentId: me.value.id })).smsConversations.nodes;
});

/** Reads it as soon as it is known who the member is. */
export function keepLooking() {
  return effect(() => {
    if (me.value?.id) look();
  });
}

export function forget() {
  conversations.value = null;
  news.value = new Set();
  offer.value = null;
}

export function markNews(id: string, isNews: boolean) {
  const others = new Set(news.value);
  others.delete(id);
  news.value = isNews ? others.add(id) : others;
}
