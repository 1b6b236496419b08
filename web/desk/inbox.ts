// What happens anywhere that the member should know of: it is followed once, for as long as they are signed in, and passed on.
import { place } from './address';
import * as chats from './conversation/conversations';
import { CONVERSATION } from './conversation/operations';
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
        ... on ChatOffered { conversation { ...Conversation } }
        ... on ChatWithdrawn { conversation { id } }
        ... on SmsConversationUpdated { conversation { id } }
      }
    }
  `,
  [MEMBER, CONVERSATION],
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
          chats.look();
          break;
        case 'RoomUpdated':
          rooms.look();
          break;
        case 'AgentStateChanged':
          if (event.member.id === me.me.value?.id) me.me.value = event.member;
          break;
        case 'ChatOffered':
          chats.offer.value = event.conversation;
          break;
        case 'ChatWithdrawn':
          if (chats.offer.value?.id === event.conversation.id) chats.offer.value = null;
          break;
        case 'SmsConversationUpdated':
          chats.markNews(event.conversation.id, event.conversation.id !== place.value.id);
          chats.look();
          break;
      }
    },
    signal,
  );
}
