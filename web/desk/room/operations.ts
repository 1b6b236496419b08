import { graphql, REFUSAL } from '../graphql';

/** What a list of rooms shows of one. */
export const ROW = graphql(`
  fragment Row on Room { id name status lastActivityAt unreadCount createdBy { id name } }
`);

export const ROOMS = graphql(
  `
    query Rooms($first: Int!, $filter: RoomFilter!, $order: RoomOrder!, $words: String!, $searching: Boolean!) {
      rooms(first: $first, filter: $filter, orderBy: $order) { nodes { ...Row } pageInfo { hasNextPage } }
      searchMessages(query: $words, first: 10) @include(if: $searching) {
        nodes { id body sentAt room { id name } }
      }
    }
  `,
  [ROW],
);

export const CREATE_ROOM = graphql(
  `
    mutation CreateRoom($key: String!) {
      createRoom(input: { idempotencyKey: $key }) { room { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
