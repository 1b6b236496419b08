// What must hold for everyone who follows a room, whatever the transport.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoom, send, tokenOf } from './demo.js';
import { Follower } from './follow.js';

const email = 'agent@demo.example';

/** Declares the tests of following a room; `open` is `overSocket` or `overSse`. */
export function followingARoom(transport, open) {
  test(`${transport}: what came before the cursor is not replayed, what came after it is, then it goes on live`, async () => {
    const { accessToken, room } = await newRoom();
    const first = await send(accessToken, room.id, 'first');
    await send(accessToken, room.id, 'second');

    const follower = new Follower(open, accessToken, room.id, first.cursor);
    await follower.untilCaughtUp();
    assert.deepEqual(follower.bodies, ['second']);
    await send(accessToken, room.id, 'third');
    await follower.untilMessage('third');
    assert.deepEqual(follower.bodies, ['second', 'third']);
    await follower.close();
  });

  test(`${transport}: a lost connection is resumed with each message once and in order`, async () => {
    const { accessToken, room } = await newRoom();
    const follower = new Follower(open, accessToken, room.id, room.lastCursor);
    await follower.untilCaughtUp();
    const bodies = [];

    for (let loss = 1; loss <= 3; loss++) {
      bodies.push(...(await sendSome(accessToken, room.id, `live ${loss}`)));
      await follower.untilMessage(bodies.at(-1));
      await follower.lose();
      bodies.push(...(await sendSome(accessToken, room.id, `missed ${loss}`)));
      follower.resume();
    }
    await follower.untilMessage(bodies.at(-1));

    assert.deepEqual(follower.bodies, bodies);
    await follower.close();
  });

  test(`${transport}: messages that many send at once come in one order, the same for all`, async () => {
    const { accessToken, room } = await newRoom();
    const followers = [1, 2].map(() => new Follower(open, accessToken, room.id, room.lastCursor));
    await Promise.all(followers.map((follower) => follower.untilCaughtUp()));

    const bodies = Array.from({ length: 20 }, (_, i) => `at once ${i}`);
    await Promise.all(bodies.map((body) => send(accessToken, room.id, body)));
    for (const follower of followers) {
      while (follower.bodies.length < bodies.length) await follower.until((event) => event.message);
    }

    assert.deepEqual(followers[0].bodies, followers[1].bodies);
    assert.deepEqual([...followers[0].bodies].sort(), [...bodies].sort());
    await Promise.all(followers.map((follower) => follower.close()));
  });

  test(`${transport}: without a cursor it begins with what happens from now on`, async () => {
    const { accessToken, room } = await newRoom();
    await send(accessToken, room.id, 'before');
    const follower = new Follower(open, accessToken, room.id);
    await follower.untilCaughtUp();
    await send(accessToken, room.id, 'after');
    await follower.untilMessage('after');
    assert.deepEqual(follower.bodies, ['after']);
    await follower.close();
  });
}

async function newRoom() {
  const accessToken = await tokenOf(email);
  return { accessToken, room: await createRoom(accessToken) };
}

async function sendSome(accessToken, roomId, name) {
  const bodies = [1, 2, 3].map((number) => `${name}.${number}`);
  for (const body of bodies) await send(accessToken, roomId, body);
  return bodies;
}
