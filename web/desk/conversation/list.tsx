import { afterTyping } from '../../parts/after-typing';
import { Avatar } from '../../parts/avatar';
import { useMore } from '../../parts/use-more';
import { addressOf } from '../address';
import { me, serves } from '../member/me';
import * as chats from './conversations';

const choices = { MINE: 'My chats', ALL: 'All chats', ENDED: 'Ended chats' } as const;
const nothing = {
  MINE: 'You have no chat at the moment. Write to a customer, or be ready for who texts.',
  ALL: 'No chat is going on.',
  ENDED: 'No chat has ended yet.',
} as const;

/** Conversations by text messages: the member's own unless they want others. */
export function ConversationList({ current }: { current: string }) {
  const found = chats.conversations.value;
  const { list, showMore } = useMore(found?.length ?? 0, () => (chats.first.value += chats.step));
  return (
    <section class="list" aria-label="Text messages">
      <header>
        <h2>Text messages</h2>
        {serves.value && <a class="button" href={addressOf('texts', 'new')}>New</a>}
      </header>
      <Choice />
      {!found && <p class="quiet" role="status">Loading…</p>}
      {found?.length === 0 && (
        <p class="empty" role="status">{chats.number.value ? 'No chat is with such a number.' : nothing[chats.whose.value]}</p>
      )}
      <ul ref={list}>
        {found?.map((conversation) => (
          <li key={conversation.id}>
            <a href={addressOf('texts', conversation.id)} aria-current={conversation.id === current ? 'page' : undefined}>
              <Avatar name={nameOf(conversation)} />
              <Summary conversation={conversation} isNews={chats.news.value.has(conversation.id) && conversation.id !== current} />
            </a>
          </li>
        ))}
      </ul>
      {chats.hasMore.value && <button class="quiet more" onClick={showMore}>More chats</button>}
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
        <span class="quiet">{service.name}{agent && agent.id !== me.value?.id && ` · ${agent.name}`}</span>
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
          chats.first.value = chats.step;
          chats.whose.value = currentTarget.value as keyof typeof choices;
        }}
      >
        {Object.entries(choices).map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
    </search>
  );
}

const typed = afterTyping((text) => {
  chats.first.value = chats.step;
  chats.number.value = text;
});

/** How a conversation is called: by its customer, or by their number where nobody knows them. */
export function nameOf({ customer, customerNumber }: chats.Conversation) {
  return customer?.name ?? customerNumber;
}
