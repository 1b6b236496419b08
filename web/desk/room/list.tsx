import { addressOf, go } from '../address';
import { change, newKey } from '../../client/connection';
import { Time } from '../../parts/time';
import { useSubmission } from '../../parts/use-submission';
import { serves } from '../member/me';
import { CREATE_ROOM } from './operations';
import * as rooms from './rooms';

const orders = {
  'Newest activity': { field: 'UPDATED_AT', direction: 'DESC' },
  'Oldest activity': { field: 'UPDATED_AT', direction: 'ASC' },
  'Newest first': { field: 'CREATED_AT', direction: 'DESC' },
  'Oldest first': { field: 'CREATED_AT', direction: 'ASC' },
} as const;

export const statusLabels = { DRAFT: 'Draft', ACTIVE: 'Active', TIMED_OUT: 'Timed out', CLOSED: 'Closed', MERGED: 'Merged' } as const;
const filters = { '': 'All', DRAFT: 'Draft', ACTIVE: 'Active', TIMED_OUT: 'Timed out', CLOSED: 'Closed' } as const;

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
      {found?.rooms.nodes.length === 0 && <p class="quiet">No room is like that.</p>}
      <ul>
        {found?.rooms.nodes.map((room) => (
          <li key={room.id}>
            <a href={addressOf('rooms', room.id)} aria-current={room.id === current ? 'page' : undefined}>
              <strong>{room.name}</strong>
              {room.unreadCount > 0 && (
                <span class="unread">
                  {room.unreadCount}
                  <span class="unseen"> unread</span>
                </span>
              )}
              <span class="quiet">
                {statusLabels[room.status]} · {room.createdBy.name} · <Time at={room.lastActivityAt} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {found?.rooms.pageInfo.hasNextPage && rooms.first.value < 100 && (
        <button class="quiet" onClick={() => (rooms.first.value += rooms.step)}>More rooms</button>
      )}
      <Hits />
    </section>
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
  return (
    <search>
      <input type="search" aria-label="Search" placeholder="Names, and what was written" value={rooms.search} onInput={typed} />
      <select aria-label="Status" onChange={(event) => (rooms.status.value = event.currentTarget.value as keyof typeof filters)}>
        {Object.entries(filters).map(([status, label]) => (
          <option key={status} value={status} selected={status === rooms.status.value}>{label}</option>
        ))}
      </select>
      <select aria-label="Order" onChange={(event) => (rooms.order.value = orders[event.currentTarget.value as keyof typeof orders])}>
        {Object.entries(orders).map(([label, order]) => (
          <option key={label} selected={order === rooms.order.value}>{label}</option>
        ))}
      </select>
    </search>
  );
}

/** What was written that has the words that are searched. */
function Hits() {
  const hits = rooms.found.value?.searchMessages?.nodes ?? [];
  if (hits.length === 0) return null;
  return (
    <>
      <h3>Written</h3>
      <ul aria-label="Messages found">
        {hits.map((message) => (
          <li key={message.id}>
            <a href={addressOf('rooms', message.room.id)}>
              <strong>{message.room.name}</strong>
              <span class="excerpt">{message.body}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

let typing: ReturnType<typeof setTimeout>;

function typed({ currentTarget }: { currentTarget: HTMLInputElement }) {
  clearTimeout(typing);
  typing = setTimeout(() => (rooms.search.value = currentTarget.value), 250);
}
