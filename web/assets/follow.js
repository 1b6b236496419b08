// Following a room over WebSocket, without a gap and without a repetition, across lost connections:
// subscribe with the last cursor; on loss subscribe again with the last cursor.
import { createClient } from '/assets/vendor/graphql-ws/client.js';
import { ApiError, pause, socketUrl } from '/assets/api.js';

const silenceMs = 5_000;

/**
 * Calls `onEvent` with each event of a room that comes after the cursor `after`, and `onLive(false)` and `onLive(true)` as the
 * connection is lost and has caught up again. Where the room goes into another it goes on there. Ends, by throwing an ApiError,
 * only when the server refuses to go on.
 */
export async function follow({ query, roomId, after, accessToken, onEvent, onLive }) {
  const client = connect(accessToken);
  let cursor = after;
  for (let attempt = 0; ; attempt++) {
    try {
      for await (const { data, errors } of client.iterate({ query, variables: { roomId, after: cursor } })) {
        if (errors) throw new ApiError(errors);
        const event = data.roomEvents;
        cursor = event.cursor ?? cursor;
        attempt = 0;
        if (event.__typename === 'CaughtUp') onLive(true);
        if (event.__typename === 'RoomMerged' && event.from.id === roomId) {
          roomId = event.into.id;
          cursor = event.continueAfter;
        }
        onEvent(event);
      }
    } catch (loss) {
      stopIfRefused(loss);
    }
    onLive(false);
    await pause(attempt);
  }
}

// The client does not retry by itself: it would subscribe again with the cursor of the beginning.
function connect(accessToken) {
  let silence;
  const client = createClient({
    url: socketUrl,
    connectionParams: { authorization: `Bearer ${accessToken}` },
    retryAttempts: 0,
    keepAlive: 10_000,
    on: {
      // A ping that stays unanswered means that the connection is gone although nobody said so.
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), silenceMs);
      },
      pong: (received) => {
        if (received) clearTimeout(silence);
      },
      closed: () => clearTimeout(silence),
    },
  });
  return client;
}

const passing = new Set(['THROTTLED', 'INTERNAL']);

// The server refuses with errors in place of events, or by closing the connection as unauthorized or forbidden.
function stopIfRefused(loss) {
  if (Array.isArray(loss)) loss = new ApiError(loss);
  if (loss instanceof ApiError && !loss.codes.every((code) => passing.has(code))) throw loss;
  if (loss.code === 4401 || loss.code === 4403) {
    throw new ApiError([{ message: loss.reason, extensions: { code: 'UNAUTHENTICATED' } }]);
  }
}
