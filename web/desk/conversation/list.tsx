import { afterTyping } from '../../parts/after-typing';
import { addressOf } from '../address';
import { Rows } from '../list';
import { myId, serves } from '../member/me';
import * as chats from './conversations';

const choices = { MINE: 'My chats', ALL: 'All chats', ENDED: 'Ended chats' } as const;
const nothing = {
  MINE: 'You have no chat at the moment. Write to a customer, or be ready for who texts.',
  ALL: 'No chat is going on.',
  ENDED: 'No chat has ended yet.',
} as const;

/** Conversations by text messages: the member's own unless they want others. */
export function ConversationList({ current }: { current: string }) {
  return (
    <section class="list" aria-label="Text messages">
      <header>
        <h2>Text messages</h2>
        {serves.value && <a class="button" href={addressOf('texts', 'new')}>New</a>}
      </header>
      <Choice />
      <Rows
        of={chats.list}
        noun="texts"
        current={current}
        nameOf={nameOf}
        row={(chat) => <Summary conversation={chat} isNews={chats.news.value.has(chat.id) && chat.id !== current} />}
        none={chats.number.value ? 'No chat is with such a number.' : nothing[chats.whose.value]}
        more="More chats"
      />
    </section>
  );
}

function Summary({ conversation, isNews }: { conversation: chats.Conversation; isNews: boolean }) {
  const { agent, service, status } = conversation;
  return (
    <span class="summary">
      <span class="line">
        <strong>{nameOf(conversation)}</strong>
        {isNews && <span class="unread">new</span>}
      </span>
      <span class="line">
        <span class="quiet">{service.name}{agent && agent.id !== myId.value && ` · ${agent.name}`}</span>
        {status !== 'ACTIVE' && <span class="chip">{status === 'ENDED' ? 'Ended' : 'Waits'}</span>}
      </span>
    </span>
  );
}

function Choice() {
  return (
    <search>
      <input type="search" aria-label="Search by number" placeholder="Number, such as +44 7…" defaultValue={chats.number.peek()} onInput={typed} />
      <select
        aria-label="Which chats"
        value={chats.whose}
        onChange={({ currentTarget }) => {
          chats.list.restart();
          chats.whose.value = currentTarget.value as keyof typeof choices;
        }}
      >
        {Object.entries(choices).map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
    </search>
  );
}

const typed = afterTyping((text) => {
  chats.list.restart();
  chats.number.value = text;
});

/** How a conversation is called: by its customer, or by their number where nobody knows them. */
export function nameOf({ customer, customerNumber }: chats.Conversation) {
  return customer?.name ?? customerNumber;
}
