import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { afterTyping } from '../../parts/after-typing';
import { Confirm } from '../../parts/confirm';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { go } from '../address';
import { Summary } from './list';
import { CANDIDATES, MERGE_ROOMS, ROW_OF } from './operations';
import { filterOf } from './rooms';

/** Makes a room one with another that is looked for by its customer. */
export function Join({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState('');
  const { answer, refusal } = useAnswer(CANDIDATES, { filter: { status: ['DRAFT', 'ACTIVE', 'TIMED_OUT'], ...filterOf(words.trim()) } });
  const found = answer?.rooms.nodes.filter(({ id }) => id !== roomId);
  const [typed] = useState(() => afterTyping(setWords));

  if (chosen) return <JoinInto roomId={roomId} intoRoomId={chosen} onClose={onClose} />;
  return (
    <Dialog title="Join with another room" onClose={onClose}>
      <Field label="Customer's name, number or email" type="search" onInput={typed} />
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {found?.length === 0 && <p class="empty" role="status">No other room is like that.</p>}
      <ul class="candidates">
        {found?.map((room) => (
          <li key={room.id}>
            <button type="button" class="quiet" onClick={() => setChosen(room.id)}><Summary room={room} /></button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

interface JoinIntoProps {
  /** The room that goes. */
  roomId: string;
  /** The room that stays. */
  intoRoomId: string;
  onClose: () => void;
}

/** Makes two rooms one, once that is confirmed. */
export function JoinInto({ roomId, intoRoomId, onClose }: JoinIntoProps) {
  const { answer } = useAnswer(ROW_OF, { id: intoRoomId });
  const into = answer?.room;

  async function join() {
    const { mergeRooms } = await change(MERGE_ROOMS, { roomId, intoRoomId });
    if (mergeRooms.room) go('rooms', mergeRooms.room.id);
    return mergeRooms.userErrors;
  }

  return (
    <Confirm title="Join the rooms" action="Join the rooms for good" work={join} onClose={onClose}>
      Everything in this room comes to be in <strong>{into?.name ?? 'the other room'}</strong>
      {into && `, opened by ${into.createdBy.name}`}, in order of time. The two cannot be taken apart again.
    </Confirm>
  );
}
