// What somebody has who has come in: requests with their token, and one WebSocket on which they follow what happens, without a
// gap and without a repetition, across lost connections.
import { createClient } from '/assets/vendor/graphql-ws/client.js';
import { ApiError, pause, request, requestUntilAnswered, socketUrl } from '/assets/api.js';

const silenceMs = 5_000;

export class Connection {
  #accessToken;
  #client;

  constructor(accessToken) {
    this.#accessToken = accessToken;
    this.#client = connect(accessToken);
  }

  /** Runs a query or mutation until there is an answer. See requestUntilAnswered. */
  ask(query, variables, onWait = () => {}) {
    return requestUntilAnswered(query, variables, this.#accessToken, onWait);
  }

  /** Runs a mutation once, whatever becomes of it. See request. */
  once(query, variables, options) {
    return request(query, variables, this.#accessToken, options);
  }

  /**
   * Calls `onEvent` with each event of a subscription that comes after the cursor in `variables.after`, and `onLive(false)` and
   * `onLive(true)` as the connection is lost and has caught up again. What `onEvent` returns, if anything, are the variables to
   * go on with. Ends when `signal` says so; or by throwing an ApiError, when the server refuses to go on.
   */
  async follow({ query, variables, onEvent, onLive = () => {}, signal }) {
    for (let attempt = 0; !signal?.aborted; attempt++) {
      const results = this.#client.iterate({ query, variables });
      const stop = () => results.return();
      signal?.addEventListener('abort', stop);
      try {
        for await (const { data, errors } of results) {
          if (errors) throw new ApiError(errors);
          const [event] = Object.values(data);
          attempt = 0;
          if (event.__typename.endsWith('CaughtUp')) onLive(true);
          variables = onEvent(event) ?? { ...variables, after: event.cursor ?? variables.after };
        }
      } catch (loss) {
        stopIfRefused(loss);
      } finally {
        signal?.removeEventListener('abort', stop);
      }
      if (signal?.aborted) return;
      onLive(false);
      await pause(attempt);
    }
  }

  close() {
    this.#client.dispose();
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
