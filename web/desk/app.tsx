import { useEffect } from 'preact/hooks';
import { addressOf, place } from './address';
import { Sections } from './administration/sections';
import { attempt, reconnecting } from '../client/connection';
import * as chats from './conversation/conversations';
import { ConversationList } from './conversation/list';
import { Offer } from './conversation/offer';
import { Texts } from './conversation/texts';
import { followInbox, forget } from './inbox';
import { isAdministrator, me } from './member/me';
import { SIGN_OUT } from './member/operations';
import { SignIn } from './member/sign-in';
import { StateButton } from './member/state';
import { RoomList } from './room/list';
import { Room } from './room/room';
import * as rooms from './room/rooms';
import * as session from '../client/session';
import { later } from '../parts/later';

const Administration = later(() => import('./administration/administration'));

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
  const { noun, id, part } = place.value;
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
            {isAdministrator.value && (
              <a href={addressOf('administration')} aria-current={noun === 'administration' ? 'true' : undefined}>Administration</a>
            )}
          </p>
          <List noun={noun} id={id} />
        </nav>
        <div class="open"><Open noun={noun} id={id} part={part} /></div>
      </main>
    </div>
  );
}

function List({ noun, id }: { noun: string; id: string }) {
  if (noun === 'administration') return <Sections current={id} />;
  return noun === 'texts' ? <ConversationList current={id} /> : <RoomList current={id} />;
}

function Open({ noun, id, part }: { noun: string; id: string; part: string }) {
  if (noun === 'administration') return <Administration section={id} id={part} />;
  if (!id) return <p class="quiet">Choose one of the list.</p>;
  return noun === 'texts' ? <Texts id={id} /> : <Room id={id} />;
}

async function signOut() {
  await attempt(SIGN_OUT, {}).catch(() => {}); // the token is forgotten all the same
  session.end();
}
