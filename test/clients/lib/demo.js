// What people do in the demo organisation.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { address, mutate, run } from './server.js';

const signedIn = new Map();

/** The access token of a member; each signs in once. */
export function tokenOf(email) {
  if (!signedIn.has(email)) signedIn.set(email, signIn(email));
  return signedIn.get(email);
}

async function signIn(email) {
  const { accessToken } = await mutate(
    `mutation ($email: String!, $password: String!) {
      signIn(input: {email: $email, password: $password}) { accessToken userErrors { code message } }
    }`,
    { email, password: 'parley-demo' },
  );
  return accessToken;
}

export function signOut(accessToken) {
  return mutate('mutation { signOut(input: {}) { userErrors { code message } } }', {}, accessToken);
}

/** A new room, `{id, name, lastCursor}`. */
export async function createRoom(accessToken) {
  const { room } = await mutate(
    'mutation { createRoom(input: {}) { room { id name lastCursor } userErrors { code message } } }',
    {},
    accessToken,
  );
  return room;
}

export function closeRoom(accessToken, roomId) {
  return mutate(
    'mutation ($roomId: ID!) { closeRoom(input: {roomId: $roomId}) { room { status } userErrors { code message } } }',
    { roomId },
    accessToken,
  );
}

export function mergeRooms(accessToken, roomId, intoRoomId) {
  return mutate(
    `mutation ($input: MergeRoomsInput!) { mergeRooms(input: $input) { room { id } userErrors { code message } } }`,
    { input: { roomId, intoRoomId } },
    accessToken,
  );
}

/** Ends the links to a room, and the access of those who came in by them. */
export function revokeLinks(accessToken, roomId) {
  return mutate(
    'mutation ($roomId: ID!) { revokeLinks(input: {roomId: $roomId}) { userErrors { code message } } }',
    { roomId },
    accessToken,
  );
}

export function setTyping(accessToken, roomId) {
  return mutate(
    'mutation ($roomId: ID!) { setTyping(input: {roomId: $roomId, typing: true}) { userErrors { code message } } }',
    { roomId },
    accessToken,
  );
}

/** The documents of a room, `[{filename, size}]`. */
export async function documentsIn(accessToken, roomId) {
  const { room } = await run(
    'query ($id: ID!) { room(id: $id) { messages(last: 50) { nodes { document { filename size } } } } }',
    { id: roomId },
    accessToken,
  );
  return room.messages.nodes.flatMap(({ document }) => document ?? []);
}

/** Invites somebody to become a member, an agent unless the attributes say something else. */
export function inviteMember(accessToken, email, attributes = {}) {
  return mutate(
    `mutation ($input: InviteMembersInput!) { inviteMembers(input: $input) { results { email } userErrors { code message } } }`,
    { input: { role: 'AGENT', ...attributes, emails: [email] } },
    accessToken,
  );
}

/** Registers who was invited to become a member: their password is everyone's. */
export async function register(email, firstName, lastName) {
  await mutate(
    `mutation ($input: AcceptMemberInvitationInput!) {
      acceptMemberInvitation(input: $input) { member { id } userErrors { code message } }
    }`,
    { input: { token: await linkTokenSentTo(email, 'join'), firstName, lastName, password: 'parley-demo' } },
  );
}

/** Invites somebody by a channel and gives the payload. */
export function invite(accessToken, roomId, channel, to, firstName = 'Ada', lastName = 'Lovelace') {
  return mutate(
    `mutation ($input: InviteCustomerInput!) {
      inviteCustomer(input: $input) { room { name } invitation { id status } confirmation userErrors { code message field } }
    }`,
    { input: { roomId, channel, to, firstName, lastName } },
    accessToken,
  );
}

/** Writes a message and gives it, `{id, cursor}`. */
export async function send(accessToken, roomId, body, idempotencyKey) {
  const { message } = await mutate(
    `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) { message { id cursor } userErrors { code message } }
    }`,
    { input: { roomId, body, idempotencyKey } },
    accessToken,
  );
  return message;
}

/** What was written in a room, in its order: the newest 50. */
export async function bodiesIn(accessToken, roomId) {
  const { room } = await run(
    `query ($roomId: ID!) { room(id: $roomId) { messages(last: 50) { nodes { side body } } } }`,
    { roomId },
    accessToken,
  );
  return room.messages.nodes.filter(({ side }) => side !== 'SYSTEM').map(({ body }) => body);
}

/** The id of a service by its name. */
export async function serviceId(accessToken, name) {
  const { organization } = await run('{ organization { services { id name } } }', {}, accessToken);
  return organization.services.find((service) => service.name === name).id;
}

/** Texts a number under the service Support and gives the id of the conversation. */
export async function sendSms(accessToken, to, body) {
  const { conversation } = await mutate(
    `mutation ($input: SendSmsInput!) {
      sendSms(input: $input) { conversation { id } userErrors { code message } }
    }`,
    { input: { serviceId: await serviceId(accessToken, 'Support'), to, body } },
    accessToken,
  );
  return conversation.id;
}

export function endChat(accessToken, conversationId) {
  return mutate(
    'mutation ($id: ID!) { endSmsConversation(input: {conversationId: $id}) { userErrors { code message } } }',
    { id: conversationId },
    accessToken,
  );
}

/** Reports a call with a customer for the service Support, as a telephony adapter does, and gives its id. */
export async function startCall(accessToken, number) {
  const { call } = await mutate(
    'mutation ($input: StartCallInput!) { startCall(input: $input) { call { id } userErrors { code message } } }',
    { input: { number, serviceId: await serviceId(accessToken, 'Support'), flow: 'CONTACT_CENTER' } },
    accessToken,
  );
  return call.id;
}

export function endCall(accessToken, callId) {
  return mutate(
    'mutation ($id: ID!) { endCall(input: {callId: $id}) { userErrors { code message } } }',
    { id: callId },
    accessToken,
  );
}

/** Enters by a link's token and gives `{accessToken, room}`. */
export function enter(token) {
  return mutate(
    `mutation ($token: String!) {
      enterRoom(input: {token: $token}) { accessToken room { id name lastCursor } userErrors { code message } }
    }`,
    { token },
  );
}

/** Starts a support session in a room, through a portal that lets specialists in and gives them control, and gives its id. */
export async function startSession(accessToken, roomId, specialistsMayShare = false) {
  const { organization } = await run('{ organization { portals { id allowsControl } } }', {}, accessToken);
  const portalId = organization.portals.find((portal) => portal.allowsControl).id;
  const { supportSession } = await mutate(
    `mutation ($input: StartSupportSessionInput!) {
      startSupportSession(input: $input) { supportSession { id } userErrors { code message } }
    }`,
    { input: { roomId, portalId, specialistsMayShare } },
    accessToken,
  );
  return supportSession.id;
}

export function endSession(accessToken, supportSessionId) {
  return mutate(
    'mutation ($id: ID!) { endSupportSession(input: {supportSessionId: $id}) { userErrors { code message } } }',
    { id: supportSessionId },
    accessToken,
  );
}

/** The code and the link of a support session, `{code, url}`. */
export async function inviteSpecialists(accessToken, supportSessionId, access = 'VIEW_ONLY') {
  const { specialistInvitation } = await mutate(
    `mutation ($input: CreateSpecialistInvitationInput!) {
      createSpecialistInvitation(input: $input) { specialistInvitation { code url } userErrors { code message } }
    }`,
    { input: { supportSessionId, access } },
    accessToken,
  );
  return specialistInvitation;
}

/** Joins a support session by its code and gives `{accessToken, specialist}`. */
export function join(code, name) {
  return mutate(
    `mutation ($code: String!, $name: String!) {
      joinSupportSession(input: {code: $code, name: $name}) { accessToken specialist { id } userErrors { code message } }
    }`,
    { code, name },
  );
}

/** The specialists who are in the support session of a room, `[{id, name}]`. */
export async function specialistsIn(accessToken, roomId) {
  const { room } = await run(
    'query ($id: ID!) { room(id: $id) { attendees { ... on Specialist { id name } } } }',
    { id: roomId },
    accessToken,
  );
  return room.attendees.filter((attendee) => attendee.id);
}

/** The ids of the screens that are shared in a room. */
export async function sharesIn(accessToken, roomId) {
  const { room } = await run(
    'query ($id: ID!) { room(id: $id) { supportSession { screenShares { id } } } }',
    { id: roomId },
    accessToken,
  );
  return room.supportSession.screenShares.map(({ id }) => id);
}

export function setAccess(accessToken, specialistId, access) {
  return mutate(
    `mutation ($input: SetSpecialistAccessInput!) {
      setSpecialistAccess(input: $input) { userErrors { code message } }
    }`,
    { input: { specialistId, access } },
    accessToken,
  );
}

export function removeSpecialist(accessToken, specialistId) {
  return mutate(
    'mutation ($id: ID!) { removeSpecialist(input: {specialistId: $id}) { userErrors { code message } } }',
    { id: specialistId },
    accessToken,
  );
}

/** The token of the link that was sent to a number or an address last, as soon as it is there. */
export async function linkTokenSentTo(recipient, page = 'r') {
  for (;;) {
    const response = await fetch(address(`/simulator/messages?to=${encodeURIComponent(recipient)}`));
    const last = (await response.json()).at(-1);
    const link = last?.text.match(new RegExp(`/${page}/([\\w-]+)`));
    if (link) return link[1];
    await pause(50);
  }
}

/** A British mobile number that nobody has been invited by; the simulator delivers to it. */
export function freshNumber() {
  return `+4474001${randomInt(1_000, 9_999)}${randomInt(1, 9)}`;
}

export function freshAddress() {
  return `ada.${randomInt(1e12)}@customer.example`;
}
