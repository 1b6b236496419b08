import { graphql, REFUSAL } from '../../client/graphql';

/** With `dryRun` it only says what would happen. */
export const INVITE = graphql(
  `
    mutation Invite($input: InviteCustomerInput!) {
      inviteCustomer(input: $input) {
        confirmation
        mergePreview { messageCount room { id name createdBy { id name } } }
        userErrors { ...Refusal }
      }
    }
  `,
  [REFUSAL],
);

/** What to show of the details by which a customer is re-invited, for each way to do it. */
export const REINVITE_FORMS = graphql(`
  query ReinviteForms($id: ID!) {
    room(id: $id) {
      SMS: reinvite(channel: SMS) { firstName lastName identifier editable }
      EMAIL: reinvite(channel: EMAIL) { firstName lastName identifier editable }
      LINK: reinvite(channel: LINK) { firstName lastName identifier editable }
    }
  }
`);

export const REINVITE = graphql(
  `
    mutation Reinvite($input: ReinviteCustomerInput!) {
      reinviteCustomer(input: $input) { confirmation url userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const GET_LINK = graphql(`
  mutation GetLink($roomId: ID!) {
    getLink(input: { roomId: $roomId }) { url userErrors { message } }
  }
`);

export const REVOKE_LINKS = graphql(
  `
    mutation RevokeLinks($roomId: ID!) {
      revokeLinks(input: { roomId: $roomId }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
