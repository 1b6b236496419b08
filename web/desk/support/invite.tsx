import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { Dialog } from '../../parts/dialog';
import { Radios } from '../../parts/radios';
import { useSubmission } from '../../parts/use-submission';
import type { RoomAtDesk } from '../room/details';
import { INVITE_SPECIALISTS } from './operations';
import { PassOn } from './pass-on';
import type { SupportSession } from './session';

export const rights = { VIEW_ONLY: 'View only', CONTROL: 'Control keyboard and mouse' } as const;
type Access = keyof typeof rights;
const choices = Object.entries(rights) as [Access, string][];

interface InviteProps {
  room: RoomAtDesk;
  session: SupportSession;
  onClose: () => void;
}

/** Invites external specialists into a support session: first with what rights, then how the code is passed on. */
export function InviteSpecialists({ room, session, onClose }: InviteProps) {
  const invitation = session.specialistInvitation;
  return (
    <Dialog title="External specialists" onClose={onClose}>
      {invitation ? (
        <PassOn key={invitation.id} room={room} session={session} invitation={invitation} />
      ) : (
        <CreateInvitation room={room} session={session} />
      )}
      <form method="dialog"><button class="quiet">Close</button></form>
    </Dialog>
  );
}

function CreateInvitation({ room, session }: Omit<InviteProps, 'onClose'>) {
  const [access, setAccess] = useState<Access>('VIEW_ONLY');
  const { allowsControl } = session.portal;
  const form = useSubmission(async () => {
    const input = { supportSessionId: session.id, access, idempotencyKey: newKey() };
    const { createSpecialistInvitation } = await change(INVITE_SPECIALISTS, { input });
    room.look();
    return createSpecialistInvitation.userErrors;
  });
  return (
    <form onSubmit={form.submit}>
      <Radios
        label="What they may do with a screen that is shared"
        name="access"
        of={choices}
        chosen={access}
        onChoose={setAccess}
        disabled={allowsControl ? undefined : 'CONTROL'}
        takesFocus
      />
      {!allowsControl && <p class="quiet">The portal {session.portal.name} allows view only.</p>}
      <p class="refusal" role="alert">{form.note()}</p>
      <button disabled={form.busy}>Create Invitation</button>
    </form>
  );
}
