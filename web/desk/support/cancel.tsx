import { useEffect, useRef, useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { useSubmission } from '../../parts/use-submission';
import type { RoomAtDesk } from '../room/details';
import { CANCEL_INVITATION } from './operations';
import type { Invitation } from './pass-on';

interface CancelProps {
  room: RoomAtDesk;
  invitation: Invitation;
}

/** Ends a code, once it is said what becomes of those who have joined by it. */
export function CancelCode({ room, invitation }: CancelProps) {
  const [asking, setAsking] = useState(false);
  if (asking) return <CancelForm room={room} invitation={invitation} onKeep={() => setAsking(false)} />;
  return <p><button type="button" class="quiet" onClick={() => setAsking(true)}>Cancel Invitation Code</button></p>;
}

function CancelForm({ room, invitation, onKeep }: CancelProps & { onKeep: () => void }) {
  const [removeJoined, setRemoveJoined] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current!.focus(), []);
  const form = useSubmission(async () => {
    const { cancelSpecialistInvitation } = await change(CANCEL_INVITATION, { id: invitation.id, removeJoined });
    room.look();
    return cancelSpecialistInvitation.userErrors;
  });
  return (
    <form class="cancel" onSubmit={form.submit}>
      <fieldset class="choices">
        <legend>Those who have joined by the code</legend>
        <label>
          <input ref={first} type="radio" name="joined" checked={!removeJoined} onChange={() => setRemoveJoined(false)} />
          stay in the session
        </label>
        <label>
          <input type="radio" name="joined" checked={removeJoined} onChange={() => setRemoveJoined(true)} />
          are removed, too
        </label>
      </fieldset>
      <p class="refusal" role="alert">{form.note()}</p>
      <button disabled={form.busy}>Cancel Invitation Code</button>
      <button type="button" class="quiet" onClick={onKeep}>Keep it</button>
    </form>
  );
}
