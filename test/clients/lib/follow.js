// Following a room the way that the documentation tells clients to: with the last cursor, over either transport.
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { bearer, graphqlUrl, socketUrl } from './server.js';

const EVENTS = `
  subscription Events($roomId: ID!, $after: Cursor) {
    roomEvents(roomId: $roomId, after: $after) {
      __typename
      cursor
      ... on MessagePosted { message { id body } }
      ... on InvitationStatusChanged { status invitation { status } }
    }
  }`;

/**
 * A subscription to a room's events. `until` collects events up to the first that fits; `lose` cuts the connection as a
 * network does; `resume` subscribes again after the last cursor.
 */
export class Follower {
  #open;
  #connection;
  #roomId;
  cursor;
  events = [];

  /** `open` is `overSocket` or `overSse`. */
  constructor(open, accessToken, roomId, after) {
    this.#open = () => open(accessToken);
    this.#roomId = roomId;
    this.cursor = after;
    this.resume();
  }

  resume() {
    this.#connection = this.#open();
    const operation = { query: EVENTS, variables: { roomId: this.#roomId, after: this.cursor } };
    this.results = this.#connection.client.iterate(operation);
  }

  async until(fits) {
    for (;;) {
      const { value, done } = await this.results.next();
      if (done) throw new Error('The subscription ended.');
      if (value.errors) throw new Error(JSON.stringify(value.errors));
      const event = value.data.roomEvents;
      this.cursor = event.cursor ?? this.cursor;
      this.events.push(event);
      if (fits(event)) return event;
    }
  }

  untilCaughtUp() {
    return this.until((event) => event.__typename === 'CaughtUp');
  }

  untilMessage(body) {
    return this.until((event) => event.message?.body === body);
  }

  untilStatus(status) {
    return this.until((event) => event.status === status);
  }

  get bodies() {
    return this.events.filter((event) => event.message).map((event) => event.message.body);
  }

  /** Cuts the connection and waits until the client has noticed; what had arrived by then counts. */
  async lose() {
    this.#connection.cut();
    await this.until(() => false).catch(() => {});
  }

  async close() {
    await this.results.return();
    this.#connection.client.dispose();
  }
}

export function overSocket(accessToken) {
  let socket;
  const client = createSocketClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: bearer(accessToken),
    retryAttempts: 0,
    on: { opened: (opened) => (socket = opened) },
  });
  return { client, cut: () => socket.terminate() };
}

export function overSse(accessToken) {
  const network = new AbortController();
  const client = createSseClient({
    url: graphqlUrl,
    headers: bearer(accessToken),
    retryAttempts: 0,
    fetchFn: (input, init) => fetch(input, { ...init, signal: AbortSignal.any([init.signal, network.signal]) }),
  });
  return { client, cut: () => network.abort() };
}
