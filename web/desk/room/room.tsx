import { useEffect, useRef } from 'preact/hooks';
import { Heading } from '../../parts/heading';
import { Composer } from '../../room/composer';
import { ShareDocs } from '../../room/document/share';
import { People } from '../../room/people';
import { Timeline } from '../../room/timeline';
import { addressOf } from '../address';
import { InvitationButtons } from '../invitation/buttons';
import { CustomerInformation } from './customer';
import { RoomAtDesk } from './details';
import { statusLabels } from './list';

export function Room({ id }: { id: string }) {
  const { live, details } = useRoom(id);
  const situation = live.situation.value;
  if (!situation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const closed = situation.status === 'CLOSED';
  return (
    <article key={live.openedAs} class="room" aria-labelledby="room-name">
      <header>
        <a class="back" href={addressOf('rooms')}>Rooms</a>
        <Heading id="room-name">{situation.name}</Heading>
        <span class="quiet">{statusLabels[situation.status]}</span>
        {!closed && <ShareDocs live={live} />}
        {details.value && <InvitationButtons room={details.value} />}
      </header>
      {details.value && <CustomerInformation room={details.value} />}
      <People live={live} />
      <Timeline live={live} />
      {closed ? <p class="quiet">This room is closed.</p> : <Composer live={live} />}
      <p class="refusal" role="alert">{live.refusal}</p>
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
