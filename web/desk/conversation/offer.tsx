import { useState } from 'preact/hooks';
import { go } from '../address';
import { change, messageOf } from '../../client/connection';
import { look, offer } from './conversations';
import { nameOf } from './list';
import { ACCEPT_CHAT, REJECT_CHAT } from './operations';
import './offer.css';

/** A customer's request that is offered to the member. Nobody else is asked until they answer, or their time is over. */
export function Offer() {
  const [refusal, setRefusal] = useState('');
  const offered = offer.value;

  async function accept(id: string) {
    const { acceptChat } = await change(ACCEPT_CHAT, { id });
    if (acceptChat.conversation) {
      look();
      go('texts', id);
    }
    return acceptChat.userErrors;
  }

  async function reject(id: string) {
    return (await change(REJECT_CHAT, { id })).rejectChat.userErrors;
  }

  async function answer(how: typeof accept, id: string) {
    try {
      const userErrors = await how(id);
      setRefusal(userErrors.map((error) => error.message).join(' '));
      if (offer.value?.id === id) offer.value = null;
    } catch (error) {
      setRefusal(messageOf(error));
    }
  }

  return (
    <section class="offer" aria-label="Offered chat" aria-live="assertive">
      {offered && (
        <>
          <p>
            <strong>{nameOf(offered)}</strong> asks for a chat: {offered.service.name}
            {offered.messages.nodes.map(({ body }) => <q>{body}</q>)}
          </p>
          <button onClick={() => answer(accept, offered.id)}>Accept</button>
          <button class="quiet" onClick={() => answer(reject, offered.id)}>Reject</button>
        </>
      )}
      {refusal && <p class="refusal">{refusal}</p>}
    </section>
  );
}
