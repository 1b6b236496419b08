import { useEffect, useRef } from 'preact/hooks';
import { addressOf } from '../address';
import { InvitationButtons } from '../invitation/buttons';
import { Heading } from '../parts/heading';
import { Composer } from './composer';
import { CustomerInformation } from './customer';
import { statusLabels } from './list';
import { LiveRoom } from './live-room';
import { People } from './people';
import { Timeline } from './timeline';

export function Room({ id }: { id: string }) {
  const live = useLiveRoom(id);
  const situation = live.situation.value;
  if (!situation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const closed = situation.status === 'CLOSED';
  return (
    <article key={live.openedAs} class="room" aria-labelledby="room-name">
      <header>
        <a class="back" href={addressOf('rooms')}>Rooms</a>
        <Heading id="room-name">{situation.name}</Heading>
        <span class="quiet">{statusLabels[situation.status]}</span>
        <InvitationButtons room={situation} />
      </header>
      <CustomerInformation room={situation} />
      <People situation={situation} />
      <Timeline live={live} />
      {closed ? <p class="quiet">This room is closed.</p> : <Composer live={live} />}
      <p class="refusal" role="alert">{live.refusal}</p>
    </article>
  );
}

/** The room at an address: still the same where it has another id, having become one with another. */
function useLiveRoom(id: string) {
  const live = useRef<LiveRoom | null>(null);
  if (live.current?.id !== id) {
    live.current?.close();
    live.current = new LiveRoom(id);
  }
  useEffect(() => () => live.current!.close(), []);
  return live.current;
}
