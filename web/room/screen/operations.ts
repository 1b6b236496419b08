import { graphql, REFUSAL } from '../../client/graphql';
import { PERSON, SCREEN_SHARE } from '../operations';

export const START_SHARING = graphql(
  `
    mutation StartSharing($sessionId: ID!, $key: String!) {
      startScreenShare(input: { supportSessionId: $sessionId, idempotencyKey: $key }) {
        screenShare { ...ScreenShare }
        userErrors { ...Refusal }
      }
    }
  `,
  [SCREEN_SHARE, REFUSAL],
);

export const STOP_SHARING = graphql(`
  mutation StopSharing($shareId: ID!) {
    stopScreenShare(input: { screenShareId: $shareId }) { userErrors { message } }
  }
`);

export const SIGNAL = graphql(`
  mutation Signal($shareId: ID!, $to: ID!, $payload: String!, $key: String!) {
    sendSignal(input: { screenShareId: $shareId, toAttendeeId: $to, payload: $payload, idempotencyKey: $key }) {
      userErrors { message }
    }
  }
`);

export const CONTROL = graphql(`
  mutation Control($shareId: ID!, $payload: String!) {
    sendControlInput(input: { screenShareId: $shareId, payload: $payload }) { userErrors { message } }
  }
`);

export const SCREEN_EVENTS = graphql(
  `
    subscription ScreenEvents($shareId: ID!, $after: Cursor) {
      screenShareEvents(screenShareId: $shareId, after: $after) {
        __typename
        cursor
        actor { ...Person }
        ... on ScreenShareSignalled { payload }
        ... on ScreenShareControlled { payload }
      }
    }
  `,
  [PERSON],
);
