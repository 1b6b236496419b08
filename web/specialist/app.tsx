// The page of a specialist: join a support session by its code and with a name, be in its room, and leave.
import { useState } from 'preact/hooks';
import * as session from '../client/session';
import { Join } from './join';
import { Seat } from './seat';

export function App() {
  const [farewell, setFarewell] = useState('');
  const visit = session.current.value;
  if (!visit?.roomId) return <Join farewell={farewell} />;
  return <Seat key={visit.accessToken} roomId={visit.roomId} onFarewell={setFarewell} />;
}
