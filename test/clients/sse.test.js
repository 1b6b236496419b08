// Following a room with graphql-sse, in distinct connections mode.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoom, tokenOf } from './lib/demo.js';
import { Follower, overSse } from './lib/follow.js';
import { followingARoom } from './lib/scenarios.js';

followingARoom('graphql-sse', overSse);

test('graphql-sse: queries run over the connection too', async () => {
  const { client } = overSse(await tokenOf('agent@demo.example'));
  const { value } = await client.iterate({ query: '{ viewer { __typename } }' }).next();
  assert.deepEqual(value.data, { viewer: { __typename: 'Member' } });
  client.dispose();
});

test('graphql-sse: a room of another organisation is not found', async () => {
  const room = await createRoom(await tokenOf('agent@demo.example'));
  const stranger = new Follower(overSse, await tokenOf('agent@other.example'), room.id);
  await assert.rejects(stranger.untilCaughtUp(), /NOT_FOUND/);
});
