import { graphql, REFUSAL } from '../client/graphql';

export const ACCEPT = graphql(
  `
    mutation Accept($input: AcceptMemberInvitationInput!) {
      acceptMemberInvitation(input: $input) {
        member { name email }
        userErrors { ...Refusal }
      }
    }
  `,
  [REFUSAL],
);
