// What the page of specialists asks of the API.

const PERSON = `
  fragment Person on Actor {
    __typename
    ... on Member { id name }
    ... on Customer { id name }
    ... on Specialist { id name }
  }`;

const MESSAGE = `
  fragment Message on Message {
    id kind body side sentAt
    author { ...Person }
  }
  ${PERSON}`;

export const JOIN = `
  mutation Join($code: String!, $name: String!) {
    joinSupportSession(input: {code: $code, name: $name}) {
      accessToken
      supportSession { room { id } }
      userErrors { code message }
    }
  }`;

export const LEAVE = `
  mutation Leave {
    leaveSupportSession(input: {}) { userErrors { message } }
  }`;

export const ROOM = `
  query Room($roomId: ID!) {
    viewer { ... on Customer { id } ... on Specialist { id } }
    room(id: $roomId) { name status lastCursor }
  }`;

/** What may change at any moment, and is not in the timeline. */
export const PRESENT = `
  query Present($roomId: ID!) {
    viewer { __typename ... on Customer { id } ... on Specialist { id access accessLabel } }
    room(id: $roomId) {
      attendees(first: 100) { ...Person }
      supportSession {
        id specialistsMayShare
        screenShares { id lastCursor sharer { ...Person } }
      }
    }
  }
  ${PERSON}`;

export const HISTORY = `
  query History($roomId: ID!, $before: Cursor) {
    room(id: $roomId) {
      messages(last: 50, before: $before) { nodes { ...Message } pageInfo { hasPreviousPage startCursor } }
    }
  }
  ${MESSAGE}`;

export const EVENTS = `
  subscription Events($roomId: ID!, $after: Cursor) {
    roomEvents(roomId: $roomId, after: $after) {
      __typename
      cursor
      ... on MessagePosted { message { ...Message } }
      ... on RoomRenamed { name }
      ... on SpecialistLeft { specialist { id } }
      ... on ScreenShareStopped { screenShare { id } }
      ... on RoomMerged { from { id } into { id name } continueAfter }
    }
  }
  ${MESSAGE}`;

export const SEND = `
  mutation Send($roomId: ID!, $body: String!, $key: String!) {
    sendMessage(input: {roomId: $roomId, body: $body, idempotencyKey: $key}) {
      message { ...Message }
      userErrors { message }
    }
  }
  ${MESSAGE}`;
