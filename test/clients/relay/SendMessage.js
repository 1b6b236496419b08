// Compiled by relay.test.js, never run: a mutation and a subscription that put what they bring into a connection.
import { graphql } from 'react-relay';

export const send = graphql`
  mutation SendMessageMutation($input: SendMessageInput!, $connections: [ID!]!) {
    sendMessage(input: $input) {
      message @appendNode(connections: $connections, edgeTypeName: "MessageEdge") {
        id
        body
      }
      userErrors {
        code
        message
      }
    }
  }
`;

export const posted = graphql`
  subscription SendMessageSubscription($roomId: ID!, $after: Cursor, $connections: [ID!]!) {
    messagePosted(roomId: $roomId, after: $after) @appendNode(connections: $connections, edgeTypeName: "MessageEdge") {
      id
      body
    }
  }
`;
