import { useEffect, useRef } from 'preact/hooks';
import { Avatar } from '../../parts/avatar';
import { Heading } from '../../parts/heading';
import { BackIcon } from '../../parts/icons';
import { Composer } from '../../room/composer';
import { People } from '../../room/people';
import { Timeline } from '../../room/timeline';
import { addressOf } from '../address';
import { InvitationButtons } from '../invitation/buttons';
import { mayServe } from '../member/me';
import { CustomerInformation } from './customer';
import { RoomAtDesk } from './details';
import { RoomMenu } from './menu';
import { statusLabels } from './status';
import './room.css';

export function Room({ id }: { id: string }) {
  const { live, details } = useRoom(id);
  const situation = live.situation.value;
  if (!situation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const closed = situation.status === 'CLOSED';
  const room = details.value;
  return (
    <article key={live.openedAs} class="room" aria-labelledby="room-name">
      <header>
        <a class="back" href={addressOf('rooms')}><BackIcon /> Rooms</a>
        <Avatar name={situation.name} />
        <div class="what">
          <Heading id="room-name">{situation.name}</Heading>
          <span class="chip">{statusLabels[situation.status]}</span>
        </div>
        {mayServe.value && room && !closed && (
          <div class="actions">
            <InvitationButtons room={room} />
            <RoomMenu room={room} />
          </div>
        )}
      </header>
      {situation.status === 'TIMED_OUT' && (
        <p class="notice" role="status">
          Nothing has happened here for long, so this room has timed out: the customer cannot write until they are re-invited.
        </p>
      )}
      <div class="sides">
        {room && <CustomerInformation room={room} />}
        <div class="talk">
          <People live={live} />
          <Timeline live={live} />
          {closed && <p class="notice" role="status">This room is closed: it can be read, and nothing is added.</p>}
          {!closed && mayServe.value && <Composer live={live} />}
          <p class="refusal" role="alert">{live.refusal}</p>
        </div>
      </div>
    </article>
  );
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
