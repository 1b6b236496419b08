// Tools introspect a server before anybody has signed in; what they learn is the schema as it is written.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { schemaFile } from './lib/schema.js';
import { address, run } from './lib/server.js';

const written = readFileSync(schemaFile, 'utf8');

test("GraphiQL's introspection query passes", async () => {
  await run(getIntrospectionQuery());
});

test('introspection with every option gives the schema as it is written', async () => {
  const query = getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  assert.equal(sorted(buildClientSchema(await run(query))), sorted(buildSchema(written)));
});

test('/schema.graphqls is the schema as it is written', async () => {
  const response = await fetch(address('/schema.graphqls'));
  assert.equal(response.status, 200);
  assert.equal(sorted(buildSchema(await response.text())), sorted(buildSchema(written)));
});

function sorted(schema) {
  return printSchema(lexicographicSortSchema(schema));
}
