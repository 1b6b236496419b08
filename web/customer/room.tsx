import { useEffect } from 'preact/hooks';
import { reconnecting } from '../client/connection';
import { Heading } from '../parts/heading';
import { Composer } from '../room/composer';
import { UploadList } from '../room/document/upload-list';
import type { LiveRoom } from '../room/live-room';
import { People } from '../room/people';
import { Screens } from '../room/screen/screens';
import { ShareScreenButton } from '../room/screen/share-button';
import { Timeline } from '../room/timeline';

/** The room as the customer sees it. One that is closed stays on the screen. */
export function Room({ live }: { live: LiveRoom }) {
  const situation = live.situation.value;
  const name = situation?.name;
  useEffect(() => void (document.title = name ?? document.title), [name]);
  if (!situation) return <p class="loading quiet" role="status">Loading…</p>;
  const closed = situation.status === 'CLOSED';
  return (
    <main class="room" aria-labelledby="room-name">
      <header>
        <Heading level={1} id="room-name">{situation.name}</Heading>
        <p class="connection" role="status">{reconnecting.value && !closed && 'Reconnecting…'}</p>
        <ShareScreenButton live={live} />
      </header>
      {!closed && <People live={live} />}
      <div class="with-screens">
        <Screens live={live} />
        <div class="talk">
          <Timeline live={live} />
          {closed && <UploadList live={live} />}
          {closed ? <p class="closed" role="status">This room is closed.</p> : <Composer live={live} />}
        </div>
      </div>
    </main>
  );
}
