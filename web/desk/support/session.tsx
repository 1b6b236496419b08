import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { Confirm } from '../../parts/confirm';
import { Dialog } from '../../parts/dialog';
import { useFocusRecovered } from '../../parts/focus';
import { Menu } from '../../parts/menu';
import { Time } from '../../parts/time';
import { useChange } from '../../parts/use-change';
import { ShareScreenButton } from '../../room/screen/share-button';
import { serves } from '../member/me';
import type { RoomAtDesk } from '../room/details';
import { InviteSpecialists } from './invite';
import { END_SESSION, type SUPPORT_SESSION, UPDATE_SESSION } from './operations';
import { modes } from './portal';
import './support.css';

export type SupportSession = FragmentOf<typeof SUPPORT_SESSION>;

interface SessionProps {
  room: RoomAtDesk;
  session: SupportSession;
}

const dialogs = { invite: InviteSpecialists, end: EndSession };
type DialogName = keyof typeof dialogs;

/** The support session of a room, if one is going on, and what members do with it. A dialog on one that ends meanwhile says so. */
export function Support({ room, session }: { room: RoomAtDesk; session: SupportSession | null | undefined }) {
  const [open, setOpen] = useState<DialogName | null>(null);
  const Opened = open && dialogs[open];
  const close = () => setOpen(null);
  return (
    <>
      {session && <SessionBar room={room} session={session} onOpen={setOpen} />}
      {Opened && session && <Opened room={room} session={session} onClose={close} />}
      {Opened && !session && <HasEnded onClose={close} />}
    </>
  );
}

function HasEnded({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="The support session has ended" onClose={onClose}>
      <p>Somebody else has ended it, or the room was closed. Its code does not work any more.</p>
      <form method="dialog"><button>Close</button></form>
    </Dialog>
  );
}

function SessionBar({ room, session, onOpen }: SessionProps & { onOpen: (dialog: DialogName) => void }) {
  useFocusRecovered();
  const { portal, host, startedAt } = session;
  return (
    <section class="support" aria-label="Support session">
      <p>
        <strong>Support session</strong>{' '}
        <span class="quiet">
          {portal.name} ({modes[portal.mode]}) · {host.name} · since <Time at={startedAt} /> · {seats(session)}
        </span>
      </p>
      {serves.value && (
        <div class="actions">
          <InviteToSession session={session} onInvite={() => onOpen('invite')} />
          <ShareScreenButton live={room.live} />
          <button class="quiet" onClick={() => onOpen('end')}>End session</button>
          {portal.allowsSpecialists && <MayShare room={room} session={session} />}
        </div>
      )}
    </section>
  );
}

function seats({ specialistSeats: { taken, limit } }: SupportSession) {
  return limit === null ? `${taken} specialists` : `${taken} of ${limit} specialists`;
}

function InviteToSession({ session: { portal }, onInvite }: { session: SupportSession; onInvite: () => void }) {
  return (
    <Menu face="Invite to session">
      <button type="button" disabled={!portal.allowsSpecialists} onClick={onInvite}>External specialists</button>
      {!portal.allowsSpecialists && (
        <p class="quiet">The portal {portal.name} does not let them in. An administrator can change it.</p>
      )}
    </Menu>
  );
}

function EndSession({ room, session, onClose }: SessionProps & { onClose: () => void }) {
  async function end() {
    const { endSupportSession } = await change(END_SESSION, { id: session.id });
    room.look();
    return endSupportSession.userErrors;
  }
  return (
    <Confirm title="End the support session" action="End session" work={end} onClose={onClose}>
      The code stops working, specialists are out, and screens are not shared any more. The conversation stays.
    </Confirm>
  );
}

function MayShare({ room, session }: SessionProps) {
  const { run, reason } = useChange();

  async function update(specialistsMayShare: boolean) {
    const { updateSupportSession } = await change(UPDATE_SESSION, { id: session.id, specialistsMayShare }).finally(room.look);
    return updateSupportSession.userErrors;
  }

  return (
    <>
      <label>
        <input
          type="checkbox"
          checked={session.specialistsMayShare}
          onChange={({ currentTarget: { checked } }) => run(() => update(checked))}
        />{' '}
        Specialists may share a screen
      </label>
      {reason && <p class="refusal" role="alert">{reason}</p>}
    </>
  );
}
