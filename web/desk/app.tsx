import { useEffect } from 'preact/hooks';
import { place } from './address';
import { attempt, reconnecting } from './connection';
import { followInbox } from './inbox';
import { me } from './member/me';
import { SIGN_OUT } from './member/operations';
import { SignIn } from './member/sign-in';
import { StateButton } from './member/state';
import { RoomList } from './room/list';
import { Room } from './room/room';
import * as rooms from './room/rooms';
import * as session from './session';

export function App() {
  return session.accessToken.value ? <Desk /> : <SignIn />;
}

function Desk() {
  useEffect(() => {
    const leaving = new AbortController();
    const stopLooking = rooms.keepLooking();
    followInbox(leaving.signal).catch(() => session.end());
    return () => {
      leaving.abort();
      stopLooking();
    };
  }, []);
  const { id } = place.value;
  return (
    <div class="desk" data-open={id !== ''}>
      <header class="top">
        <h1>Desk</h1>
        <p class="connection" role="status">{reconnecting.value && 'Reconnecting…'}</p>
        <StateButton />
        <span class="name">{me.value?.name}</span>
        <button class="quiet" onClick={signOut}>Sign out</button>
      </header>
      <main>
        <nav><RoomList current={id} /></nav>
        <div class="open">{id ? <Room key={id} id={id} /> : <p class="quiet">Choose a room.</p>}</div>
      </main>
    </div>
  );
}

async function signOut() {
  await attempt(SIGN_OUT, {}).catch(() => {}); // the token is forgotten all the same
  session.end();
}
