// What sharing a screen asks of the API.

export const SHARE = `
  mutation Share($sessionId: ID!, $key: String!) {
    startScreenShare(input: {supportSessionId: $sessionId, idempotencyKey: $key}) {
      screenShare { id lastCursor }
      userErrors { message }
    }
  }`;

export const STOP_SHARING = `
  mutation StopSharing($shareId: ID!) {
    stopScreenShare(input: {screenShareId: $shareId}) { userErrors { message } }
  }`;

export const SIGNAL = `
  mutation Signal($shareId: ID!, $to: ID!, $payload: String!, $key: String!) {
    sendSignal(input: {screenShareId: $shareId, toAttendeeId: $to, payload: $payload, idempotencyKey: $key}) {
      userErrors { message }
    }
  }`;

export const CONTROL = `
  mutation Control($shareId: ID!, $payload: String!) {
    sendControlInput(input: {screenShareId: $shareId, payload: $payload}) { userErrors { code } }
  }`;

export const SCREEN_EVENTS = `
  subscription ScreenEvents($shareId: ID!, $after: Cursor) {
    screenShareEvents(screenShareId: $shareId, after: $after) {
      __typename
      cursor
      actor {
        __typename
        ... on Member { id name }
        ... on Customer { id name }
        ... on Specialist { id name }
      }
      ... on ScreenShareSignalled { payload }
      ... on ScreenShareControlled { payload }
    }
  }`;
