import { graphql, REFUSAL } from '../../client/graphql';
import { MESSAGE } from '../operations';

/** Makes room for a file: its bytes go to the address that comes. */
export const CREATE_UPLOAD = graphql(
  `
    mutation CreateUpload($roomId: ID!, $filename: String!, $size: Int!, $key: String!) {
      createUpload(input: { roomId: $roomId, filename: $filename, size: $size, idempotencyKey: $key }) {
        uploadId
        url
        userErrors { ...Refusal }
      }
    }
  `,
  [REFUSAL],
);

export const SHARE = graphql(
  `
    mutation Share($roomId: ID!, $uploadId: ID!, $key: String!) {
      shareDocument(input: { roomId: $roomId, uploadId: $uploadId, idempotencyKey: $key }) {
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
