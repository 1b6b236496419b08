import { graphql, REFUSAL } from '../../client/graphql';
import { SUPPORT_SESSION } from '../support/operations';

export const INVITATION = graphql(`
  fragment Invitation on CustomerInvitation { id channel to status failureReason }
`);

/** What a list of rooms shows of one. */
export const ROW = graphql(`
  fragment Row on Room { id name status lastActivityAt unreadCount createdBy { id name } }
`);

/** What only members may know of a room, and what they do with it. */
export const DETAILS = graphql(
  `
    query Details($id: ID!) {
      room(id: $id) {
        id status canGetLink
        customer { id name phone email }
        createdBy { id name }
        createdAt
        invitations(last: 5) { nodes { ...Invitation } }
        supportSession { ...SupportSession }
      }
    }
  `,
  [INVITATION, SUPPORT_SESSION],
);

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
