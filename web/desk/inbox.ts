// What happens anywhere that the member should know of: it is followed once, for as long as they are signed in, and passed on.
import { follow } from './connection';
import { graphql } from './graphql';
import * as me from './member/me';
import { MEMBER } from './member/operations';
import * as rooms from './room/rooms';

const INBOX = graphql(
  `
    subscription Inbox($after: Cursor) {
      inboxEvents(after: $after) {
        __typename
        cursor
        ... on AgentStateChanged { member { ...Member } }
      }
    }
  `,
  [MEMBER],
);

export async function followInbox(signal: AbortSignal) {
  await follow(
    INBOX,
    {},
    (event) => {
      switch (event.__typename) {
        case 'InboxCaughtUp':
          me.look();
          rooms.look();
          break;
        case 'RoomUpdated':
          rooms.look();
          break;
        case 'AgentStateChanged':
          if (event.member.id === me.me.value?.id) me.me.value = event.member;
          break;
      }
    },
    signal,
  );
}
