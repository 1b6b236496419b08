// Sharing a screen: pictures go from browser to browser (WebRTC), and Parley carries what sets that up.
//
// Who wants to see a share follows its events, and then sends whoever shares it a signal of type "watch". That one makes a peer
// connection for it and sends an "offer"; the viewer sends an "answer"; and each sends a "candidate" for every way on which it may
// be reached, as it finds them. All signals carry the name that the viewer has given to the attempt: so windows of one person do
// not get into each other's way, and nothing left over from an attempt before does. Signals are kept in order for as long as
// the share goes on, so a lost socket costs nothing: Connection.follow goes on behind the last one.
import { newKey } from '/assets/api.js';
import { CONTROL, SCREEN_EVENTS, SIGNAL } from '/assets/screen-operations.js';

// No STUN or TURN servers: so two browsers find each other in one network, or where one can be reached from everywhere.
const configuration = { iceServers: [] };

// One person may watch in several windows; whoever asks for more costs the oldest.
const windowsOfOne = 3;

/** Shows a stream to everyone who asks to watch a share, until it is stopped. */
export class Sharer {
  #line;
  #stream;
  #peers = new Map();

  /** `onControl` is told what somebody does who has control: `(inputs, actor)`. */
  constructor(connection, share, stream, onControl) {
    this.#stream = stream;
    this.#line = new Line(connection, share, (signal, actor) => this.#hear(signal, actor), onControl);
  }

  /** Shows somebody nothing any more. */
  drop(viewerId) {
    this.#of(viewerId).forEach((peer) => this.#close(peer));
  }

  stop() {
    this.#line.close();
    this.#peers.forEach((peer) => peer.close());
    this.#stream.getTracks().forEach((track) => track.stop());
  }

  #hear(signal, viewer) {
    if (signal.type === 'watch') return this.#offer(signal.attempt, viewer.id);
    const peer = this.#peers.get(signal.attempt);
    if (peer?.other === viewer.id) return peer.hear(signal);
  }

  #offer(attempt, viewerId) {
    if (this.#peers.has(attempt)) return;
    const former = this.#of(viewerId);
    if (former.length === windowsOfOne) this.#close(former[0]);
    const peer = new Peer(this.#line, viewerId, attempt);
    this.#peers.set(attempt, peer);
    peer.onState = (state) => state === 'failed' && this.#close(peer);
    this.#stream.getTracks().forEach((track) => peer.connection.addTrack(track, this.#stream));
    return peer.describe();
  }

  #of(viewerId) {
    return [...this.#peers.values()].filter((peer) => peer.other === viewerId);
  }

  #close(peer) {
    peer.close();
    this.#peers.delete(peer.attempt);
  }
}

/** Watches a share until it is told to stop, however often the connection to its sharer fails. */
export class Watcher {
  #connection;
  #share;
  #line;
  #peer;

  /** `onStream` is given the pictures, `onState` is told how the connection to the sharer is (RTCPeerConnection.connectionState). */
  constructor(connection, share, { onStream, onState }) {
    this.#connection = connection;
    this.#share = share;
    this.#line = new Line(connection, share, (signal, actor) => this.#hear(signal, actor));
    this.onStream = onStream;
    this.onState = onState;
    this.#watch();
  }

  /** Tells the sharer what was done with keyboard and mouse; once: what comes late is worse than what is lost. */
  control(inputs) {
    return this.#connection.once(CONTROL, { shareId: this.#share.id, payload: JSON.stringify(inputs) });
  }

  stop() {
    this.#line.close();
    this.#peer.close();
  }

  #watch() {
    this.#peer?.close();
    const peer = new Peer(this.#line, this.#share.sharer.id, newKey());
    this.#peer = peer;
    peer.connection.ontrack = ({ streams: [stream] }) => this.onStream(stream);
    peer.onState = (state) => {
      this.onState(state);
      if (state === 'failed') this.#watch();
    };
    peer.send({ type: 'watch' });
  }

  #hear(signal, actor) {
    if (actor.id === this.#peer.other && signal.attempt === this.#peer.attempt) return this.#peer.hear(signal);
  }
}

// One end of a connection between two browsers.
class Peer {
  connection = new RTCPeerConnection(configuration);
  onState = () => {};
  #line;

  constructor(line, other, attempt) {
    this.#line = line;
    this.other = other;
    this.attempt = attempt;
    this.connection.onicecandidate = ({ candidate }) => candidate && this.send({ type: 'candidate', candidate });
    this.connection.onconnectionstatechange = () => this.onState(this.connection.connectionState);
  }

  send(signal) {
    this.#line.send(this.other, { ...signal, attempt: this.attempt });
  }

  async hear(signal) {
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
    this.send(this.connection.localDescription.toJSON());
  }

  close() {
    this.connection.close();
  }
}

// The way on which signals go: to others by requests, one after the other, so that they keep their order; from others by a
// subscription.
class Line {
  #connection;
  #shareId;
  #closing = new AbortController();
  #sent = Promise.resolve();
  #heard = Promise.resolve();

  constructor(connection, share, onSignal, onControl) {
    this.#connection = connection;
    this.#shareId = share.id;
    const listeners = { ScreenShareSignalled: onSignal, ScreenShareControlled: onControl };
    const hear = ({ __typename: type, payload, actor }) => {
      const listener = listeners[type];
      if (listener) this.#heard = this.#heard.then(() => listener(JSON.parse(payload), actor)).catch(ignore);
    };
    connection
      .follow({
        query: SCREEN_EVENTS,
        variables: { shareId: share.id, after: share.lastCursor },
        onEvent: hear,
        signal: this.#closing.signal,
      })
      .catch(ignore); // the room says that the share is over
  }

  send(to, signal) {
    const variables = { shareId: this.#shareId, to, payload: JSON.stringify(signal), key: newKey() };
    this.#sent = this.#sent.then(() => this.#closing.signal.aborted || this.#connection.ask(SIGNAL, variables)).catch(ignore);
  }

  close() {
    this.#closing.abort();
  }
}

// What cannot be understood, or comes for a connection that is closed by now, changes nothing.
function ignore() {}
