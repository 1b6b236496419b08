import { graphql, REFUSAL } from '../../client/graphql';

/** How much there is of everything, and the invitations that are pending. */
export const OVERVIEW = graphql(`
  query Overview($services: ID, $sites: ID, $skills: ID, $portals: ID, $phoneNumbers: ID) {
    organization {
      name
      memberInvitations(first: 4) { totalCount nodes { id email role } }
      members(first: 1) { totalCount }
      services(first: 100, after: $services) { id }
      sites(first: 100, after: $sites) { id }
      skills(first: 100, after: $skills) { id }
      portals(first: 100, after: $portals) { id }
      phoneNumbers(first: 100, after: $phoneNumbers) { id }
      settings { roomTimeoutDays }
    }
  }
`);

/** What a member can be given. */
export const GRANTABLE = graphql(`
  fragment Grantable on Organization {
    services(first: 100, after: $services) { id name }
    sites(first: 100, after: $sites) { id name }
    skills(first: 100, after: $skills) { id name }
  }
`);

export const GRANTABLE_THINGS = graphql(
  `query GrantableThings($services: ID, $sites: ID, $skills: ID) { organization { ...Grantable } }`,
  [GRANTABLE],
);

export const INVITATIONS = graphql(`
  query MemberInvitations($status: MemberInvitationStatus!, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    organization {
      memberInvitations(status: $status, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        nodes { id email status role classOfServiceLabel expiresAt acceptedAt deliveryStatus failureReason invitedBy { id name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
`);

export const INVITE_MEMBERS = graphql(
  `
    mutation InviteMembers($input: InviteMembersInput!) {
      inviteMembers(input: $input) {
        results { email error { message } }
        userErrors { ...Refusal }
      }
    }
  `,
  [REFUSAL],
);

export const RESEND_INVITATION = graphql(
  `
    mutation ResendMemberInvitation($id: ID!, $key: String!) {
      resendMemberInvitation(input: { id: $id, idempotencyKey: $key }) { memberInvitation { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const REVOKE_INVITATION = graphql(
  `
    mutation RevokeMemberInvitation($id: ID!) {
      revokeMemberInvitation(input: { id: $id }) { memberInvitation { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const MEMBERS = graphql(`
  query Members($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    organization {
      members(first: $first, after: $after, last: $last, before: $before) {
        totalCount
        nodes { id name email role }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
`);

export const MEMBER_DETAILS = graphql(
  `
    query MemberDetails($id: ID!, $services: ID, $sites: ID, $skills: ID, $ownServices: ID, $ownSites: ID, $ownSkills: ID) {
      node(id: $id) {
        __typename
        ... on Member {
          id firstName lastName name email role channels classOfService
          services(first: 100, after: $ownServices) { id }
          sites(first: 100, after: $ownSites) { id }
          skills(first: 100, after: $ownSkills) { id }
        }
      }
      organization { ...Grantable }
    }
  `,
  [GRANTABLE],
);

export const UPDATE_MEMBER = graphql(
  `
    mutation UpdateMember($input: UpdateMemberInput!) {
      updateMember(input: $input) { member { id name } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const DEACTIVATE_MEMBER = graphql(
  `
    mutation DeactivateMember($id: ID!) {
      deactivateMember(input: { id: $id }) { member { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SERVICES = graphql(`
  query Services($after: ID) {
    organization { services(first: 100, after: $after) { id name supportsSms takesNewChats phoneNumber { id number } } }
  }
`);

/** What can be said of a service; and of the one that is changed, what it needs. */
export const SERVICE_FORM = graphql(`
  query ServiceForm($id: ID!, $known: Boolean!, $needed: ID, $skills: ID, $phoneNumbers: ID) {
    node(id: $id) @include(if: $known) { __typename ... on Service { skills(first: 100, after: $needed) { id } } }
    organization {
      skills(first: 100, after: $skills) { id name }
      phoneNumbers(first: 100, after: $phoneNumbers) { id number }
    }
  }
`);

export const CREATE_SERVICE = graphql(
  `
    mutation CreateService($input: CreateServiceInput!) {
      saved: createService(input: $input) { service { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const UPDATE_SERVICE = graphql(
  `
    mutation UpdateService($input: UpdateServiceInput!) {
      saved: updateService(input: $input) { service { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SITES = graphql(`query Sites($after: ID) { organization { sites(first: 100, after: $after) { id name country } } }`);

export const CREATE_SITE = graphql(
  `
    mutation CreateSite($input: CreateSiteInput!) {
      saved: createSite(input: $input) { site { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const UPDATE_SITE = graphql(
  `
    mutation UpdateSite($input: UpdateSiteInput!) {
      saved: updateSite(input: $input) { site { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SKILLS = graphql(`query Skills($after: ID) { organization { skills(first: 100, after: $after) { id name } } }`);

export const CREATE_SKILL = graphql(
  `
    mutation CreateSkill($input: CreateSkillInput!) {
      saved: createSkill(input: $input) { skill { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const UPDATE_SKILL = graphql(
  `
    mutation UpdateSkill($input: UpdateSkillInput!) {
      saved: updateSkill(input: $input) { skill { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const CREATE_PORTAL = graphql(
  `
    mutation CreatePortal($input: CreatePortalInput!) {
      saved: createPortal(input: $input) { portal { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const UPDATE_PORTAL = graphql(
  `
    mutation UpdatePortal($input: UpdatePortalInput!) {
      saved: updatePortal(input: $input) { portal { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

/** The numbers that are held, and the services that use them. */
export const NUMBERS = graphql(`
  query Numbers($phoneNumbers: ID, $services: ID) {
    organization {
      phoneNumbers(first: 100, after: $phoneNumbers) { id number country }
      services(first: 100, after: $services) { id name phoneNumber { id } }
    }
  }
`);

export const AVAILABLE_NUMBERS = graphql(`
  query AvailableNumbers($country: String!, $areaCode: String) {
    organization { availablePhoneNumbers(country: $country, areaCode: $areaCode, first: 10) { number areaCode } }
  }
`);

export const GET_NUMBER = graphql(
  `
    mutation GetNumber($number: PhoneNumber!, $key: String!) {
      purchasePhoneNumber(input: { number: $number, idempotencyKey: $key }) {
        phoneNumber { id number status }
        userErrors { ...Refusal }
      }
    }
  `,
  [REFUSAL],
);

export const RELEASE_NUMBER = graphql(
  `
    mutation ReleaseNumber($id: ID!) {
      releasePhoneNumber(input: { id: $id, confirm: true }) { phoneNumber { id } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);

export const SETTINGS = graphql(`
  query Settings {
    organization {
      settings { smsInvitationText emailInvitationText smsHelpText roomTimeoutDays roomTimedOutText }
    }
  }
`);

export const UPDATE_SETTINGS = graphql(
  `
    mutation UpdateSettings($input: UpdateSettingsInput!) {
      updateSettings(input: $input) { settings { roomTimeoutDays } userErrors { ...Refusal } }
    }
  `,
  [REFUSAL],
);
