import { graphql, REFUSAL } from '../client/graphql';

export const ENTER = graphql(
  `
    mutation Enter($token: String!) {
      enterRoom(input: { token: $token }) { accessToken room { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
