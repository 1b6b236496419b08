import { change, newKey } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { afterTyping } from '../../parts/after-typing';
import { Avatar } from '../../parts/avatar';
import { Time } from '../../parts/time';
import { useMore } from '../../parts/use-more';
import { useSubmission } from '../../parts/use-submission';
import { addressOf, go } from '../address';
import { colleagues } from '../member/colleagues';
import { me, serves } from '../member/me';
import { CREATE_ROOM, type ROW } from './operations';
import * as rooms from './rooms';
import { statusLabels } from './status';

const orders = {
  'Newest activity': rooms.newestActivity,
  'Oldest activity': { field: 'UPDATED_AT', direction: 'ASC' },
  'Newest first': { field: 'CREATED_AT', direction: 'DESC' },
  'Oldest first': { field: 'CREATED_AT', direction: 'ASC' },
} as const;

const filters = {
  '': 'All',
  DRAFT: statusLabels.DRAFT,
  ACTIVE: statusLabels.ACTIVE,
  TIMED_OUT: statusLabels.TIMED_OUT,
  CLOSED: statusLabels.CLOSED,
} as const;

export function RoomList({ current }: { current: string }) {
  const found = rooms.found.value;
  return (
    <section class="list" aria-label="Rooms">
      <header>
        <h2>Rooms</h2>
        {serves.value && <NewRoom />}
      </header>
      <Choice />
      {!found && <p class="quiet" role="status">Loading…</p>}
      {found?.length === 0 && (
        <p class="empty" role="status">{rooms.isFiltered() ? 'No room is like that.' : 'There is no room yet. Open one, and invite a customer.'}</p>
      )}
      <Rows found={found ?? []} current={current} />
      <Hits />
    </section>
  );
}

/** Who asks for more goes on at the first of what has come. */
function Rows({ found, current }: { found: FragmentOf<typeof ROW>[]; current: string }) {
  const { list, showMore } = useMore(found.length, () => (rooms.first.value = found.length + rooms.step));
  return (
    <>
      <ul ref={list}>
        {found.map((room) => (
          <li key={room.id}>
            <a href={addressOf('rooms', room.id)} aria-current={room.id === current ? 'page' : undefined}>
              <Avatar name={room.name} />
              <Summary room={room} />
            </a>
          </li>
        ))}
      </ul>
      {rooms.hasMore.value && <button class="quiet more" onClick={showMore}>More rooms</button>}
    </>
  );
}

/** A room in two lines. */
export function Summary({ room }: { room: FragmentOf<typeof ROW> }) {
  return (
    <span class="summary">
      <span class="line">
        <strong>{room.name}</strong>
        <span class="quiet"><Time at={room.lastActivityAt} brief /></span>
      </span>
      <span class="line">
        <span class="quiet">{room.createdBy.name}</span>
        <span class="chip">{statusLabels[room.status]}</span>
        {room.unreadCount > 0 && <span class="unread">{room.unreadCount}<span class="unseen"> unread</span></span>}
      </span>
    </span>
  );
}

function NewRoom() {
  const form = useSubmission(async () => {
    const { createRoom } = await change(CREATE_ROOM, { key: newKey() });
    if (createRoom.room) go('rooms', createRoom.room.id);
    return createRoom.userErrors;
  });
  return (
    <form onSubmit={form.submit}>
      <button disabled={form.busy}>New room</button>
      <p class="refusal" role="alert">{form.note()}</p>
    </form>
  );
}

function Choice() {
  const others = colleagues.value.filter(({ id }) => id !== me.value?.id);
  return (
    <search>
      <input
        type="search"
        aria-label="Search"
        placeholder="Name, number, email, what was written"
        defaultValue={rooms.search.peek()}
        onInput={typed}
      />
      <select aria-label="Status" value={rooms.status} onChange={chosen((value) => (rooms.status.value = value as keyof typeof filters))}>
        {Object.entries(filters).map(([status, label]) => <option key={status} value={status}>{label}</option>)}
      </select>
      <select aria-label="Agent" value={rooms.agentId} onChange={chosen((value) => (rooms.agentId.value = value))}>
        <option value="">Everyone</option>
        {me.value && <option value={me.value.id}>Mine</option>}
        {others.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
      <select aria-label="Order" onChange={chosen((value) => (rooms.order.value = orders[value as keyof typeof orders]))}>
        {Object.entries(orders).map(([label, order]) => (
          <option key={label} selected={order === rooms.order.value}>{label}</option>
        ))}
      </select>
    </search>
  );
}

/** What was written that has the words that are searched. */
function Hits() {
  if (rooms.hits.value.length === 0) return null;
  return (
    <>
      <h3>Written</h3>
      <ul aria-label="Messages found">
        {rooms.hits.value.map((message) => (
          <li key={message.id}>
            <a href={addressOf('rooms', message.room.id)}>
              <span class="summary">
                <span class="line">
                  <strong>{message.room.name}</strong>
                  <span class="quiet"><Time at={message.sentAt} brief /></span>
                </span>
                <span class="excerpt">{message.body}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

// Another choice begins with its first rooms.
function chosen(choose: (value: string) => void) {
  return ({ currentTarget }: { currentTarget: HTMLSelectElement }) => {
    rooms.first.value = rooms.step;
    choose(currentTarget.value);
  };
}

const typed = afterTyping((text) => {
  rooms.first.value = rooms.step;
  rooms.search.value = text;
});
