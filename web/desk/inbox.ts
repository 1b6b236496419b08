// What happens anywhere that the member should know of: it is followed once, for as long as they are signed in, and passed on.
import { ApiError, follow } from '../client/connection';
import { graphql, type ResultOf } from '../client/graphql';
import { heardOf } from '../client/server-time';
import { place } from './address';
import * as contact from './conversation/contact';
import * as chats from './conversation/conversations';
import { OFFERED } from './conversation/operations';
import * as colleagues from './member/colleagues';
import * as me from './member/me';
import { MEMBER } from './member/operations';
import * as rooms from './room/rooms';

const INBOX = graphql(
  `
    subscription Inbox($after: Cursor) {
      inboxEvents(after: $after) {
        __typename
        cursor
        occurredAt
        ... on AgentStateChanged { member { ...Member } }
        ... on ChatOffered { expiresAt conversation { ...Offered } }
        ... on ChatWithdrawn { conversation { id } }
        ... on SmsConversationUpdated { conversation { id } }
      }
    }
  `,
  [MEMBER, OFFERED],
);

type InboxEvent = ResultOf<typeof INBOX>['inboxEvents'];

// A reload goes on behind this cursor. It stays before an offer that is not answered: who comes back is told of it again.
const kept = 'parley.desk.inbox';

/** Ends when `signal` says so; or by throwing an ApiError, when the member may not stay. */
export async function followInbox(signal: AbortSignal): Promise<void> {
  try {
    await follow(INBOX, { after: sessionStorage.getItem(kept) }, apply, signal);
  } catch (refusal) {
    forget();
    if (!(refusal instanceof ApiError && refusal.codes.includes('CURSOR_EXPIRED'))) throw refusal;
    await followInbox(signal);
  }
}

/** Forgets all that belongs to the member who was signed in. */
export function forget() {
  sessionStorage.removeItem(kept);
  me.forget();
  rooms.forget();
  chats.forget();
  colleagues.forget();
  contact.forget();
}

function apply(event: InboxEvent) {
  heardOf(event.occurredAt);
  switch (event.__typename) {
    case 'InboxCaughtUp':
      me.look();
      colleagues.look();
      rooms.look();
      chats.look();
      break;
    case 'RoomUpdated':
      rooms.look();
      break;
    case 'AgentStateChanged':
      if (event.member.id === me.myId.value) me.me.value = event.member;
      colleagues.update(event.member);
      break;
    case 'ChatOffered':
      chats.offer.value = { ...event.conversation, expiresAt: event.expiresAt };
      break;
    case 'ChatWithdrawn':
      chats.endOffer(event.conversation.id);
      break;
    case 'SmsConversationUpdated':
      chats.endOffer(event.conversation.id); // accepted, perhaps at another desk of theirs
      chats.markNews(event.conversation.id, event.conversation.id !== place.value.id);
      chats.look();
      break;
  }
  if (event.cursor && !chats.offer.value) sessionStorage.setItem(kept, event.cursor);
}
