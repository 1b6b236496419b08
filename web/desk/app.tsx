import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { reconnecting } from '../client/connection';
import * as session from '../client/session';
import { RoomIcon } from '../parts/icons';
import { later } from '../parts/later';
import { addressOf, place } from './address';
import { Sections } from './administration/sections';
import * as chats from './conversation/conversations';
import { ConversationList } from './conversation/list';
import { Offer } from './conversation/offer';
import { Texts } from './conversation/texts';
import { followInbox, forget } from './inbox';
import { AccountMenu } from './member/account';
import { isAdministrator, keepLooking } from './member/me';
import { SignIn } from './member/sign-in';
import { StateButton } from './member/state';
import * as leftUploads from './room/left-uploads';
import { RoomList } from './room/list';
import { Room } from './room/room';
import * as rooms from './room/rooms';
import { useTitle } from './title';
import './app.css';

const Administration = later(() => import('./administration/administration'));

export function App() {
  return session.accessToken.value ? <Desk /> : <SignIn />;
}

function Desk() {
  useEffect(() => {
    const leaving = new AbortController();
    const stops = [rooms.keepLooking(), chats.keepLooking(), keepLooking()];
    followInbox(leaving.signal).catch(() => session.end());
    return () => {
      leaving.abort();
      stops.forEach((stop) => stop());
      leftUploads.stop();
      forget();
    };
  }, []);
  useTitle();
  const { noun, id, part } = place.value;
  return (
    <div class="desk" data-open={id !== ''}>
      <header class="top">
        <h1>Parley <span>Desk</span></h1>
        <nav aria-label="Desk">
          <NounLink noun="rooms" news={rooms.withNews.value}>Rooms</NounLink>
          <NounLink noun="texts" news={chats.news.value.size}>Text messages</NounLink>
          {isAdministrator.value && <NounLink noun="administration">Administration</NounLink>}
        </nav>
        <p class="connection" role="status">{reconnecting.value && 'Reconnecting…'}</p>
        <StateButton />
        <AccountMenu />
      </header>
      <div>
        <Offer />
        <leftUploads.LeftUploads />
      </div>
      <main>
        <div class="lists"><List noun={noun} id={id} /></div>
        <div class="open"><Open noun={noun} id={id} part={part} /></div>
      </main>
    </div>
  );
}

/** A way to one of the things that the desk is about, with how many of them have news. */
function NounLink({ noun, news = 0, children }: { noun: string; news?: number; children: ComponentChildren }) {
  return (
    <a href={addressOf(noun)} aria-current={place.value.noun === noun ? 'true' : undefined}>
      {children}
      {news > 0 && <span class="unread">{news}<span class="unseen"> with news</span></span>}
    </a>
  );
}

function List({ noun, id }: { noun: string; id: string }) {
  if (noun === 'administration') return <Sections current={id} />;
  return noun === 'texts' ? <ConversationList current={id} /> : <RoomList current={id} />;
}

function Open({ noun, id, part }: { noun: string; id: string; part: string }) {
  if (noun === 'administration') return <Administration section={id} id={part} />;
  if (id) return noun === 'texts' ? <Texts id={id} /> : <Room id={id} sought={part || undefined} />;
  return (
    <div class="unopened empty">
      <RoomIcon />
      <p>{noun === 'texts' ? 'Choose a chat, or write a new text message.' : 'Choose a room, or open a new one and invite a customer.'}</p>
    </div>
  );
}
