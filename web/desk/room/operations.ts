import { graphql, REFUSAL } from '../graphql';

export const PERSON = graphql(`
  fragment Person on Actor {
    __typename
    ... on Member { id name }
    ... on Customer { id name }
    ... on Specialist { id name }
  }
`);

export const DOCUMENT = graphql(`
  fragment Document on Document { id filename kind size status thumbnailUrl width height pageCount }
`);

export const MESSAGE = graphql(
  `
    fragment Message on Message {
      id kind body side sentAt
      author { ...Person }
      document { ...Document }
    }
  `,
  [PERSON, DOCUMENT],
);

export const INVITATION = graphql(`
  fragment Invitation on CustomerInvitation { id channel to status failureReason }
`);

/** What a list of rooms shows of one. */
export const ROW = graphql(`
  fragment Row on Room { id name status lastActivityAt unreadCount createdBy { id name } }
`);

/** What may change of a room while it is looked at, apart from its timeline. */
export const SITUATION = graphql(
  `
    fragment Situation on Room {
      id name status canGetLink
      customer { id name phone email }
      createdBy { id name }
      createdAt
      attendees(first: 20) { ...Person }
      invitations(last: 5) { nodes { ...Invitation } }
    }
  `,
  [PERSON, INVITATION],
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

export const ROOM = graphql(
  `
    query Room($id: ID!) {
      room(id: $id) {
        ...Situation
        lastCursor
        messages(last: 25) { nodes { ...Message } pageInfo { hasPreviousPage startCursor } }
      }
    }
  `,
  [SITUATION, MESSAGE],
);

export const SITUATION_OF = graphql(`query SituationOf($id: ID!) { room(id: $id) { ...Situation } }`, [SITUATION]);

export const HISTORY = graphql(
  `
    query History($id: ID!, $before: Cursor) {
      room(id: $id) {
        messages(last: 25, before: $before) { nodes { ...Message } pageInfo { hasPreviousPage startCursor } }
      }
    }
  `,
  [MESSAGE],
);

export const EVENTS = graphql(
  `
    subscription RoomEvents($roomId: ID!, $after: Cursor) {
      roomEvents(roomId: $roomId, after: $after) {
        __typename
        cursor
        actor { ...Person }
        ... on MessagePosted { message { ...Message } }
        ... on DocumentChanged { document { ...Document } }
        ... on RoomMerged { from { id } into { id } continueAfter }
        ... on Typing { typing }
      }
    }
  `,
  [PERSON, MESSAGE, DOCUMENT],
);

export const CREATE_ROOM = graphql(
  `
    mutation CreateRoom($key: String!) {
      createRoom(input: { idempotencyKey: $key }) { room { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SEND = graphql(
  `
    mutation Send($roomId: ID!, $body: String!, $key: String!) {
      sendMessage(input: { roomId: $roomId, body: $body, idempotencyKey: $key }) {
        message { ...Message }
        userErrors { ...Refusal }
      }
    }
  `,
  [MESSAGE, REFUSAL],
);

export const MARK_READ = graphql(`
  mutation MarkRead($roomId: ID!, $cursor: Cursor!) {
    markRead(input: { roomId: $roomId, cursor: $cursor }) { userErrors { message } }
  }
`);

export const SET_TYPING = graphql(`
  mutation SetTyping($roomId: ID!, $typing: Boolean!) {
    setTyping(input: { roomId: $roomId, typing: $typing }) { userErrors { message } }
  }
`);
