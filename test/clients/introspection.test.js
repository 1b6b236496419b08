// Tools introspect a server before anybody has signed in; what they learn is the schema as it is written.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { schemaFile } from './lib/schema.js';
import { address, run } from './lib/server.js';

const written = readFileSync(schemaFile, 'utf8');

test("GraphiQL's introspection query passes and gives the schema as it is written", async () => {
  const introspected = buildClientSchema(await run(getIntrospectionQuery()));
  assert.equal(sorted(introspected), sorted(buildSchema(written)));
});

test('an introspection query with every option passes', async () => {
  const query = getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  await run(query);
});

test('/schema.graphqls is the schema as it is written', async () => {
  const response = await fetch(address('/schema.graphqls'));
  assert.equal(response.status, 200);
  assert.equal(sorted(buildSchema(await response.text())), sorted(buildSchema(written)));
});

function sorted(schema) {
  return printSchema(lexicographicSortSchema(schema));
}
