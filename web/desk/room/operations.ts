import { graphql, REFUSAL } from '../../client/graphql';
import { SUPPORT_SESSION } from '../support/operations';

const INVITATION = graphql(`
  fragment Invitation on CustomerInvitation { id channel to status failureReason sentAt invitedBy { id name } }
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
    query Rooms($first: Int!, $after: Cursor, $filter: RoomFilter!, $order: RoomOrder!) {
      rooms(first: $first, after: $after, filter: $filter, orderBy: $order) {
        nodes { ...Row }
        pageInfo { hasNextPage endCursor }
      }
    }
  `,
  [ROW],
);

export const SEARCH = graphql(`
  query Search($words: String!) {
    searchMessages(query: $words, first: 10) { nodes { id body sentAt room { id name } } }
  }
`);

/** Which of the member's own rooms have something that they have not read. */
export const ROOMS_WITH_NEWS = graphql(`
  query RoomsWithNews($agentId: ID!) {
    rooms(first: 25, filter: { agentId: $agentId }) { nodes { id unreadCount } }
  }
`);

export const CREATE_ROOM = graphql(
  `
    mutation CreateRoom($key: String!) {
      createRoom(input: { idempotencyKey: $key }) { room { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const CLOSE_ROOM = graphql(
  `
    mutation CloseRoom($roomId: ID!) {
      closeRoom(input: { roomId: $roomId }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

/** The first room goes, and is a way to the second. */
export const MERGE_ROOMS = graphql(
  `
    mutation MergeRooms($roomId: ID!, $intoRoomId: ID!) {
      mergeRooms(input: { roomId: $roomId, intoRoomId: $intoRoomId }) { room { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

/** Rooms that another one may be joined with. */
export const CANDIDATES = graphql(
  `
    query Candidates($filter: RoomFilter!) {
      rooms(first: 10, filter: $filter) { nodes { ...Row } }
    }
  `,
  [ROW],
);

/** A room, as far as to say which it is. */
export const ROW_OF = graphql(`query RowOf($id: ID!) { room(id: $id) { ...Row } }`, [ROW]);
