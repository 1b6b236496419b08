import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, isObjectType } from 'graphql';

/** The schema as it is written, beside the server's code. */
export const schemaFile = fileURLToPath(new URL('../../../schema.graphqls', import.meta.url));

/** The names of the types of events: what is streamed has a cursor in place of an id. */
export function eventTypes() {
  const types = Object.values(buildSchema(readFileSync(schemaFile, 'utf8')).getTypeMap());
  const isEvent = (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name.endsWith('Event'));
  return types.filter(isEvent).map(({ name }) => name);
}
