import { graphql, REFUSAL } from '../../client/graphql';

export const TEXT = graphql(`
  fragment Text on SmsMessage { id direction body status failureReason sentAt }
`);

export const CONVERSATION = graphql(`
  fragment Conversation on SmsConversation {
    id customerNumber status
    customer { id name }
    service { id name }
    agent { id name }
  }
`);

export const CONVERSATIONS = graphql(
  `
    query Conversations($agentId: ID!) {
      smsConversations(first: 20, filter: { agentId: $agentId, status: [ACTIVE] }) { nodes { ...Conversation } }
    }
  `,
  [CONVERSATION],
);

export const TRANSCRIPT = graphql(
  `
    query Transcript($id: ID!) {
      smsConversation(id: $id) {
        ...Conversation
        lastCursor
        messages(last: 90) { nodes { ...Text } }
      }
    }
  `,
  [CONVERSATION, TEXT],
);

export const EVENTS = graphql(
  `
    subscription ConversationEvents($conversationId: ID!, $after: Cursor) {
      smsConversationEvents(conversationId: $conversationId, after: $after) {
        __typename
        cursor
        conversation { ...Conversation }
        ... on SmsMessageSent { message { ...Text } }
        ... on SmsMessageReceived { message { ...Text } }
        ... on SmsMessageStatusChanged { message { ...Text } }
      }
    }
  `,
  [CONVERSATION, TEXT],
);

/** Under what services the member may text, and what they need not type. */
export const CONTACT = graphql(`
  query Contact {
    viewer {
      __typename
      ... on Member {
        predefinedMessages { id title }
        services { id name supportsSms predefinedMessages { id title } }
      }
    }
  }
`);

export const PREVIEW = graphql(`
  query Preview($input: SmsPreviewInput!) {
    smsPreview(input: $input) { text count limit segments unusualCharacters }
  }
`);

export const SEND_TEXT = graphql(
  `
    mutation SendText($input: SendSmsInput!) {
      sendSms(input: $input) { message { ...Text } conversation { id } userErrors { ...Refusal } }
    }
  `,
  [TEXT, REFUSAL],
);

export const END_CHAT = graphql(
  `
    mutation EndChat($id: ID!) {
      endSmsConversation(input: { conversationId: $id }) { conversation { ...Conversation } userErrors { ...Refusal } }
    }
  `,
  [CONVERSATION, REFUSAL],
);

export const ACCEPT_CHAT = graphql(
  `
    mutation AcceptChat($id: ID!) {
      acceptChat(input: { conversationId: $id }) { conversation { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const REJECT_CHAT = graphql(
  `
    mutation RejectChat($id: ID!) {
      rejectChat(input: { conversationId: $id }) { conversation { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
