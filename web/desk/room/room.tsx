import { useEffect, useMemo } from 'preact/hooks';
import { addressOf } from '../address';
import { InvitationButtons } from '../invitation/buttons';
import { Composer } from './composer';
import { CustomerInformation } from './customer';
import { statusLabels } from './list';
import { LiveRoom } from './live-room';
import { People } from './people';
import { Timeline } from './timeline';

export function Room({ id }: { id: string }) {
  const live = useMemo(() => new LiveRoom(id), [id]);
  useEffect(() => () => live.close(), [live]);
  const situation = live.situation.value;
  if (!situation) return <p class="quiet" role="status">{live.refusal.value || 'Loading…'}</p>;
  const closed = situation.status === 'CLOSED';
  return (
    <article class="room" aria-labelledby="room-name">
      <header>
        <a class="back" href={addressOf('rooms')}>Rooms</a>
        <h2 id="room-name">{situation.name}</h2>
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
