import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { CheckBox } from '../../parts/check-boxes';
import { Dialog } from '../../parts/dialog';
import { useFocusRecovered } from '../../parts/focus';
import { Radios } from '../../parts/radios';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import type { RoomAtDesk } from '../room/details';
import { PORTALS, START_SESSION } from './operations';
import { admits, modes, type Portal } from './portal';

/** Starts a support session in a room, through a portal. */
export function StartSession({ room }: { room: RoomAtDesk }) {
  useFocusRecovered();
  const [choosing, setChoosing] = useState(false);
  return (
    <>
      <button class="quiet" onClick={() => setChoosing(true)}>Start support session</button>
      {choosing && <StartDialog room={room} onClose={() => setChoosing(false)} />}
    </>
  );
}

function StartDialog({ room, onClose }: { room: RoomAtDesk; onClose: () => void }) {
  const { answer, refusal } = useAnswer(PORTALS, {}, ({ organization }) => ({ after: organization.portals }));
  const [chosenId, setChosenId] = useState('');
  const portals = answer?.organization.portals;
  const chosen = portals?.find(({ id }) => id === chosenId) ?? portals?.[0];
  const form = useSubmission(async (fields) => {
    const specialistsMayShare = fields.has('specialistsMayShare');
    const input = { roomId: room.live.id, portalId: chosen?.id ?? '', specialistsMayShare, idempotencyKey: newKey() };
    const { startSupportSession } = await change(START_SESSION, { input });
    if (startSupportSession.userErrors.length === 0) onClose();
    room.look();
    return startSupportSession.userErrors;
  });
  return (
    <Dialog title="Start a support session" onClose={onClose}>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {portals?.length === 0 && <p>There is no portal to start it through. An administrator can make one.</p>}
      {chosen && (
        <form onSubmit={form.submit}>
          <Radios label="Portal" name="portal" of={choicesOf(portals!)} chosen={chosen.id} onChoose={setChosenId} />
          <CheckBox label="Specialists may share a screen" name="specialistsMayShare" disabled={!chosen.allowsSpecialists} />
          <p class="refusal" role="alert">{form.note()}</p>
          <button disabled={form.busy}>Start</button>
        </form>
      )}
    </Dialog>
  );
}

function choicesOf(portals: Portal[]) {
  return portals.map((portal) => [portal.id, portal.name, `${modes[portal.mode]} · ${admits(portal)}`] as const);
}
