import { useEffect, useState } from 'preact/hooks';
import * as session from '../client/session';
import { LiveRoom } from '../room/live-room';
import { Room } from './room';
import { Welcome } from './welcome';

/** Before the door, or in the room. Who was in may have to enter anew: the link may have been revoked meanwhile, or its time be over. */
export function App() {
  const [live, setLive] = useState(whereWeWere);
  const [note, setNote] = useState('');
  const over = live?.refusal.value && live.situation.value?.status !== 'CLOSED';

  useEffect(() => {
    if (!over) return;
    live.close();
    session.end();
    setNote('Please enter the room again.');
    setLive(null);
  }, [over]);

  return live ? <Room live={live} /> : <Welcome note={note} onEnter={() => setLive(whereWeWere())} />;
}

// A room that has become one with another is found under that one's id, also after a reload.
function whereWeWere() {
  const { roomId } = session.current.value ?? {};
  if (!roomId) return null;
  return new LiveRoom(roomId, { onMove: (id) => session.begin({ ...session.current.value!, roomId: id }) });
}
