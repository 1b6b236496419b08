import { change, newKey } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { afterTyping } from '../../parts/after-typing';
import { Time } from '../../parts/time';
import { useSubmission } from '../../parts/use-submission';
import { addressOf, go } from '../address';
import { Rows } from '../list';
import { colleagues } from '../member/colleagues';
import { myId, serves } from '../member/me';
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
  return (
    <section class="list" aria-label="Rooms">
      <header>
        <h2>Rooms</h2>
        {serves.value && <NewRoom />}
      </header>
      <Choice />
      <Rows
        of={rooms.list}
        noun="rooms"
        current={current}
        nameOf={(room) => room.name}
        row={(room) => <Summary room={room} />}
        none={rooms.isFiltered() ? 'No room is like that.' : 'There is no room yet. Open one, and invite a customer.'}
        more="More rooms"
      />
      <Hits />
    </section>
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
  const others = colleagues.value.filter(({ id }) => id !== myId.value);
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
        {myId.value && <option value={myId.value}>Mine</option>}
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
            <a href={addressOf('rooms', message.room.id, message.id)}>
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
    rooms.list.restart();
    choose(currentTarget.value);
  };
}

const typed = afterTyping((text) => {
  rooms.list.restart();
  rooms.search.value = text;
});
