import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { Confirm } from '../../parts/confirm';
import { MoreIcon } from '../../parts/icons';
import { Menu } from '../../parts/menu';
import { RevokeLinks } from '../invitation/revoke';
import type { Details } from './details';
import { Join } from './join';
import { CLOSE_ROOM } from './operations';

const dialogs = { join: Join, revoke: RevokeLinks, close: CloseRoom };

/** What is rarely done with a room. */
export function RoomMenu({ room }: { room: Details }) {
  const [open, setOpen] = useState<keyof typeof dialogs | null>(null);
  const Opened = open && dialogs[open];
  return (
    <>
      <Menu label="More" face={<MoreIcon />}>
        <button type="button" onClick={() => setOpen('join')}>Join with another room…</button>
        {room.customer && <button type="button" onClick={() => setOpen('revoke')}>Revoke links…</button>}
        <button type="button" onClick={() => setOpen('close')}>Close room…</button>
      </Menu>
      {Opened && <Opened roomId={room.id} onClose={() => setOpen(null)} />}
    </>
  );
}

function CloseRoom({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const close = async () => (await change(CLOSE_ROOM, { roomId })).closeRoom.userErrors;
  return (
    <Confirm title="Close room" action="Close it for good" work={close} onClose={onClose}>
      Nobody can write here any more, and the customer's link leads nowhere. What is in the room can still be read by members.
    </Confirm>
  );
}
