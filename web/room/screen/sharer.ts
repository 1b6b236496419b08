import { signal } from '@preact/signals';
import type { Person, ScreenShare } from '../live-room';
import type { Input } from './control';
import { Line, Peer, type Signal } from './peer';
import { changed, type Pointer } from './pointer';

// One person may watch in several windows; whoever asks for more costs the oldest.
const windowsOfOne = 3;
const forgottenMs = 10_000;

/** Shows a stream to everyone who asks to watch a share, until it is stopped. */
export class Sharer {
  /** Where others point on it, and what they press. */
  readonly pointers = signal<Pointer[]>([]);

  #line: Line;
  #peers = new Map<string, Peer>();
  #forget = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(readonly share: ScreenShare, readonly stream: MediaStream) {
    this.#line = new Line(share, {
      onSignal: (signal, viewer) => this.#hear(signal, viewer),
      onControl: (inputs, actor) => this.#point(inputs, actor),
    });
  }

  /** Shows somebody nothing any more. */
  drop(viewerId: string) {
    this.#of(viewerId).forEach((peer) => this.#close(peer));
    this.#forgetPointer(viewerId);
  }

  stop() {
    this.#line.close();
    this.#peers.forEach((peer) => peer.close());
    this.#forget.forEach(clearTimeout);
    this.stream.getTracks().forEach((track) => track.stop());
  }

  #hear(signal: Signal, viewer: Person) {
    if (signal.type === 'watch') return this.#offer(signal.attempt, viewer.id);
    const peer = this.#peers.get(signal.attempt);
    if (peer?.other === viewer.id) return peer.hear(signal);
  }

  #offer(attempt: string, viewerId: string) {
    if (this.#peers.has(attempt)) return;
    const former = this.#of(viewerId);
    if (former.length === windowsOfOne) this.#close(former[0]!);
    const peer = new Peer(this.#line, viewerId, attempt);
    this.#peers.set(attempt, peer);
    peer.onState = (state) => state === 'failed' && this.#close(peer);
    this.stream.getTracks().forEach((track) => peer.connection.addTrack(track, this.stream));
    return peer.describe();
  }

  #of(viewerId: string) {
    return [...this.#peers.values()].filter((peer) => peer.other === viewerId);
  }

  #close(peer: Peer) {
    peer.close();
    this.#peers.delete(peer.attempt);
  }

  #point(inputs: Input[], actor: Person) {
    const others = this.pointers.value.filter(({ person }) => person.id !== actor.id);
    const former = this.pointers.value.find(({ person }) => person.id === actor.id);
    this.pointers.value = [...others, inputs.reduce(changed, former ?? { person: actor, x: 0, y: 0, pressed: false, typed: '' })];
    clearTimeout(this.#forget.get(actor.id));
    this.#forget.set(actor.id, setTimeout(() => this.#forgetPointer(actor.id), forgottenMs));
  }

  #forgetPointer(actorId: string) {
    this.pointers.value = this.pointers.value.filter(({ person }) => person.id !== actorId);
  }
}
