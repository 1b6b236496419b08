import { graphql, REFUSAL } from '../client/graphql';

export const JOIN = graphql(
  `
    mutation Join($code: String!, $name: String!) {
      joinSupportSession(input: { code: $code, name: $name }) {
        accessToken
        supportSession { room { id } }
        userErrors { ...Refusal }
      }
    }
  `,
  [REFUSAL],
);

export const LEAVE = graphql(`
  mutation Leave { leaveSupportSession(input: {}) { userErrors { message } } }
`);
