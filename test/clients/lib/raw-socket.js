// A WebSocket without a client library, to do what a client library never does.
import { on, once } from 'node:events';
import WebSocket from 'ws';
import { bearer, socketUrl } from './server.js';

export class RawSocket {
  #socket;
  #messages;

  static async open(protocols = ['graphql-transport-ws']) {
    const raw = new RawSocket();
    raw.#socket = new WebSocket(socketUrl, protocols);
    raw.#messages = on(raw.#socket, 'message');
    raw.closed = once(raw.#socket, 'close').then(([code]) => code);
    await once(raw.#socket, 'open');
    return raw;
  }

  /** A connection on which `connection_init` was acknowledged. */
  static async acknowledged(accessToken) {
    const raw = await RawSocket.open();
    raw.init(accessToken);
    await raw.receive('connection_ack');
    return raw;
  }

  init(accessToken) {
    this.send({ type: 'connection_init', payload: bearer(accessToken) });
  }

  subscribe(id, query, variables) {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  send(message) {
    this.write(JSON.stringify(message));
  }

  write(text) {
    this.#socket.send(text);
  }

  /** The next message of a type; others before it are passed over. */
  async receive(type) {
    for (;;) {
      const { value } = await this.#messages.next();
      const message = JSON.parse(value[0]);
      if (message.type === type) return message;
    }
  }

  close() {
    this.#socket.close();
    return this.closed;
  }
}
