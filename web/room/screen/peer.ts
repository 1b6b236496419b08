// What both who share a screen and who watch one have: an end of a connection between two browsers, and the way on which the signals
// go that set it up.
//
// Who wants to see a share follows its events, and then sends whoever shares it a signal of type "watch". That one makes a peer
// connection for it and sends an "offer"; the viewer sends an "answer"; and each sends a "candidate" for every way on which it may
// be reached, as it finds them. All signals carry the name that the viewer has given to the attempt: so windows of one person do
// not get into each other's way, and nothing left over from an attempt before does. Signals are kept in order for as long as
// the share goes on, so a lost socket costs nothing: `follow` goes on behind the last one.
import { change, follow, newKey } from '../../client/connection';
import type { Person, ScreenShare } from '../live-room';
import type { Input } from './control';
import { SCREEN_EVENTS, SIGNAL } from './operations';

type Said =
  | { type: 'watch' }
  | { type: RTCSdpType; sdp: string }
  | { type: 'candidate'; candidate: RTCIceCandidateInit };

export type Signal = Said & { attempt: string };

interface Listeners {
  onSignal: (signal: Signal, actor: Person) => Promise<void> | void;
  onControl?: (inputs: Input[], actor: Person) => void;
}

// No STUN or TURN servers: so two browsers find each other in one network, or where one can be reached from everywhere.
const configuration = { iceServers: [] };

/** One end of a connection between two browsers. */
export class Peer {
  readonly connection = new RTCPeerConnection(configuration);
  onState = (_state: RTCPeerConnectionState) => {};
  #line: Line;

  constructor(line: Line, readonly other: string, readonly attempt: string) {
    this.#line = line;
    this.connection.onicecandidate = ({ candidate }) => candidate && this.send({ type: 'candidate', candidate: candidate.toJSON() });
    this.connection.onconnectionstatechange = () => this.onState(this.connection.connectionState);
  }

  send(said: Said) {
    this.#line.send(this.other, { ...said, attempt: this.attempt });
  }

  async hear(signal: Signal) {
    switch (signal.type) {
      case 'offer':
        await this.connection.setRemoteDescription({ type: 'offer', sdp: signal.sdp });
        return this.describe();
      case 'answer':
        return this.connection.setRemoteDescription({ type: 'answer', sdp: signal.sdp });
      case 'candidate':
        return this.connection.addIceCandidate(signal.candidate);
    }
  }

  /** Makes an offer, or the answer to the one that was heard, and sends it. */
  async describe() {
    await this.connection.setLocalDescription();
    const { type, sdp } = this.connection.localDescription!;
    this.send({ type, sdp });
  }

  close() {
    this.connection.close();
  }
}

/**
 * The way on which signals go: to others by requests, one after the other, so that they keep their order; from others by a
 * subscription.
 */
export class Line {
  #shareId: string;
  #closing = new AbortController();
  #sent: Promise<void> = Promise.resolve();
  #heard: Promise<void> = Promise.resolve();

  constructor({ id, lastCursor }: ScreenShare, { onSignal, onControl }: Listeners) {
    this.#shareId = id;
    follow(
      SCREEN_EVENTS,
      { shareId: id, after: lastCursor },
      (event) => {
        switch (event.__typename) {
          case 'ScreenShareSignalled':
            return this.#hear(() => onSignal(JSON.parse(event.payload), event.actor!));
          case 'ScreenShareControlled':
            return this.#hear(() => onControl?.(JSON.parse(event.payload), event.actor!));
        }
      },
      this.#closing.signal,
    ).catch(ignore); // the room says that the share is over
  }

  send(to: string, signal: Signal) {
    const variables = { shareId: this.#shareId, to, payload: JSON.stringify(signal), key: newKey() };
    const pass = async () => void (this.#closing.signal.aborted || (await change(SIGNAL, variables)));
    this.#sent = this.#sent.then(pass).catch(ignore);
  }

  close() {
    this.#closing.abort();
  }

  #hear(listen: () => Promise<void> | void) {
    this.#heard = this.#heard.then(listen).catch(ignore);
  }
}

// What cannot be understood, or comes for a connection that is closed by now, changes nothing.
function ignore() {}
