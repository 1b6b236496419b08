import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError, attempt, messageOf, reconnecting } from '../client/connection';
import * as session from '../client/session';
import { Heading } from '../parts/heading';
import { Pending } from '../parts/pending';
import { Composer } from '../room/composer';
import { LiveRoom } from '../room/live-room';
import { People } from '../room/people';
import { Screens } from '../room/screen/screens';
import { ShareScreenButton } from '../room/screen/share-button';
import { Timeline } from '../room/timeline';
import { LEAVE } from './operations';

interface SeatProps {
  roomId: string;
  /** Told what to say to the specialist when they are here no more. */
  onFarewell: (sentence: string) => void;
}

/** The room of a support session, for as long as the specialist has a place in it. */
export function Seat({ roomId, onFarewell }: SeatProps) {
  const live = useMemo(() => new LiveRoom(roomId), [roomId]);
  useEffect(() => () => live.close(), [live]);
  // Whoever is removed loses the token at once, and so do all when the session ends: the server says no more than that.
  useEffect(() => onFarewell('You are no longer in the support session: it has ended, or you were removed.'), []);
  const refused = live.refusal.value !== '';
  useEffect(() => void (refused && session.end()), [refused]);
  const situation = live.situation.value;
  useEffect(() => void (situation && (document.title = situation.name)), [situation?.name]);
  return (
    <div class="seat">
      <header class="seat-bar">
        <h1>Support session</h1>
        <p class="connection" role="status">{reconnecting.value && 'Reconnecting…'}</p>
        <Leave onLeft={() => onFarewell('You have left the support session.')} />
      </header>
      <main>{situation ? <Session live={live} name={situation.name} /> : <Pending />}</main>
    </div>
  );
}

function Session({ live, name }: { live: LiveRoom; name: string }) {
  const viewer = live.viewer.value;
  return (
    <article class="room" aria-labelledby="room-name">
      <header>
        <Heading id="room-name">{name}</Heading>
        <ShareScreenButton live={live} />
      </header>
      <p class="access quiet" role="status" aria-label="What you may do">
        {viewer?.__typename === 'Specialist' && viewer.accessLabel}
      </p>
      <People live={live} />
      <div class="with-screens">
        <Screens live={live} />
        <div class="talk">
          <Timeline live={live} />
          <Composer live={live} />
        </div>
      </div>
    </article>
  );
}

/** Frees the place. The token ends with it. */
function Leave({ onLeft }: { onLeft: () => void }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');

  async function leave() {
    setBusy(true);
    try {
      onLeft(); // the server may close the connection before it answers
      await attempt(LEAVE, {});
      session.end();
    } catch (error) {
      if (error instanceof ApiError) return session.end(); // the place was lost already
      setRefusal(messageOf(error));
      setBusy(false);
    }
  }

  return (
    <>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      <button class="quiet" disabled={busy} onClick={leave}>Leave</button>
    </>
  );
}
