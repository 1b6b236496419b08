// The Relay compiler takes the schema and the operations in relay/: connections, refetching by node, subscriptions.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile } from './lib/relay.js';

const operations = fileURLToPath(new URL('./relay', import.meta.url));

test('relay-compiler compiles pagination, refetching, a mutation and a subscription', async (t) => {
  const project = await compile(t, operations);

  const compiled = await readdir(path.join(project, '__generated__'));
  for (const query of ['RoomTimelinePaginationQuery', 'RoomTimelineHeadingRefetchQuery', 'RoomListPaginationQuery']) {
    assert.ok(compiled.includes(`${query}.graphql.js`), `${query} is not among ${compiled}`);
  }
});
