// The list of rooms: which are wanted, in what order, and what is there.
import { effect, signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { FragmentOf, ResultOf, VariablesOf } from '../../client/graphql';
import { GrowingList } from '../../client/growing-list';
import { oneAtATime } from '../../client/one-at-a-time';
import { accessToken } from '../../client/session';
import { myId } from '../member/me';
import { ROOMS, ROOMS_WITH_NEWS, type ROW, SEARCH } from './operations';

type Wanted = Pick<VariablesOf<typeof ROOMS>, 'filter' | 'order'>;
type Hits = ResultOf<typeof SEARCH>['searchMessages']['nodes'];

/** The order they are in until another is wanted. */
export const newestActivity = { field: 'UPDATED_AT', direction: 'DESC' } as const;

/** Which of them. */
export const status = signal<'' | 'DRAFT' | 'ACTIVE' | 'TIMED_OUT' | 'CLOSED'>('');
export const agentId = signal('');
export const order = signal<Wanted['order']>(newestActivity);
export const search = signal('');

/** What there is of them. */
export const list = new GrowingList<FragmentOf<typeof ROW>>(10);

/** What was written that has the words that are searched. */
export const hits = signal<Hits>([]);

/** In how many of the member's own rooms, among the newest, there is something that they have not read. */
export const withNews = signal(0);

/** Reads the list anew. Whatever happens in a room is a reason to. */
export const look = oneAtATime(async () => {
  if (!accessToken.value) return;
  const words = search.value.trim();
  const [, written] = await Promise.all([readRooms(), hasLetters(words) ? ask(SEARCH, { words }) : null, readNews()]);
  hits.value = written?.searchMessages.nodes ?? [];
});

/** Whether only some of the rooms are wanted. */
export function isFiltered() {
  return Boolean(search.value.trim() || status.value || agentId.value);
}

export function forget() {
  list.forget();
  hits.value = [];
  withNews.value = 0;
  search.value = status.value = agentId.value = '';
  order.value = newestActivity;
}

/** Goes on reading it for as long as the member is signed in: now, and whenever something else is wanted. */
export function keepLooking() {
  return effect(() => {
    wanted();
    list.count.value;
    myId.value;
    look();
  });
}

function readRooms() {
  const choice = wanted();
  return list.read(async (first, after) => (await ask(ROOMS, { ...choice, first, after })).rooms);
}

async function readNews() {
  if (!myId.value) return;
  const { rooms } = await ask(ROOMS_WITH_NEWS, { agentId: myId.value });
  withNews.value = rooms.nodes.filter((room) => room.unreadCount > 0).length;
}

function wanted() {
  const words = search.value.trim();
  const filter: Wanted['filter'] = { status: status.value ? [status.value] : null, agentId: agentId.value || null, ...filterOf(words) };
  return { filter, order: order.value };
}

/** Finds rooms by the beginning of whatever was typed of their customers: a name, a number, or an address. */
export function filterOf(words: string) {
  if (!words) return {};
  if (words.includes('@')) return { email: words };
  return /^\+?[\d\s()-]+$/.test(words) ? { phone: words } : { customerName: words };
}

function hasLetters(words: string) {
  return /[\p{L}\p{N}]/u.test(words);
}
