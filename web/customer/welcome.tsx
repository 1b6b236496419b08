import { useEffect, useState } from 'preact/hooks';
import icon from '../assets/icon.svg';
import { attempt, messageOf } from '../client/connection';
import { reasonOf } from '../client/graphql';
import { secretOfLink } from '../client/link';
import * as session from '../client/session';
import { ENTER } from './operations';
import { reportSeen } from './seen';

/** The door: opening the link uses nothing up, entering does. `note` says why somebody who was in is out. */
export function Welcome({ note, onEnter }: { note: string; onEnter: () => void }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  const [sentence, setSentence] = useState(note);
  useEffect(reportSeen, []);

  async function enter() {
    setBusy(true);
    setSentence('Entering…');
    try {
      const { enterRoom } = await attempt(ENTER, { token: secretOfLink() });
      const { accessToken, room, userErrors } = enterRoom;
      setRefusal(reasonOf(userErrors));
      if (accessToken && room) {
        session.begin({ accessToken, roomId: room.id });
        return onEnter();
      }
      setSentence('');
    } catch (error) {
      setSentence(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <main class="welcome">
      <img src={icon} alt="" width={64} height={64} />
      <h1>You are invited</h1>
      {refusal === '' && (
        <>
          <p>Read what was shared with you, and write to the team.</p>
          <button type="button" disabled={busy} onClick={enter}>Enter the room</button>
        </>
      )}
      <p role="status">{refusal || sentence}</p>
    </main>
  );
}
