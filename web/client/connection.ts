// The road to the API: requests by urql, and one WebSocket on which a page follows what happens, without a gap and without a
// repetition, across lost connections. There is no cache: what is shown is kept right by the events that are followed.
import { computed, signal } from '@preact/signals';
import { type AnyVariables, Client, CombinedError, fetchExchange, stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { createClient } from 'graphql-ws/client';
import * as session from './session';

const silenceMs = 5_000;
const patienceMs = 60_000; // who has to wait for longer is told so: a limit of an hour or a day is reached
const passing = new Set<unknown>(['THROTTLED', 'INTERNAL']);
const behind = signal(0);

/** Whether something that is followed or asked has lost its connection, and not caught up again. */
export const reconnecting = computed(() => behind.value > 0);

/** What the server answered in place of data. `codes` are the `extensions.code` of its errors. */
export class ApiError extends Error {
  readonly codes: unknown[];
  readonly retryAfterMs: number;

  constructor(errors: readonly { message: string; extensions?: Record<string, unknown> }[]) {
    super(errors.map((error) => error.message).join(' '));
    this.codes = errors.map((error) => error.extensions?.code);
    this.retryAfterMs = Math.max(0, ...errors.map((error) => Number(error.extensions?.retryAfterMs ?? 0)));
  }

  /** Whether the same may be answered if it is asked again. */
  get passes() {
    return this.codes.every((code) => passing.has(code));
  }
}

const requests = new Client({
  url: '/graphql',
  preferGetMethod: false,
  exchanges: [fetchExchange],
  fetchOptions,
});

// Read without a trace: an effect that asks something does not ask it again because somebody comes or goes.
function tokenNow() {
  return session.accessToken.peek();
}

function fetchOptions() {
  return {
    headers: {
      'apollo-require-preflight': 'yes', // requests with files need it
      ...(tokenNow() && { authorization: `Bearer ${tokenNow()}` }),
    },
  };
}

// It does not retry by itself: it would subscribe again with the cursor of the beginning.
let silence: ReturnType<typeof setTimeout>;
let holder: string | undefined; // by whose token the socket was opened
const socket = createClient({
  url: new URL('/graphql', location.href.replace(/^http/, 'ws')).href,
  connectionParams: () => {
    holder = tokenNow();
    return { authorization: `Bearer ${holder}` };
  },
  retryAttempts: 0,
  keepAlive: 10_000,
  on: {
    // A ping that stays unanswered means that the connection is gone although nobody said so.
    ping: (received) => {
      if (!received) silence = setTimeout(() => socket.terminate(), silenceMs);
    },
    pong: (received) => {
      if (received) clearTimeout(silence);
    },
    closed: () => clearTimeout(silence),
  },
});

/** Runs a query, again and again until the server answers. Throws an ApiError for what it refuses. */
export function ask<Data, Variables extends AnyVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables) {
  return untilAnswered(() => requests.query(query, variables).toPromise());
}

/**
 * Runs a mutation, again and again until the server answers: it must do no harm twice, by its nature or by its idempotency
 * key. `onWait` is told each time that it has to be tried again.
 */
export function change<Data, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onWait?: () => void,
) {
  return untilAnswered(() => requests.mutation(mutation, variables).toPromise(), onWait);
}

/** Runs a mutation once, whatever becomes of it. With `keepalive` it goes on when the page is left. */
export async function attempt<Data, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { keepalive = false } = {},
) {
  const asker = tokenNow();
  return dataOf(await requests.mutation(mutation, variables, { fetchOptions: { ...fetchOptions(), keepalive } }).toPromise(), asker);
}

/** What to tell a person of an error that one of these functions has thrown. */
export function messageOf(error: unknown) {
  return error instanceof ApiError ? error.message : 'There is no connection. Please try again.';
}

/** A new idempotency key. */
export function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

/** What a subscription tells: what is stored has a cursor. */
interface Event {
  __typename: string;
  cursor: string | null;
}

/**
 * Calls `onEvent` with each event of a subscription that comes after the cursor in `variables.after`, also across lost
 * connections. What `onEvent` returns, if anything, are the variables to go on with. Ends when `signal` says so, or when what is
 * followed has ended; or by throwing an ApiError, when the server refuses to go on.
 */
export async function follow<Data extends { [field: string]: Event }, Variables extends { after?: string | null }>(
  subscription: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onEvent: (event: Data[keyof Data]) => Variables | void,
  signal: AbortSignal,
) {
  const query = stringifyDocument(subscription);
  const connection = oneOfMany();
  const asker = tokenNow();
  try {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const results = socket.iterate<Data>({ query, variables });
      const stop = () => void results.return?.();
      signal.addEventListener('abort', stop);
      let elsewhere: Variables | void = undefined;
      try {
        for await (const { data, errors } of results) {
          if (errors || !data) throw new ApiError(errors ?? []);
          if (signal.aborted) return;
          const event = Object.values(data)[0] as Data[keyof Data];
          attempt = 0;
          if (event.__typename.endsWith('CaughtUp')) connection.isLive();
          elsewhere = onEvent(event);
          variables = elsewhere ?? (event.cursor ? { ...variables, after: event.cursor } : variables);
        }
        // It was told to its end: it has become one with another, where it goes on, or that was all.
        if (elsewhere) continue;
        return;
      } catch (loss) {
        stopIfRefused(loss, asker);
      } finally {
        signal.removeEventListener('abort', stop);
      }
      if (signal.aborted) return;
      connection.isLost();
      await pause(attempt);
    }
  } finally {
    connection.isLive();
  }
}

/**
 * Has something read and then followed, anew wherever more has happened meanwhile than can be told. Gives why the server refuses to
 * go on; nothing where what is followed has ended.
 */
export async function stayWith(readAndFollow: () => Promise<void>) {
  for (;;) {
    try {
      await readAndFollow();
      return '';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.codes.includes('CURSOR_EXPIRED')) return error.message;
    }
  }
}

// Counts what is followed or asked and lost, so that `reconnecting` ends when all have caught up.
function oneOfMany() {
  let lost = false;
  const become = (now: boolean) => {
    if (now !== lost) behind.value += now ? 1 : -1;
    lost = now;
  };
  return { isLive: () => become(false), isLost: () => become(true) };
}

// The server refuses with errors in place of events, or by closing the connection as unauthorized or forbidden.
function stopIfRefused(loss: unknown, asker: string | undefined) {
  const error = Array.isArray(loss) ? new ApiError(loss) : loss;
  if (error instanceof CloseEvent && (error.code === 4401 || error.code === 4403)) {
    if (holder !== asker) return; // it was that of who has just signed out, on its way to be closed
    end(asker);
    throw new ApiError([{ message: error.reason, extensions: { code: 'UNAUTHENTICATED' } }]);
  }
  if (error instanceof ApiError && !error.passes) throw error;
}

async function untilAnswered<Data>(request: () => Promise<{ data?: Data; error?: CombinedError }>, onWait = () => {}) {
  const asker = tokenNow();
  const connection = oneOfMany();
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        const data = dataOf(await request(), asker);
        stopIfLeft(asker);
        return data;
      } catch (error) {
        if (error instanceof ApiError && (!error.passes || error.retryAfterMs > patienceMs)) throw error;
        if (!(error instanceof ApiError)) connection.isLost();
        onWait();
        await pause(attempt, error instanceof ApiError ? error.retryAfterMs : 0);
        stopIfLeft(asker);
      }
    }
  } finally {
    connection.isLive();
  }
}

// Whoever has left does not hear of what they have asked for; still less is it asked again in the name of who is here by now.
function stopIfLeft(asker: string | undefined) {
  if (tokenNow() !== asker) throw new ApiError([{ message: 'You have left.', extensions: { code: 'UNAUTHENTICATED' } }]);
}

// Somebody else may be here by now.
function end(asker: string | undefined) {
  if (tokenNow() === asker) session.end('You are not signed in any more. Sign in again to go on.');
}

function dataOf<Data>({ data, error }: { data?: Data; error?: CombinedError }, asker: string | undefined): Data {
  if (!error) return data!;
  if (error.graphQLErrors.length === 0) throw error;
  const refusal = new ApiError(error.graphQLErrors);
  if (refusal.codes.includes('UNAUTHENTICATED')) end(asker);
  if (refusal.codes.includes('FORBIDDEN')) session.forbidden.value += 1;
  throw refusal;
}

/** Waits longer from attempt to attempt, at most 10 seconds, and no longer once the browser is back online. */
export function pause(attempt: number, atLeastMs = 0) {
  const growing = Math.min(10_000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
  return new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(growing, atLeastMs));
    addEventListener('online', done);
  });
}
