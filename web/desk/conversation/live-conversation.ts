// One conversation that is looked at: its transcript, kept right by its events for as long as it is open.
import { signal } from '@preact/signals';
import { ApiError, ask, follow } from '../../client/connection';
import type { FragmentOf, ResultOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { inOrder, sinceBegin } from '../../parts/in-order';
import type { Conversation } from './conversations';
import { EARLIER, EVENTS, type TEXT, TRANSCRIPT } from './operations';

export type Text = FragmentOf<typeof TEXT>;
type Page = NonNullable<ResultOf<typeof EARLIER>['smsConversation']>['messages'];
type ConversationEvent = ResultOf<typeof EVENTS>['smsConversationEvents'];

export class LiveConversation {
  /** How it is; null until it is known. */
  readonly conversation = signal<Conversation | null>(null);
  /** Its newest texts in order of time, and those before that were asked for. */
  readonly texts = signal<Text[]>([]);
  readonly hasEarlier = signal(false);
  /** Why it cannot be shown. */
  readonly refusal = signal('');

  #start: string | null = null; // of the earliest text
  #closing = new AbortController();

  constructor(readonly id: string) {
    this.#stay();
  }

  close() {
    this.#closing.abort();
  }

  /** Shows what was written before. */
  readonly showEarlier = oneAtATime(async () => {
    const { smsConversation } = await ask(EARLIER, { id: this.id, before: this.#start });
    if (smsConversation) this.#addPage(smsConversation.messages);
  });

  /** Shows texts, each once, however often they are given. */
  show(...texts: Text[]) {
    this.texts.value = inOrder(this.texts.value, texts);
  }

  async #stay(): Promise<void> {
    try {
      const { smsConversation } = await ask(TRANSCRIPT, { id: this.id });
      if (!smsConversation) throw new ApiError([{ message: 'There is no such conversation.' }]);
      this.conversation.value = smsConversation;
      this.texts.value = sinceBegin(this.texts.value, smsConversation.messages.nodes);
      this.#addPage(smsConversation.messages);
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
        this.show(event.message);
        break;
      case 'SmsMessageStatusChanged':
        this.#replace(event.message);
    }
  }

  #addPage({ nodes, pageInfo }: Page) {
    this.show(...nodes);
    this.#start = pageInfo.startCursor;
    this.hasEarlier.value = pageInfo.hasPreviousPage;
  }

  // One that is not shown is among the earlier ones, which come as they are when they are asked for.
  #replace(text: Text) {
    this.texts.value = this.texts.value.map((shown) => (shown.id === text.id ? text : shown));
  }
}
