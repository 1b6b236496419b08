import { useEffect, useRef } from 'preact/hooks';
import { Avatar } from '../../parts/avatar';
import { Heading } from '../../parts/heading';
import { BackIcon } from '../../parts/icons';
import { Composer } from '../../room/composer';
import { ShareDocs } from '../../room/document/share';
import { UploadList } from '../../room/document/upload-list';
import type { Attendee } from '../../room/live-room';
import { People } from '../../room/people';
import { Screens } from '../../room/screen/screens';
import { Timeline } from '../../room/timeline';
import { addressOf } from '../address';
import { InvitationButtons } from '../invitation/buttons';
import { serves } from '../member/me';
import { Support } from '../support/session';
import { SpecialistMenu } from '../support/specialist-menu';
import { StartSession } from '../support/start';
import { CustomerInformation } from './customer';
import { RoomAtDesk } from './details';
import { RoomMenu } from './menu';
import { statusLabels } from './status';
import './room.css';

/** A room, at a message that is sought if one is. */
export function Room({ id, sought }: { id: string; sought?: string }) {
  const room = useRoom(id);
  const { live } = room;
  const situation = live.situation.value;
  if (!situation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const details = room.details.value;
  const session = details?.supportSession;
  const closed = situation.status === 'CLOSED';
  return (
    <article key={live.openedAs} class="room" aria-labelledby="room-name">
      <header>
        <a class="back" href={addressOf('rooms')}><BackIcon /> Rooms</a>
        <Avatar name={situation.name} />
        <div class="what">
          <Heading id="room-name">{situation.name}</Heading>
          <span class="chip">{statusLabels[situation.status]}</span>
        </div>
        {serves.value && details && !closed && (
          <div class="actions">
            <InvitationButtons room={details} />
            <ShareDocs live={live} />
            {!session && <StartSession room={room} />}
            <RoomMenu room={details} />
          </div>
        )}
      </header>
      <Support room={room} session={session} />
      {situation.status === 'TIMED_OUT' && (
        <p class="notice" role="status">
          Nothing has happened here for long, so this room has timed out: the customer cannot write until they are re-invited.
        </p>
      )}
      <div class="sides">
        {details && <CustomerInformation room={details} />}
        <div class="with-screens">
          <Screens live={live} />
          <div class="talk">
            <People live={live} menuOf={(person) => <MenuOf room={room} person={person} />} />
            <Timeline live={live} sought={sought} />
            {closed && <p class="notice" role="status">This room is closed: it can be read, and nothing is added.</p>}
            {closed ? <UploadList live={live} /> : serves.value && <Composer live={live} />}
            <p class="refusal" role="alert">{live.refusal}</p>
          </div>
        </div>
      </div>
    </article>
  );
}

function MenuOf({ room, person }: { room: RoomAtDesk; person: Attendee }) {
  const session = room.details.value?.supportSession;
  if (!session || !serves.value || person.__typename !== 'Specialist') return null;
  return <SpecialistMenu specialist={person} allowsControl={session.portal.allowsControl} />;
}

/** The room at an address: still the same where it has another id, having become one with another. */
function useRoom(id: string) {
  const room = useRef<RoomAtDesk | null>(null);
  if (room.current?.live.id !== id) {
    room.current?.close();
    room.current = new RoomAtDesk(id);
  }
  useEffect(() => () => room.current!.close(), []);
  return room.current;
}
