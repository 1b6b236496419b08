// One conversation that is looked at: its transcript, kept right by its events for as long as it is open.
import { signal } from '@preact/signals';
import { ApiError, ask, follow } from '../../client/connection';
import type { FragmentOf, ResultOf } from '../../client/graphql';
import { inOrder } from '../../parts/in-order';
import type { Conversation } from './conversations';
import { EVENTS, type TEXT, TRANSCRIPT } from './operations';

export type Text = FragmentOf<typeof TEXT>;
type ConversationEvent = ResultOf<typeof EVENTS>['smsConversationEvents'];

export class LiveConversation {
  /** How it is; null until it is known. */
  readonly conversation = signal<Conversation | null>(null);
  readonly texts = signal<Text[]>([]);
  /** Why it cannot be shown. */
  readonly refusal = signal('');

  #closing = new AbortController();

  constructor(readonly id: string) {
    this.#stay();
  }

  close() {
    this.#closing.abort();
  }

  show(...texts: Text[]) {
    this.texts.value = inOrder(this.texts.value, texts);
  }

  async #stay(): Promise<void> {
    try {
      const { smsConversation } = await ask(TRANSCRIPT, { id: this.id });
      if (!smsConversation) throw new ApiError([{ message: 'There is no such conversation.' }]);
      this.conversation.value = smsConversation;
      this.show(...smsConversation.messages.nodes);
      const variables = { conversationId: this.id, after: smsConversation.lastCursor };
      await follow(EVENTS, variables, (event) => this.#apply(event), this.#closing.signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.codes.includes('CURSOR_EXPIRED')) return this.#stay();
      this.refusal.value = error.message;
    }
  }

  #apply(event: ConversationEvent) {
    this.conversation.value = event.conversation;
    switch (event.__typename) {
      case 'SmsMessageSent':
      case 'SmsMessageReceived':
      case 'SmsMessageStatusChanged':
        this.show(event.message);
    }
  }
}
