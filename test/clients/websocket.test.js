// Following a room with graphql-ws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoom, tokenOf } from './lib/demo.js';
import { Follower, overSocket } from './lib/follow.js';
import { followingARoom } from './lib/scenarios.js';

followingARoom('graphql-ws', overSocket);

test('graphql-ws: queries and mutations run over the connection too', async () => {
  const { client } = overSocket(await tokenOf('agent@demo.example'));
  const results = client.iterate({ query: '{ viewer { __typename } }' });
  const { value } = await results.next();
  assert.deepEqual(value.data, { viewer: { __typename: 'Member' } });
  assert.equal((await results.next()).done, true);
  client.dispose();
});

test('graphql-ws: a room of another organisation is not found', async () => {
  const room = await createRoom(await tokenOf('agent@demo.example'));
  const stranger = new Follower(overSocket, await tokenOf('agent@other.example'), room.id);
  await assert.rejects(stranger.untilCaughtUp(), codeIs('NOT_FOUND'));
});

test('graphql-ws: nobody follows a room without signing in', async () => {
  const room = await createRoom(await tokenOf('agent@demo.example'));
  const nobody = new Follower(overSocket, undefined, room.id);
  await assert.rejects(nobody.untilCaughtUp(), codeIs('UNAUTHENTICATED'));
});

// The client throws the errors of an `error` message as a list.
function codeIs(code) {
  return (errors) => {
    assert.equal(errors[0]?.extensions?.code, code);
    return true;
  };
}
