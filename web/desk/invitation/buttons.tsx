import { useState } from 'preact/hooks';
import type { Details } from '../room/details';
import { JoinInto } from '../room/join';
import { Invite } from './invite';
import { GetLink } from './link';
import { Reinvite } from './reinvite';
import './invitation.css';

const dialogs = { invite: Invite, reinvite: Reinvite, link: GetLink };

/** What can be done to bring the customer in, as the room is. */
export function InvitationButtons({ room }: { room: Details }) {
  const [open, setOpen] = useState<keyof typeof dialogs | null>(null);
  const [joined, setJoined] = useState('');
  const Opened = open && dialogs[open];

  function join(roomId: string) {
    setOpen(null);
    setJoined(roomId);
  }

  return (
    <>
      {!room.customer && <button onClick={() => setOpen('invite')}>Invite</button>}
      {room.customer && <button class="quiet" onClick={() => setOpen('reinvite')}>Re-invite</button>}
      {room.canGetLink && <button class="quiet" onClick={() => setOpen('link')}>Get link</button>}
      {Opened && <Opened roomId={room.id} onClose={() => setOpen(null)} onJoin={join} />}
      {joined && <JoinInto roomId={room.id} intoRoomId={joined} onClose={() => setJoined('')} />}
    </>
  );
}
