// The programs in examples/, which docs/clients.md shows: what they promise holds on a network that fails in the middle.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { closeRoom, createRoom, mergeRooms, send, signOut, tokenOf } from './lib/demo.js';
import { Proxy } from './lib/proxy.js';
import { compile, replaceTagged } from './lib/relay.js';
import { mutate, run } from './lib/server.js';

globalThis.WebSocket ??= WebSocket; // Node 20 has none

const member = { email: 'second@demo.example', password: 'parley-demo' };
const folder = new URL('./examples/', import.meta.url);
const programs = ['urql.js', 'apollo.js', 'relay.js'];
const patience = { timeout: 30_000 };

test('docs/clients.md shows the programs as they are', async () => {
  const page = await readFile(new URL('../../docs/clients.md', import.meta.url), 'utf8');
  for (const name of ['parley.js', ...programs]) {
    const program = await readFile(new URL(name, folder), 'utf8');
    assert.ok(page.includes(`\`\`\`js\n${program}\`\`\`\n`), `docs/clients.md does not show examples/${name} as it is.`);
  }
});

for (const name of programs) {
  test(name, async (t) => {
    const { connect, show } = await load(t, name);
    const other = await tokenOf('agent@demo.example');

    // A client of the program that is signed in, behind a network of its own, and a new room.
    const begin = async (t, pingMs) => {
      const proxy = await Proxy.open();
      const parley = connect(proxy.url, pingMs);
      const stop = new AbortController();
      t.after(() => {
        stop.abort();
        parley.close();
        proxy.close();
      });
      const accessToken = await parley.signIn(member.email, member.password);
      return { proxy, parley, accessToken, stop, room: await createRoom(other) };
    };

    await t.test('misses nothing and sees nothing twice, however often the connection is lost', patience, async (t) => {
      const { proxy, parley, stop, room } = await begin(t);
      const writers = [other, await tokenOf('lead@demo.example')];
      const count = 24;
      const seen = [];
      const following = parley.followRoom(
        room.id,
        room.lastCursor,
        ({ message }) => {
          if (!message) return;
          seen.push(message.body);
          if (seen.length % 5 === 0) proxy.cut();
          if (seen.length === count) stop.abort();
        },
        stop.signal,
      );

      await Promise.all(
        writers.map(async (writer, name) => {
          for (let number = 0; number < count / writers.length; number++) await send(writer, room.id, `${name}.${number}`);
        }),
      );
      await following;

      const written = await messagesOf(other, room.id);
      assert.equal(written.length, count);
      assert.deepEqual(seen, written.map(({ body }) => body));
    });

    await t.test('notices a connection on which nothing comes any more', patience, async (t) => {
      const { proxy, parley, stop, room } = await begin(t, 200);
      const seen = [];
      const following = parley.followRoom(
        room.id,
        room.lastCursor,
        (event) => {
          if (event.__typename === 'CaughtUp' && seen.length === 0) {
            proxy.fallSilent();
            send(other, room.id, 'into the silence');
          }
          if (!event.message) return;
          seen.push(event.message.body);
          stop.abort();
        },
        stop.signal,
      );

      await following;
      assert.deepEqual(seen, ['into the silence']);
    });

    await t.test('goes on in the room that a room went into, and ends with it', patience, async (t) => {
      const { parley, stop, room } = await begin(t);
      const into = await createRoom(other);
      const events = [];
      const heard = () => events.map(({ __typename, message }) => message?.body ?? __typename);
      const following = parley.followRoom(
        room.id,
        room.lastCursor,
        async (event) => {
          if (!event.cursor) return;
          events.push(event);
          if (event.message?.body === 'before') await mergeRooms(other, room.id, into.id);
          if (event.__typename === 'RoomMerged') await send(other, into.id, 'after');
          if (event.message?.body === 'after') await closeRoom(other, into.id);
        },
        stop.signal,
      );

      await send(other, room.id, 'before');
      await following;
      assert.deepEqual(heard(), ['before', 'RoomMerged', 'after', 'RoomClosed']);
    });

    await t.test('sends a message once, though the answer is lost', patience, async (t) => {
      const { proxy, parley, room } = await begin(t);
      proxy.loseEveryOtherAnswer();
      const { id } = await parley.sendMessage(room.id, 'once');
      const messages = await messagesOf(other, room.id);
      assert.deepEqual(messages.map(({ id, body }) => [id, body]), [[id, 'once']]);
    });

    await t.test('shares a document once with all its bytes, though answers are lost', patience, async (t) => {
      const { proxy, parley, room } = await begin(t);
      const text = 'A line of many.\n'.repeat(20_000);
      proxy.loseEveryOtherAnswer();
      loseHalfAndAnAnswer(t);
      const { id } = await parley.shareDocument(room.id, new File([text], 'lines.txt', { type: 'text/plain' }));
      const messages = await messagesOf(other, room.id);
      assert.deepEqual(messages.map(({ document }) => [document.id, document.filename]), [[id, 'lines.txt']]);
      assert.equal(await (await fetch(messages[0].document.url)).text(), text);
    });

    await t.test('ends with the token, and goes on after the last cursor with a new one', patience, async (t) => {
      const { parley, accessToken, stop, room } = await begin(t);
      await send(other, room.id, 'first');
      let cursor = room.lastCursor;
      const seen = [];
      const follow = (onMessage) =>
        parley.followRoom(
          room.id,
          cursor,
          async (event) => {
            cursor = event.cursor ?? cursor;
            if (!event.message) return;
            seen.push(event.message.body);
            await onMessage();
          },
          stop.signal,
        );

      await assert.rejects(follow(() => signOut(accessToken)), refusedWith('UNAUTHENTICATED'));
      await assert.rejects(parley.fetchRoom(room.id), refusedWith('UNAUTHENTICATED'));
      await send(other, room.id, 'second');
      await parley.signIn(member.email, member.password);
      await follow(() => stop.abort());
      assert.deepEqual(seen, ['first', 'second']);
    });

    await t.test('shows a room anew when the history of its cursor is lost', patience, async (t) => {
      const { parley, stop, room } = await begin(t);
      await send(other, room.id, 'hello');
      const shown = [];
      const restored = {
        ...parley,
        // The first answer is that of a database which knew more than the one that is there now.
        fetchRoom: async (id) => {
          const room = await parley.fetchRoom(id);
          return shown.length > 0 ? room : { ...room, lastCursor: later(room.lastCursor) };
        },
      };
      const onRoom = ({ messages }) => shown.push(messages.nodes.map(({ body }) => body));
      await show(restored, room.id, { onRoom, onEvent: () => stop.abort() }, stop.signal);
      assert.deepEqual(shown, [['hello'], ['hello']]);
    });
  });
}

async function load(t, name) {
  const source = name === 'relay.js' ? await compile(t, folder.pathname) : folder.pathname;
  if (name === 'relay.js') await replaceTagged(path.join(source, name));
  const [{ connect }, { show }] = await Promise.all([name, 'parley.js'].map((file) => import(path.join(source, file))));
  return { connect, show };
}

// What goes to the address of an upload goes to the server's public one, past the proxy. Of the first request half arrives, and
// the second arrives without an answer.
function loseHalfAndAnAnswer(t) {
  const through = globalThis.fetch;
  let times = 0;
  t.mock.method(globalThis, 'fetch', async (input, init) => {
    if (init?.method !== 'PATCH' || ++times > 2) return through(input, init);
    const { body } = init;
    await through(input, { ...init, body: times === 1 ? body.slice(0, body.size / 2) : body });
    throw new TypeError('fetch failed');
  });
}

async function messagesOf(accessToken, roomId) {
  const { room } = await run(
    'query ($id: ID!) { room(id: $id) { messages(first: 100) { nodes { id body document { id filename url } } } } }',
    { id: roomId },
    accessToken,
  );
  return room.messages.nodes;
}

function later(cursor) {
  return cursor.replace(/.$/, 'v');
}

function refusedWith(code) {
  return ({ codes }) => {
    assert.deepEqual(codes, [code]);
    return true;
  };
}
