import { graphql } from '../graphql';

/** Addresses of a document, which are good for a minute. */
export const ADDRESSES = graphql(`
  query Addresses($id: ID!) {
    node(id: $id) { __typename ... on Document { url thumbnailUrl } }
  }
`);
