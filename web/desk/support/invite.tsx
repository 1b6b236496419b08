import { useEffect, useRef, useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { Dialog } from '../../parts/dialog';
import { useSubmission } from '../../parts/use-submission';
import type { RoomAtDesk } from '../room/details';
import { INVITE_SPECIALISTS } from './operations';
import { PassOn } from './pass-on';
import type { SupportSession } from './session';

export const rights = { VIEW_ONLY: 'View only', CONTROL: 'Control keyboard and mouse' } as const;

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
  const [access, setAccess] = useState<keyof typeof rights>('VIEW_ONLY');
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current!.focus(), []);
  const { allowsControl } = session.portal;
  const form = useSubmission(async () => {
    const input = { supportSessionId: session.id, access, idempotencyKey: newKey() };
    const { createSpecialistInvitation } = await change(INVITE_SPECIALISTS, { input });
    room.look();
    return createSpecialistInvitation.userErrors;
  });
  return (
    <form onSubmit={form.submit}>
      <fieldset class="choices">
        <legend>What they may do with a screen that is shared</legend>
        <label>
          <input ref={first} type="radio" name="access" checked={access === 'VIEW_ONLY'} onChange={() => setAccess('VIEW_ONLY')} />
          {rights.VIEW_ONLY}
        </label>
        <label>
          <input
            type="radio"
            name="access"
            checked={access === 'CONTROL'}
            disabled={!allowsControl}
            onChange={() => setAccess('CONTROL')}
          />
          {rights.CONTROL}
        </label>
      </fieldset>
      {!allowsControl && <p class="quiet">The portal {session.portal.name} allows view only.</p>}
      <p class="refusal" role="alert">{form.note()}</p>
      <button disabled={form.busy}>Create Invitation</button>
    </form>
  );
}
