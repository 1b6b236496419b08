// The Relay compiler takes the schema and the operations in relay/: connections, refetching by node, subscriptions.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import relay from 'relay-compiler';
import { schemaFile } from './lib/schema.js';

const operations = fileURLToPath(new URL('./relay', import.meta.url));

test('relay-compiler compiles pagination, refetching, a mutation and a subscription', async (t) => {
  const project = await mkdtemp(path.join(tmpdir(), 'parley-relay-'));
  t.after(() => rm(project, { recursive: true }));
  await cp(operations, path.join(project, 'src'), { recursive: true });
  await cp(schemaFile, path.join(project, 'schema.graphql'));
  await writeFile(
    path.join(project, 'relay.config.json'),
    JSON.stringify({ src: './src', schema: './schema.graphql', language: 'javascript', eagerEsModules: true }),
  );

  await promisify(execFile)(relay, ['relay.config.json'], { cwd: project });

  const compiled = await readdir(path.join(project, 'src', '__generated__'));
  for (const query of ['RoomTimelinePaginationQuery', 'RoomTimelineHeadingRefetchQuery', 'RoomListPaginationQuery']) {
    assert.ok(compiled.includes(`${query}.graphql.js`), `${query} is not among ${compiled}`);
  }
});
