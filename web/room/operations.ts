import { graphql, REFUSAL } from '../client/graphql';

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

export const SCREEN_SHARE = graphql(
  `
    fragment ScreenShare on ScreenShare { id lastCursor sharer { ...Person } }
  `,
  [PERSON],
);

/** What may change of a room while it is looked at, apart from its timeline: it is the same for everyone in it. */
export const SITUATION = graphql(
  `
    fragment Situation on Room {
      id name status
      attendees(first: 20) { ...Person ... on Specialist { access accessLabel } }
      supportSession { id specialistsMayShare screenShares(first: 10) { ...ScreenShare } }
    }
  `,
  [PERSON, SCREEN_SHARE],
);

/** Who looks at it, and what decides on what they may do. */
export const VIEWER = graphql(`
  fragment Viewer on Viewer {
    __typename
    ... on Member { id name role }
    ... on Customer { id name }
    ... on Specialist { id name access accessLabel }
  }
`);

export const ROOM = graphql(
  `
    query Room($id: ID!) {
      viewer { ...Viewer }
      room(id: $id) {
        ...Situation
        lastCursor
        messages(last: 25) { nodes { ...Message } pageInfo { hasPreviousPage startCursor } }
      }
    }
  `,
  [VIEWER, SITUATION, MESSAGE],
);

export const SITUATION_OF = graphql(
  `
    query SituationOf($id: ID!) {
      viewer { ...Viewer }
      room(id: $id) { ...Situation }
    }
  `,
  [VIEWER, SITUATION],
);

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
        ... on SpecialistLeft { specialist { id } }
        ... on ScreenShareStopped { screenShare { id } }
        ... on Typing { typing }
      }
    }
  `,
  [PERSON, MESSAGE, DOCUMENT],
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
