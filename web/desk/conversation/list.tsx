import { addressOf } from '../address';
import { serves } from '../member/me';
import { type Conversation, conversations, news } from './conversations';

/** The member's conversations that go on. */
export function ConversationList({ current }: { current: string }) {
  return (
    <section class="list" aria-label="Text messages">
      <header>
        <h2>Text messages</h2>
        {serves.value && <a href={addressOf('texts', 'new')}>New</a>}
      </header>
      {conversations.value?.length === 0 && <p class="quiet">No chat is going on.</p>}
      <ul>
        {conversations.value?.map((conversation) => (
          <li key={conversation.id}>
            <a href={addressOf('texts', conversation.id)} aria-current={conversation.id === current ? 'page' : undefined}>
              <strong>{nameOf(conversation)}</strong>
              {news.value.has(conversation.id) && conversation.id !== current && <span class="unread">new</span>}
              <span class="quiet">{conversation.service.name}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How a conversation is called: by its customer, or by their number where nobody knows them. */
export function nameOf({ customer, customerNumber }: Conversation) {
  return customer?.name ?? customerNumber;
}
