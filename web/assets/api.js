// The road from a page to the GraphQL API.

/** Where the WebSocket of the API is. */
export const socketUrl = new URL('/graphql', location.href.replace(/^http/, 'ws')).href;

/** What the API answered in place of data. `codes` are the `extensions.code` of its errors. */
export class ApiError extends Error {
  constructor(errors) {
    super(errors.map((error) => error.message).join(' '));
    this.codes = errors.map((error) => error.extensions?.code);
    this.retryAfterMs = Math.max(0, ...errors.map((error) => error.extensions?.retryAfterMs ?? 0));
  }
}

/**
 * Runs a query or mutation. Throws an ApiError for what the server refused, any other error when it was not reached. `options`
 * are those of fetch.
 */
export async function request(query, variables, accessToken, options) {
  const response = await fetch('/graphql', {
    ...options,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new ApiError(errors);
  return data;
}

/** What to tell a person of an error that `request` has thrown. */
export function messageOf(error) {
  return error instanceof ApiError ? error.message : 'There is no connection. Please try again.';
}

/** A new idempotency key. */
export function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

/**
 * Runs a query or mutation until there is an answer, however long the server cannot be reached. What is repeated must
 * carry an idempotency key. `onWait` is told each time that it has to be tried again.
 */
export async function requestUntilAnswered(query, variables, accessToken, onWait) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await request(query, variables, accessToken);
    } catch (error) {
      if (error instanceof ApiError && !isPassing(error)) throw error;
      onWait();
      await pause(attempt, error.retryAfterMs);
    }
  }
}

// Errors that the same request may not meet again.
function isPassing(error) {
  return error.codes.every((code) => code === 'THROTTLED' || code === 'INTERNAL');
}

/** Waits longer from attempt to attempt, at most 10 seconds, and no longer once the browser is back online. */
export function pause(attempt, atLeastMs = 0) {
  const growing = Math.min(10_000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(growing, atLeastMs));
    addEventListener('online', done);
  });
}

/** A function that does `work`, never twice at a time: who calls it meanwhile has it done once more, afterwards. */
export function oneAtATime(work) {
  let wanted = false;
  let busy = false;
  return async () => {
    wanted = true;
    if (busy) return;
    busy = true;
    try {
      for (; wanted; await work()) wanted = false;
    } finally {
      busy = false;
    }
  };
}
