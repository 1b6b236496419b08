// One conversation that is looked at: its transcript, kept right by its events for as long as it is open.
import { signal } from '@preact/signals';
import { ApiError, ask, follow, stayWith } from '../../client/connection';
import type { FragmentOf, ResultOf } from '../../client/graphql';
import { PagedHistory } from '../../client/paged-history';
import type { Conversation } from './conversations';
import { EARLIER, EVENTS, type TEXT, TRANSCRIPT } from './operations';

export type Text = FragmentOf<typeof TEXT>;
type ConversationEvent = ResultOf<typeof EVENTS>['smsConversationEvents'];

export class LiveConversation {
  /** How it is; null until it is known. */
  readonly conversation = signal<Conversation | null>(null);
  readonly texts = new PagedHistory<Text>(
    async (before) => (await ask(EARLIER, { id: this.id, before })).smsConversation?.messages,
  );
  /** Why it cannot be shown. */
  readonly refusal = signal('');

  #closing = new AbortController();

  constructor(readonly id: string) {
    stayWith(() => this.#stay()).then((reason) => (this.refusal.value = reason));
  }

  close() {
    this.#closing.abort();
  }

  async #stay() {
    const { smsConversation } = await ask(TRANSCRIPT, { id: this.id });
    if (!smsConversation) throw new ApiError([{ message: 'There is no such conversation.' }]);
    this.conversation.value = smsConversation;
    this.texts.beginWith(smsConversation.messages);
    const variables = { conversationId: this.id, after: smsConversation.lastCursor };
    await follow(EVENTS, variables, (event) => this.#apply(event), this.#closing.signal);
  }

  #apply(event: ConversationEvent) {
    this.conversation.value = event.conversation;
    switch (event.__typename) {
      case 'SmsMessageSent':
      case 'SmsMessageReceived':
        this.texts.show(event.message);
        break;
      case 'SmsMessageStatusChanged':
        this.texts.update((text) => (text.id === event.message.id ? event.message : text));
    }
  }
}
