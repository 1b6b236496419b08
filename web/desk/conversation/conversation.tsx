import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { addressOf } from '../address';
import { change, messageOf } from '../../client/connection';
import { me } from '../member/me';
import { Heading } from '../../parts/heading';
import { Time } from '../../parts/time';
import { look, markNews } from './conversations';
import { nameOf } from './list';
import { LiveConversation, type Text } from './live-conversation';
import { END_CHAT } from './operations';
import { type Contact, TextForm } from './text-form';

const statuses = { QUEUED: 'Queued', SENT: 'Sent', DELIVERED: 'Delivered', FAILED: 'Failed', RECEIVED: 'Received' } as const;

/** A conversation: its transcript, and a form to go on with for its agent until the chat is ended. */
export function Conversation({ id, contact }: { id: string; contact: Contact }) {
  const live = useMemo(() => new LiveConversation(id), [id]);
  useEffect(() => () => live.close(), [live]);
  useEffect(() => markNews(id, false), [live.texts.value.length]);
  const conversation = live.conversation.value;
  if (!conversation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const ended = conversation.status === 'ENDED';
  return (
    <article class="room" aria-labelledby="conversation-name">
      <header>
        <a class="back" href={addressOf('texts')}>Text messages</a>
        <Heading id="conversation-name">{nameOf(conversation)}</Heading>
        <span class="quiet">{conversation.service.name} · {conversation.customerNumber}</span>
        {!ended && <EndChat live={live} />}
      </header>
      <Transcript texts={live.texts.value} />
      {ended && <p class="quiet" role="status">This chat has ended.</p>}
      {!ended && conversation.agent?.id === me.value?.id && (
        <TextForm
          contact={contact}
          target={{ conversationId: id }}
          serviceId={conversation.service.id}
          to={conversation.customerNumber}
          onSent={({ message }) => message && live.show(message)}
        />
      )}
    </article>
  );
}

function Transcript({ texts }: { texts: Text[] }) {
  const log = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => void (log.current!.scrollTop = log.current!.scrollHeight), [texts.length]);
  return (
    <div class="log" role="log" aria-label="Transcript" tabIndex={0} ref={log}>
      <ol>
        {texts.map(({ id, direction, body, status, failureReason, sentAt }) => (
          <li key={id} class={`message ${direction === 'OUTBOUND' ? 'own' : 'reply'}`}>
            <p class="heading">
              <strong>{direction === 'OUTBOUND' ? 'Sent' : 'Reply'}</strong> <Time at={sentAt} />
            </p>
            <div class="bubble"><p class="body">{body}</p></div>
            {direction === 'OUTBOUND' && (
              <p class={status === 'FAILED' ? 'refusal' : 'status quiet'}>
                {[statuses[status], failureReason].filter(Boolean).join(': ')}
              </p>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Ends the chat for good, once that is confirmed. */
function EndChat({ live }: { live: LiveConversation }) {
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState('');

  async function end() {
    try {
      const { endSmsConversation } = await change(END_CHAT, { id: live.id });
      if (endSmsConversation.conversation) live.conversation.value = endSmsConversation.conversation;
      setRefusal(endSmsConversation.userErrors.map((error) => error.message).join(' '));
      look();
    } catch (error) {
      setRefusal(messageOf(error));
    }
  }

  if (!asking) return <button class="quiet" onClick={() => setAsking(true)}>End chat</button>;
  return (
    <>
      <button onClick={end}>End it for good</button>
      <button class="quiet" onClick={() => setAsking(false)}>Go on</button>
      <p class="refusal" role="alert">{refusal}</p>
    </>
  );
}
