import { useEffect } from 'preact/hooks';
import { addressOf, place } from './address';
import { attempt, reconnecting } from '../client/connection';
import * as chats from './conversation/conversations';
import { ConversationList } from './conversation/list';
import { Offer } from './conversation/offer';
import { Texts } from './conversation/texts';
import { followInbox, forget } from './inbox';
import { me } from './member/me';
import { SIGN_OUT } from './member/operations';
import { SignIn } from './member/sign-in';
import { StateButton } from './member/state';
import { RoomList } from './room/list';
import { Room } from './room/room';
import * as rooms from './room/rooms';
import * as session from '../client/session';

export function App() {
  return session.accessToken.value ? <Desk /> : <SignIn />;
}

function Desk() {
  useEffect(() => {
    const leaving = new AbortController();
    const stops = [rooms.keepLooking(), chats.keepLooking()];
    followInbox(leaving.signal).catch(() => session.end());
    return () => {
      leaving.abort();
      stops.forEach((stop) => stop());
      forget();
    };
  }, []);
  const { noun, id } = place.value;
  return (
    <div class="desk" data-open={id !== ''}>
      <header class="top">
        <h1>Desk</h1>
        <p class="connection" role="status">{reconnecting.value && 'Reconnecting…'}</p>
        <StateButton />
        <span class="name">{me.value?.name}</span>
        <button class="quiet" onClick={signOut}>Sign out</button>
      </header>
      <Offer />
      <main>
        <nav>
          <p class="nouns">
            <a href={addressOf('rooms')} aria-current={noun === 'rooms' ? 'true' : undefined}>Rooms</a>
            <a href={addressOf('texts')} aria-current={noun === 'texts' ? 'true' : undefined}>
              Text messages {chats.news.value.size > 0 && <span class="unread">new</span>}
            </a>
          </p>
          {noun === 'texts' ? <ConversationList current={id} /> : <RoomList current={id} />}
        </nav>
        <div class="open"><Open noun={noun} id={id} /></div>
      </main>
    </div>
  );
}

function Open({ noun, id }: { noun: string; id: string }) {
  if (!id) return <p class="quiet">Choose one of the list.</p>;
  return noun === 'texts' ? <Texts id={id} /> : <Room id={id} />;
}

async function signOut() {
  await attempt(SIGN_OUT, {}).catch(() => {}); // the token is forgotten all the same
  session.end();
}
