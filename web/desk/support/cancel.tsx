import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { Radios } from '../../parts/radios';
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
  const [joined, setJoined] = useState<'stay' | 'go'>('stay');
  const form = useSubmission(async () => {
    const { cancelSpecialistInvitation } = await change(CANCEL_INVITATION, { id: invitation.id, removeJoined: joined === 'go' });
    room.look();
    return cancelSpecialistInvitation.userErrors;
  });
  return (
    <form class="cancel" onSubmit={form.submit}>
      <Radios
        label="Those who have joined by the code"
        name="joined"
        of={[['stay', 'stay in the session'], ['go', 'are removed, too']]}
        chosen={joined}
        onChoose={setJoined}
        takesFocus
      />
      <p class="refusal" role="alert">{form.note()}</p>
      <button disabled={form.busy}>Cancel Invitation Code</button>
      <button type="button" class="quiet" onClick={onKeep}>Keep it</button>
    </form>
  );
}
