import { graphql, REFUSAL } from '../../client/graphql';

export const MEMBER = graphql(`
  fragment Member on Member {
    id name email role state stateReason
    call { id number status service { id name } }
  }
`);

export const SIGN_IN = graphql(
  `
    mutation SignIn($email: String!, $password: String!) {
      signIn(input: { email: $email, password: $password }) { accessToken userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SIGN_OUT = graphql(`
  mutation SignOut { signOut(input: {}) { userErrors { message } } }
`);

export const ME = graphql(`query Me { viewer { __typename ... on Member { ...Member } } }`, [MEMBER]);

export const SET_STATE = graphql(
  `
    mutation SetState($state: AgentState!, $reason: String) {
      setAgentState(input: { state: $state, reason: $reason }) { member { ...Member } userErrors { ...Refusal } }
    }
  `,
  [MEMBER, REFUSAL],
);

/** What a colleague is told of another one. */
export const COLLEAGUE = graphql(`
  fragment Colleague on Member { id name state stateReason }
`);

export const COLLEAGUES = graphql(
  `query Colleagues { organization { members(first: 100) { nodes { ...Colleague } } } }`,
  [COLLEAGUE],
);

/** Ends what a call has left to do. */
export const FINISH = graphql(
  `
    mutation Finish($callId: ID!) {
      finishAfterCallWork(input: { callId: $callId }) { userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
