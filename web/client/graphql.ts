// Documents are typed by the schema, without generated code: gql.tada reads schema.d.ts, which `npm run check` makes of
// ../schema.graphqls. A field that the schema does not have fails the check.
import { type FragmentOf, initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema';

/** Tags an operation or a fragment: `graphql('query …', [FRAGMENT])`. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true; // what a fragment selects is simply there
  scalars: {
    Cursor: string;
    DateTime: string;
    EmailAddress: string;
    PhoneNumber: string;
    URL: string;
    Upload: File;
  };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';

/** Why a mutation was refused: what a person can act on. */
export const REFUSAL = graphql(`
  fragment Refusal on UserError { code message field roomId }
`);

export type Refusal = FragmentOf<typeof REFUSAL>;

/** Refusals in words. */
export function reasonOf(refusals: readonly { message: string }[]) {
  return refusals.map(({ message }) => message).join(' ');
}
