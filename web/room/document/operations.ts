import { graphql, REFUSAL } from '../../client/graphql';
import { MESSAGE } from '../operations';

export const SHARE = graphql(
  `
    mutation Share($roomId: ID!, $file: Upload!, $key: String!) {
      shareDocument(input: { roomId: $roomId, file: $file, idempotencyKey: $key }) {
        message { ...Message }
        confirmation
        userErrors { ...Refusal }
      }
    }
  `,
  [MESSAGE, REFUSAL],
);

/** Addresses of a document, which are good for a minute. */
export const ADDRESSES = graphql(`
  query Addresses($id: ID!) {
    node(id: $id) { __typename ... on Document { url thumbnailUrl } }
  }
`);
