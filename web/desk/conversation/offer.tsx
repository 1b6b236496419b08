import { useEffect, useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { leftUntil } from '../../client/server-time';
import { useFocusRecovered } from '../../parts/focus';
import { useChange } from '../../parts/use-change';
import { go } from '../address';
import { endOffer, look, offer } from './conversations';
import { nameOf } from './list';
import { ACCEPT_CHAT, REJECT_CHAT } from './operations';
import './offer.css';

/** A customer's request that is offered to the member. Nobody else is asked until they answer, or their time is over. */
export function Offer() {
  const { run, busy, reason } = useChange();
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

  function answer(how: typeof accept, id: string) {
    return run(async () => {
      const refusals = await how(id);
      endOffer(id);
      return refusals;
    });
  }

  return (
    <section class="offer" aria-label="Offered chat">
      <div aria-live="assertive">
        {offered && (
          <p>
            <strong>{nameOf(offered)}</strong> asks for a chat: {offered.service.name}
            {offered.messages.nodes.map(({ body }) => <q>{body}</q>)}
          </p>
        )}
        {!offered && reason && <p class="refusal">{reason}</p>}
      </div>
      {offered && (
        <>
          <TimeLeft until={offered.expiresAt} />
          <Answers busy={busy} onAccept={() => answer(accept, offered.id)} onReject={() => answer(reject, offered.id)} />
        </>
      )}
    </section>
  );
}

/** They may go while one of them has the focus: the time is over, or the customer has gone. */
function Answers({ busy, onAccept, onReject }: { busy: boolean; onAccept: () => void; onReject: () => void }) {
  useFocusRecovered();
  return (
    <>
      <button disabled={busy} onClick={onAccept}>Accept</button>
      <button class="quiet" disabled={busy} onClick={onReject}>Reject</button>
    </>
  );
}

const secondMs = 1_000;
const longMs = 3_600_000; // for which nobody waits with their eye on the clock

/** How many seconds are left. It is no live region: who does not see it reads it where they want to know. */
function TimeLeft({ until }: { until: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((seconds) => seconds + 1), secondMs);
    return () => clearInterval(timer);
  }, []);
  const left = leftUntil(until);
  if (left > longMs) return null;
  return <p class="left" role="timer">{left > 0 ? `${Math.ceil(left / secondMs)} s left` : 'The time is over.'}</p>;
}
