// How the server closes a WebSocket on which a client breaks the protocol graphql-transport-ws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoom, tokenOf } from './lib/demo.js';
import { RawSocket } from './lib/raw-socket.js';

const email = 'second@demo.example';
const EVENTS = 'subscription ($roomId: ID!) { roomEvents(roomId: $roomId) { __typename } }';

test('4400 for a message that is not JSON', async () => {
  const socket = await RawSocket.open();
  socket.write('{');
  assert.equal(await socket.closed, 4400);
});

test('4400 for a message of an unknown type', async () => {
  const socket = await RawSocket.open();
  socket.send({ type: 'start' });
  assert.equal(await socket.closed, 4400);
});

test('4400 for a subscribe without an id', async () => {
  const socket = await RawSocket.acknowledged(await tokenOf(email));
  socket.send({ type: 'subscribe', payload: { query: '{ __typename }' } });
  assert.equal(await socket.closed, 4400);
});

test('4401 for subscribing before the connection is acknowledged', async () => {
  const socket = await RawSocket.open();
  socket.subscribe('1', '{ __typename }');
  assert.equal(await socket.closed, 4401);
});

test('4403 for an access token that is not one', async () => {
  const socket = await RawSocket.open();
  socket.init('no-such-token');
  assert.equal(await socket.closed, 4403);
});

test('4406 for a client that does not speak the protocol', async () => {
  const socket = await RawSocket.open([]);
  assert.equal(await socket.closed, 4406);
});

test('4408 for a client that does not say connection_init in time', async () => {
  const socket = await RawSocket.open();
  assert.equal(await socket.closed, 4408);
});

test('4409 for an id that is in use', async () => {
  const accessToken = await tokenOf(email);
  const { id } = await createRoom(accessToken);
  const socket = await RawSocket.acknowledged(accessToken);
  socket.subscribe('1', EVENTS, { roomId: id });
  socket.subscribe('1', EVENTS, { roomId: id });
  assert.equal(await socket.closed, 4409);
});

test('an id can be used again once its operation is complete', async () => {
  const socket = await RawSocket.acknowledged(await tokenOf(email));
  for (let round = 0; round < 2; round++) {
    socket.subscribe('1', '{ __typename }');
    await socket.receive('complete');
  }
  await socket.close();
});

test('4429 for a second connection_init', async () => {
  const socket = await RawSocket.acknowledged();
  socket.init();
  assert.equal(await socket.closed, 4429);
});

test('an operation that is not valid ends with error, without complete, and the connection goes on', async () => {
  const socket = await RawSocket.acknowledged(await tokenOf(email));
  socket.subscribe('1', '{ noSuchField }');
  const { id, payload } = await socket.receive('error');
  assert.equal(id, '1');
  assert.ok(payload[0].message);
  socket.subscribe('2', '{ __typename }');
  assert.equal((await socket.receive('complete')).id, '2');
  await socket.close();
});

test('a ping is answered with a pong', async () => {
  const socket = await RawSocket.acknowledged();
  socket.send({ type: 'ping' });
  await socket.receive('pong');
  await socket.close();
});
