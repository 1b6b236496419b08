import { useEffect, useMemo, useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { Avatar } from '../../parts/avatar';
import { Confirm } from '../../parts/confirm';
import { Earlier } from '../../parts/earlier';
import { useFocusRecovered } from '../../parts/focus';
import { Heading } from '../../parts/heading';
import { BackIcon } from '../../parts/icons';
import { Time } from '../../parts/time';
import { useAtEnd } from '../../parts/use-at-end';
import { addressOf } from '../address';
import { leads, myId } from '../member/me';
import type { Contact } from './contact';
import { look, markNews } from './conversations';
import { nameOf } from './list';
import { LiveConversation, type Text } from './live-conversation';
import { END_CHAT } from './operations';
import { TextForm } from './text-form';

const statuses = { QUEUED: 'Queued', SENT: 'Sent', DELIVERED: 'Delivered', FAILED: 'Failed', RECEIVED: 'Received' } as const;

/** A conversation: its transcript, and a form to go on with for its agent until the chat is ended. */
export function Conversation({ id, contact }: { id: string; contact: Contact }) {
  const live = useMemo(() => new LiveConversation(id), [id]);
  useEffect(() => () => live.close(), [live]);
  useEffect(() => markNews(id, false), [live.texts.entries.value.length]);
  const conversation = live.conversation.value;
  if (!conversation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const { agent, customerNumber, service, status } = conversation;
  const isAgent = agent?.id === myId.value;
  return (
    <article class="room" aria-labelledby="conversation-name">
      <header>
        <a class="back" href={addressOf('texts')}><BackIcon /> Text messages</a>
        <Avatar name={nameOf(conversation)} />
        <div class="what">
          <Heading id="conversation-name">{nameOf(conversation)}</Heading>
          <span class="quiet">{[service.name, conversation.customer && customerNumber, !isAgent && agent?.name].filter(Boolean).join(' · ')}</span>
        </div>
        {status === 'ACTIVE' && (isAgent || leads.value) && <EndChat live={live} />}
      </header>
      <Transcript live={live} />
      {status === 'ENDED' && (
        <p class="notice" role="status">This chat has ended. What the customer sends now does not come here.</p>
      )}
      {status === 'ACTIVE' && isAgent && (
        <TextForm
          contact={contact}
          target={{ conversationId: id }}
          serviceId={service.id}
          to={customerNumber}
          onSent={({ message }) => message && live.texts.anticipate(message)}
        />
      )}
      <p class="refusal" role="alert">{live.refusal}</p>
    </article>
  );
}

function Transcript({ live }: { live: LiveConversation }) {
  const { entries, hasEarlier } = live.texts;
  const texts = entries.value;
  const last = texts.at(-1);
  const log = useAtEnd(last?.id, last?.direction === 'OUTBOUND');
  return (
    <div class="log" role="log" aria-label="Transcript" tabIndex={0} {...log}>
      {hasEarlier.value && <Earlier what="texts" onClick={() => live.texts.showEarlier()} />}
      <ol>
        {texts.map((text) => <Entry key={text.id} text={text} />)}
      </ol>
    </div>
  );
}

function Entry({ text: { author, direction, body, status, failureReason, sentAt } }: { text: Text }) {
  const isReply = direction === 'INBOUND';
  return (
    <li class={`message ${isReply ? 'reply' : 'own'}`}>
      <p class="heading">
        <strong>{isReply ? 'Reply' : whoSent(author)}</strong> <Time at={sentAt} />
      </p>
      <div class="bubble"><p class="body">{body}</p></div>
      {!isReply && (
        <p class={`status ${status.toLowerCase()}`}>{[statuses[status], failureReason].filter(Boolean).join(': ')}</p>
      )}
    </li>
  );
}

function whoSent(author: Text['author']) {
  return author?.__typename === 'Member' && author.id !== myId.value ? author.name : 'Sent';
}

/** Ends the chat for good, once that is confirmed. */
function EndChat({ live }: { live: LiveConversation }) {
  useFocusRecovered();
  const [asking, setAsking] = useState(false);

  async function end() {
    const { endSmsConversation } = await change(END_CHAT, { id: live.id });
    if (endSmsConversation.conversation) live.conversation.value = endSmsConversation.conversation;
    look();
    return endSmsConversation.userErrors;
  }

  return (
    <>
      <button class="quiet" onClick={() => setAsking(true)}>End chat</button>
      {asking && (
        <Confirm title="End chat" action="End it for good" work={end} onClose={() => setAsking(false)}>
          Nobody can write in this chat any more, and what the customer sends does not come here. The transcript stays.
        </Confirm>
      )}
    </>
  );
}
