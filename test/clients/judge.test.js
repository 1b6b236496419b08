// A whole story by someone who knows nothing but the documented API.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createRoom, enter, freshAddress, freshNumber, invite, linkTokenSentTo, send, tokenOf } from './lib/demo.js';
import { Follower, overSocket, overSse } from './lib/follow.js';
import { run } from './lib/server.js';

const channels = [
  { channel: 'SMS', recipient: freshNumber() },
  { channel: 'EMAIL', recipient: freshAddress() },
];

for (const { channel, recipient } of channels) {
  test(`a customer invited by ${channel} comes in, and nobody misses a word`, async () => {
    const agent = await tokenOf('agent@demo.example');
    const room = await createRoom(agent);
    assert.equal(room.name, 'Collaboration Room');
    await send(agent, room.id, 'Before you came.');
    const atDesk = new Follower(overSocket, agent, room.id, room.lastCursor);

    const invited = await invite(agent, room.id, channel, recipient);
    assert.equal(invited.room.name, 'Ada Lovelace');
    assert.ok(invited.confirmation);
    await atDesk.untilStatus('DELIVERED');

    const customer = await enter(await linkTokenSentTo(recipient));
    assert.equal(customer.room.id, room.id);
    assert.deepEqual(await bodiesIn(customer.room.id, customer.accessToken), ['Before you came.']);
    await atDesk.untilStatus('JOINED');

    const atHome = new Follower(overSse, customer.accessToken, room.id, customer.room.lastCursor);
    await atHome.untilCaughtUp();
    await send(customer.accessToken, room.id, 'Hello!');
    await send(agent, room.id, 'Welcome.');
    await atDesk.untilMessage('Welcome.');
    await atHome.untilMessage('Welcome.');

    await Promise.all([atDesk.lose(), atHome.lose()]);
    await send(agent, room.id, 'Are you there?');
    await send(customer.accessToken, room.id, 'In the tunnel.');
    atDesk.resume();
    atHome.resume();
    await atDesk.untilMessage('In the tunnel.');
    await atHome.untilMessage('In the tunnel.');

    const conversation = ['Hello!', 'Welcome.', 'Are you there?', 'In the tunnel.'];
    assert.deepEqual(atDesk.bodies, ['Before you came.', ...conversation]);
    assert.deepEqual(atHome.bodies, conversation);
    assert.deepEqual(await bodiesIn(room.id, customer.accessToken), ['Before you came.', ...conversation]);
    await Promise.all([atDesk.close(), atHome.close()]);
  });
}

test('a message that is sent again with the same key is there once', async () => {
  const agent = await tokenOf('agent@demo.example');
  const room = await createRoom(agent);
  const key = randomUUID();
  const [first, second] = await Promise.all([send(agent, room.id, 'Once.', key), send(agent, room.id, 'Once.', key)]);
  assert.equal(first.id, second.id);
  assert.deepEqual(await bodiesIn(room.id, agent), ['Once.']);
});

test('a room says the same wherever it is asked for', async () => {
  const agent = await tokenOf('agent@demo.example');
  const { id } = await createRoom(agent);
  await invite(agent, id, 'EMAIL', freshAddress());
  await send(agent, id, 'Hello!');

  const { room, node, rooms } = await run(
    `query ($id: ID!) { room(id: $id) { ...Everything } node(id: $id) { ...Everything } rooms(first: 1) { nodes { ...Everything } } }
    fragment Everything on Room {
      id name status createdAt canGetLink
      createdBy { name role email }
      customer { name email phone }
      messages(last: 5) { totalCount edges { cursor node { body side kind author { ... on Member { name } } } } }
      invitations(first: 5) { totalCount nodes { channel to invitedBy { name } } }
    }`,
    { id },
    agent,
  );

  assert.equal(room.createdBy.email, 'agent@demo.example');
  assert.equal(room.messages.totalCount, 1);
  assert.deepEqual(node, room);
  assert.deepEqual(rooms.nodes, [room]);
});

test('a link that was made up is refused', async () => {
  await assert.rejects(enter('made-up'), /LINK_INVALID/);
});

async function bodiesIn(roomId, accessToken) {
  const { room } = await run(
    'query ($id: ID!) { room(id: $id) { messages(first: 50) { nodes { kind body } } } }',
    { id: roomId },
    accessToken,
  );
  return room.messages.nodes.filter(({ kind }) => kind === 'TEXT').map(({ body }) => body);
}
