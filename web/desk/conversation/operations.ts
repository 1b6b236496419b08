import { graphql, REFUSAL } from '../../client/graphql';

export const TEXT = graphql(`
  fragment Text on SmsMessage { id direction body status failureReason sentAt author { __typename ... on Member { id name } } }
`);

export const CONVERSATION = graphql(`
  fragment Conversation on SmsConversation {
    id customerNumber status startedAt endedAt
    customer { id name }
    service { id name }
    agent { id name }
  }
`);

/** A request, and what the customer wrote last. */
export const OFFERED = graphql(
  `
    fragment Offered on SmsConversation {
      ...Conversation
      messages(last: 1) { nodes { body } }
    }
  `,
  [CONVERSATION],
);

export const CONVERSATIONS = graphql(
  `
    query Conversations($first: Int!, $after: Cursor, $filter: SmsConversationFilter!) {
      smsConversations(first: $first, after: $after, filter: $filter) {
        nodes { ...Conversation }
        pageInfo { hasNextPage endCursor }
      }
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
        messages(last: 25) { nodes { ...Text } pageInfo { hasPreviousPage startCursor } }
      }
    }
  `,
  [CONVERSATION, TEXT],
);

export const EARLIER = graphql(
  `
    query Earlier($id: ID!, $before: Cursor) {
      smsConversation(id: $id) {
        messages(last: 25, before: $before) { nodes { ...Text } pageInfo { hasPreviousPage startCursor } }
      }
    }
  `,
  [TEXT],
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

/** Under what services the member may text, and what of their own they need not type. */
export const CONTACT = graphql(`
  query Contact($predefinedMessages: ID, $services: ID) {
    viewer {
      __typename
      ... on Member {
        predefinedMessages(first: 100, after: $predefinedMessages) { id title }
        services(first: 100, after: $services) { id name supportsSms }
      }
    }
  }
`);

/** What need not be typed of what is sent under a service. */
export const PREDEFINED_FOR = graphql(`
  query PredefinedFor($serviceId: ID!, $known: Boolean!, $after: ID) {
    node(id: $serviceId) @include(if: $known) {
      __typename
      ... on Service { id predefinedMessages(first: 100, after: $after) { id title } }
    }
  }
`);

export const PREVIEW = graphql(`
  query Preview($input: SmsPreviewInput!) {
    smsPreview(input: $input) { text count segments unusualCharacters }
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
