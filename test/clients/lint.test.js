// The schema is clean by the rules of graphql-eslint, those for Relay included.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { eventTypes, schemaFile } from './lib/schema.js';

const { 'flat/schema-recommended': recommended, 'flat/schema-relay': relay } = plugin.configs;

const config = {
  files: ['**/*.graphqls'],
  plugins: { '@graphql-eslint': plugin },
  languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: schemaFile } } },
  rules: {
    ...recommended.rules,
    ...relay.rules,
    // Short descriptions stand on one line: a block takes three.
    '@graphql-eslint/description-style': 'off',
    // Connections offer `nodes` beside `edges`.
    '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
    '@graphql-eslint/strict-id-in-types': [
      'error',
      {
        exceptions: {
          types: ['PageInfo', 'UserError', 'AvailablePhoneNumber', ...eventTypes()],
          suffixes: ['Connection', 'Edge', 'Payload', 'Settings', 'Form', 'Preview', 'Seats', 'Result', 'Permission'],
        },
      },
    ],
    '@graphql-eslint/require-description': [
      'error',
      {
        types: true,
        rootField: true,
        FieldDefinition: true,
        InputValueDefinition: true,
        EnumValueDefinition: true,
        DirectiveDefinition: true,
      },
    ],
  },
};

// What is found is newest first, and read in that direction only.
const forwardOnly = /^Field `searchMessages` must contain an argument `(last|before)`/;

test('schema.graphqls is clean by graphql-eslint', async () => {
  const eslint = new ESLint({ cwd: '/', overrideConfigFile: true, overrideConfig: config });
  const [{ messages }] = await eslint.lintFiles([schemaFile]);
  const wrong = messages.filter(({ message }) => !forwardOnly.test(message));
  assert.deepEqual(wrong.map(({ line, ruleId, message }) => `${line}: ${message} (${ruleId})`), []);
});
