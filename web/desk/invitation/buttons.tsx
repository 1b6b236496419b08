import { useState } from 'preact/hooks';
import type { Details } from '../room/details';
import { Invite } from './invite';
import { GetLink } from './link';
import { Reinvite } from './reinvite';

/** What can be done to bring the customer in, as the room is. */
export function InvitationButtons({ room }: { room: Details }) {
  const [open, setOpen] = useState<typeof Invite | null>(null);
  if (room.status === 'CLOSED') return null;
  const Opened = open;
  return (
    <>
      {!room.customer && <button onClick={() => setOpen(() => Invite)}>Invite</button>}
      {room.customer && <button class="quiet" onClick={() => setOpen(() => Reinvite)}>Re-invite</button>}
      {room.canGetLink && <button class="quiet" onClick={() => setOpen(() => GetLink)}>Get link</button>}
      {Opened && <Opened roomId={room.id} onClose={() => setOpen(null)} />}
    </>
  );
}
