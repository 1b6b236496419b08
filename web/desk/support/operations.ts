import { graphql, REFUSAL } from '../../client/graphql';

const PORTAL = graphql(`
  fragment Portal on Portal { id name mode allowsSpecialists allowsControl }
`);

/** What members see of a support session. Its code is asked for by who passes it on. */
export const SUPPORT_SESSION = graphql(
  `
    fragment SupportSession on SupportSession {
      id startedAt specialistsMayShare
      portal { ...Portal }
      host { id name }
      specialistSeats { taken limit }
      specialistInvitation { id access accessLabel }
    }
  `,
  [PORTAL],
);

export const PORTALS = graphql(
  `
    query Portals($after: ID) { organization { portals(first: 100, after: $after) { ...Portal } } }
  `,
  [PORTAL],
);

export const START_SESSION = graphql(
  `
    mutation StartSession($input: StartSupportSessionInput!) {
      startSupportSession(input: $input) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const UPDATE_SESSION = graphql(
  `
    mutation UpdateSession($id: ID!, $specialistsMayShare: Boolean!) {
      updateSupportSession(input: { supportSessionId: $id, specialistsMayShare: $specialistsMayShare }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const END_SESSION = graphql(
  `
    mutation EndSession($id: ID!) {
      endSupportSession(input: { supportSessionId: $id }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const INVITE_SPECIALISTS = graphql(
  `
    mutation InviteSpecialists($input: CreateSpecialistInvitationInput!) {
      createSpecialistInvitation(input: $input) { confirmation userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

/** What is passed on of an invitation. */
export const CODE = graphql(`
  query Code($id: ID!) {
    node(id: $id) { __typename ... on SpecialistInvitation { code url text } }
  }
`);

export const CANCEL_INVITATION = graphql(
  `
    mutation CancelInvitation($id: ID!, $removeJoined: Boolean!) {
      cancelSpecialistInvitation(input: { specialistInvitationId: $id, removeJoined: $removeJoined }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SET_ACCESS = graphql(
  `
    mutation SetAccess($id: ID!, $access: SpecialistAccess!) {
      setSpecialistAccess(input: { specialistId: $id, access: $access }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const REMOVE_SPECIALIST = graphql(
  `
    mutation RemoveSpecialist($id: ID!) {
      removeSpecialist(input: { specialistId: $id }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
