// The running server that is tested. PARLEY_URL says where it is; it holds the demo data.

import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 5_000;
const base = process.env.PARLEY_URL;
if (!base) throw new Error('PARLEY_URL is not set: start a server with the demo data and say where it is.');

/** The absolute address of a path of the server. */
export function address(path) {
  return new URL(path, base).href;
}

export const graphqlUrl = address('/graphql');
export const socketUrl = graphqlUrl.replace(/^http/, 'ws');

/** Runs an operation and gives `{data, errors}` as the server does. */
export async function post(query, variables, accessToken) {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...bearer(accessToken) },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** Runs an operation that must succeed and gives its data. Waits as long as the server says when it was too much. */
export async function run(query, variables, accessToken) {
  for (;;) {
    const { data, errors } = await post(query, variables, accessToken);
    if (!errors) return data;
    const { code, retryAfterMs } = errors[0].extensions ?? {};
    if (code !== 'THROTTLED' || retryAfterMs > patienceMs) throw new Error(`The server refused: ${JSON.stringify(errors)}`);
    await pause(retryAfterMs);
  }
}

/** Runs a mutation that must succeed and gives its payload. */
export async function mutate(query, variables, accessToken) {
  const [payload] = Object.values(await run(query, variables, accessToken));
  if (payload.userErrors.length > 0) throw new Error(`The server refused: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

export function bearer(accessToken) {
  return accessToken ? { authorization: `Bearer ${accessToken}` } : {};
}
