import { graphql, REFUSAL } from '../../client/graphql';

export const OWN_MESSAGES = graphql(`
  query OwnPredefinedMessages($after: ID) {
    viewer { __typename ... on Member { predefinedMessages(first: 100, after: $after) { id title body } } }
  }
`);

export const MESSAGES_OF_SERVICE = graphql(`
  query PredefinedMessagesOfService($id: ID!, $after: ID) {
    node(id: $id) { __typename ... on Service { predefinedMessages(first: 100, after: $after) { id title body } } }
  }
`);

export const CREATE_MESSAGE = graphql(
  `
    mutation CreatePredefinedMessage($input: CreatePredefinedMessageInput!) {
      saved: createPredefinedMessage(input: $input) { predefinedMessage { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const UPDATE_MESSAGE = graphql(
  `
    mutation UpdatePredefinedMessage($input: UpdatePredefinedMessageInput!) {
      saved: updatePredefinedMessage(input: $input) { predefinedMessage { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const DELETE_MESSAGE = graphql(
  `
    mutation DeletePredefinedMessage($id: ID!) {
      deletePredefinedMessage(input: { id: $id }) { deletedId userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
