// Documents that are on their way into rooms that are not looked at any more: they go on, and are seen wherever one is at the desk.
import { signal } from '@preact/signals';
import { accessToken } from '../../client/session';
import type { Upload } from '../../room/document/uploads';
import type { LiveRoom } from '../../room/live-room';
import { addressOf } from '../address';
import './left-uploads.css';

const left = signal<LiveRoom[]>([]);

/** Notes that a room is not looked at any more, for as long as something is on its way into it. With who signs out all of it ends. */
export function leave(live: LiveRoom) {
  left.value = [...left.value, live].filter(isBusy);
  if (!accessToken.peek()) stop();
}

/** What is on its way into a room that is looked at again. */
export function takeUp(id: string) {
  const again = left.value.find((live) => live.id === id);
  left.value = left.value.filter((live) => live !== again);
  return again?.uploads;
}

/** Stops all of it. */
export function stop() {
  for (const { uploads } of left.value) uploads.list.value.forEach(({ id }) => uploads.remove(id));
  left.value = [];
}

function isBusy({ uploads }: LiveRoom) {
  return uploads.list.value.length > 0;
}

/** How far it is, each with the way to its room. */
export function LeftUploads() {
  const busy = left.value.filter(isBusy);
  if (busy.length === 0) return null;
  return (
    <section class="left-uploads" aria-label="Documents on their way into other rooms">
      <ul>
        {busy.flatMap((live) => live.uploads.list.value.map((upload) => <Line key={upload.id} live={live} upload={upload} />))}
      </ul>
    </section>
  );
}

function Line({ live, upload: { file, sent, state, refusal } }: { live: LiveRoom; upload: Upload }) {
  const room = <a href={addressOf('rooms', live.id)}>{live.situation.value?.name ?? 'the room'}</a>;
  if (state === 'refused') return <li><span role="alert">{file.name} was not shared in {room}: {refusal}</span></li>;
  return <li>Sharing {file.name} in {room} · {state === 'interrupted' ? 'trying again…' : percentage(sent, file.size)}</li>;
}

function percentage(sent: number, size: number) {
  return `${Math.floor((100 * sent) / (size || 1))} %`;
}
