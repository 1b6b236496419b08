import { signal } from '@preact/signals';
import { attempt, newKey } from '../../client/connection';
import type { Person, ScreenShare } from '../live-room';
import type { Input } from './control';
import { CONTROL } from './operations';
import { Line, Peer, type Signal } from './peer';

/** Watches a share until it is told to stop, however often the connection to its sharer fails. */
export class Watcher {
  /** The pictures; null until they come. */
  readonly stream = signal<MediaStream | null>(null);
  /** How the connection to the sharer is. */
  readonly state = signal<RTCPeerConnectionState>('new');

  #share: ScreenShare;
  #line: Line;
  #peer: Peer;

  constructor(share: ScreenShare) {
    this.#share = share;
    this.#line = new Line(share, { onSignal: (signal, actor) => this.#hear(signal, actor) });
    this.#peer = this.#watch();
  }

  /** Tells the sharer what was done with keyboard and mouse; once: what comes late is worse than what is lost. */
  async control(inputs: Input[]) {
    await attempt(CONTROL, { shareId: this.#share.id, payload: JSON.stringify(inputs) }).catch(() => {});
  }

  stop() {
    this.#line.close();
    this.#peer.close();
  }

  #watch() {
    const peer = new Peer(this.#line, this.#share.sharer.id, newKey());
    peer.connection.ontrack = ({ streams: [stream] }) => (this.stream.value = stream ?? null);
    peer.onState = (state) => {
      this.state.value = state;
      if (state === 'failed') this.#watchAgain();
    };
    peer.send({ type: 'watch' });
    return peer;
  }

  #watchAgain() {
    this.#peer.close();
    this.#peer = this.#watch();
  }

  #hear(signal: Signal, actor: Person) {
    if (actor.id === this.#peer.other && signal.attempt === this.#peer.attempt) return this.#peer.hear(signal);
  }
}
