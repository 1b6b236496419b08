// What only members know of a room that is looked at.
import { signal } from '@preact/signals';
import { ask } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { oneAtATime } from '../../client/one-at-a-time';
import { LiveRoom } from '../../room/live-room';
import { moved } from '../address';
import * as leftUploads from './left-uploads';
import { DETAILS } from './operations';
import * as rooms from './rooms';

export type Details = NonNullable<ResultOf<typeof DETAILS>['room']>;

/** A room as members see it. */
export class RoomAtDesk {
  readonly live: LiveRoom;
  /** Null until it is known. */
  readonly details = signal<Details | null>(null);

  /** Reads the details anew. */
  readonly look = oneAtATime(async () => {
    this.details.value = (await ask(DETAILS, { id: this.live.id })).room;
  });

  constructor(id: string) {
    const reactions = { onMove: (id: string) => moved('rooms', id), onChange: this.look, onRead: rooms.look };
    this.live = new LiveRoom(id, reactions, leftUploads.takeUp(id));
    this.look();
  }

  close() {
    this.live.close();
    leftUploads.leave(this.live);
  }
}
