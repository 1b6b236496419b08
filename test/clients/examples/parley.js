// What a client of Parley does in the same way whatever library it uses: it follows a room without a gap, and sends once.
import { createClient } from 'graphql-ws';

const passing = ['THROTTLED', 'INTERNAL'];

/** What the server answered in place of data. `codes` say why, `passes` whether the same may be answered later. */
export class Refusal extends Error {
  constructor(errors) {
    super(errors.map(({ message }) => message).join(' '));
    this.codes = errors.map(({ code, extensions }) => code ?? extensions?.code);
    this.passes = this.codes.every((code) => passing.includes(code));
    this.retryAfterMs = Math.max(0, ...errors.map(({ extensions }) => extensions?.retryAfterMs ?? 0));
  }
}

/** Gives a mutation's payload, or throws what it refuses: that is for the person who asked. */
export function accepted(payload) {
  if (payload.userErrors.length > 0) throw new Refusal(payload.userErrors);
  return payload;
}

/** Asks again and again, until there is an answer or a refusal. A mutation needs an idempotency key, or to do no harm twice. */
export async function untilAnswered(request) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await request();
    } catch (loss) {
      await pauseUnlessFinal(loss, attempt);
    }
  }
}

/**
 * Calls `onEvent` with each event of a room that comes after a cursor: once and in order, whatever the network does.
 * `listen(after, onEvent)` subscribes; its promise ends as the subscription does. Returns when the room is closed or `signal` says
 * so; throws a Refusal where trying again is of no use.
 */
export async function follow(listen, after, onEvent, signal) {
  for (let attempt = 0; !signal.aborted; attempt++) {
    let last;
    try {
      await listen(after, (event) => {
        onEvent(event);
        after = event.cursor ?? after;
        attempt = 0;
        last = event.__typename;
      });
      if (last !== 'RoomMerged') return; // a room that went into another goes on there, by its old id
    } catch (loss) {
      await pauseUnlessFinal(loss, attempt);
    }
  }
}

/** Shows a room, and what happens there from then on: anew, where the server has lost the history that the cursor belongs to. */
export async function show(parley, roomId, { onRoom, onEvent }, signal) {
  for (;;) {
    const room = await parley.fetchRoom(roomId);
    onRoom(room);
    try {
      return await parley.followRoom(roomId, room.lastCursor, onEvent, signal);
    } catch (refusal) {
      if (!refusal.codes.includes('CURSOR_EXPIRED')) throw refusal;
    }
  }
}

/** Who is asking: headers of a request, and what a WebSocket begins with. */
export function credentials(accessToken) {
  return accessToken ? { authorization: `Bearer ${accessToken}` } : {};
}

/** The WebSocket of all subscriptions. It is open while there are any, and asks for the token each time that it opens. */
export function createSocket(url, accessToken, pingMs = 10_000) {
  let silence;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: () => credentials(accessToken()),
    retryAttempts: 0, // it would subscribe again with the cursor of the beginning; `follow` does it with the last one
    connectionAckWaitTimeout: pingMs,
    keepAlive: pingMs,
    on: {
      // A ping that stays unanswered means that the connection is gone although nobody said so.
      ping: (received) => {
        if (!received) silence = setTimeout(() => socket.terminate(), pingMs / 2);
      },
      pong: () => clearTimeout(silence),
      closed: () => clearTimeout(silence),
    },
  });
  const subscribe = (request, { next, error, complete }) =>
    socket.subscribe(request, { next, complete, error: (loss) => error(errorOf(loss)) });
  return { ...socket, subscribe };
}

/** `fetch` that does not wait for ever: what is not answered is asked again. */
export function impatientFetch(input, init) {
  const patience = AbortSignal.timeout(typeof init.body === 'string' ? 30_000 : 600_000);
  return fetch(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, patience]) : patience });
}

// graphql-ws says errors of an operation as a list, and a lost connection as the event of its close.
function errorOf(loss) {
  if (Array.isArray(loss)) return new Refusal(loss);
  if ([4401, 4403].includes(loss.code)) return new Refusal([{ code: 'UNAUTHENTICATED', message: loss.reason }]);
  return new Error('The connection is lost.', { cause: loss });
}

// Waits longer from attempt to attempt, and not at the same moment as all others who lost their connection.
async function pauseUnlessFinal(loss, attempt) {
  if (loss instanceof Refusal && !loss.passes) throw loss;
  const growing = Math.min(10_000, 250 * 2 ** attempt) * (0.5 + Math.random() / 2);
  await new Promise((resume) => setTimeout(resume, Math.max(growing, loss.retryAfterMs ?? 0)));
}
