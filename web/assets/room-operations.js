// What the customer's room asks of the API.

const MESSAGE = `
  fragment Message on Message {
    id kind body side sentAt
    author { __typename ... on Member { id name } ... on Customer { id name } }
  }`;

export const ENTER = `
  mutation Enter($token: String!) {
    enterRoom(input: {token: $token}) { accessToken room { id } userErrors { message } }
  }`;

export const ROOM = `
  query Room($roomId: ID!) {
    viewer { ... on Customer { id } }
    room(id: $roomId) { name status lastCursor }
  }`;

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
