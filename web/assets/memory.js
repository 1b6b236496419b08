// What was learned from earlier answers, so that the example tabs run as they are: `{{roomId}}` in a tab's variables or
// headers stands for the room that was created or entered last, or the one it has become by inviting. It lasts as long as the browser's tab.

const place = 'parley.memory';
const known = JSON.parse(sessionStorage.getItem(place)) ?? {};

// What is learned from which part of an answer, and which tab gives it.
const lessons = {
  memberToken: { from: (data) => data.signIn?.accessToken, tab: 'SignIn, or the bar at the top' },
  memberName: { from: (data) => data.signIn?.member?.name, tab: 'SignIn, or the bar at the top' },
  roomId: { from: (data) => (data.createRoom ?? data.inviteCustomer ?? data.enterRoom)?.room?.id, tab: 'CreateRoom' },
  lastCursor: { from: (data) => data.createRoom?.room?.lastCursor, tab: 'CreateRoom' },
  linkToken: { from: (data) => data.getLink?.url?.split('/').pop(), tab: 'GetLink' },
  portalId: { from: (data) => data.organization?.portals?.find((portal) => portal.allowsSpecialists)?.id, tab: 'Portals' },
  supportSessionId: { from: (data) => data.startSupportSession?.supportSession?.id, tab: 'StartSupportSession' },
  code: { from: (data) => data.createSpecialistInvitation?.specialistInvitation?.code, tab: 'CreateSpecialistInvitation' },
  serviceId: { from: (data) => data.organization?.services?.find((service) => service.supportsSms)?.id, tab: 'Services' },
  conversationId: { from: (data) => data.sendSms?.conversation?.id, tab: 'SendSms' },
  customerToken: { from: (data) => data.enterRoom?.accessToken, tab: 'EnterRoom' },
};

/** What is known, by name. */
export function recall() {
  return { ...known };
}

/** Keeps what is worth keeping of the data of an answer. */
export function learn(data) {
  for (const [name, { from }] of Object.entries(lessons)) {
    const value = from(data ?? {});
    if (value) known[name] = value;
  }
  keep();
}

export function forgetMember() {
  delete known.memberToken;
  delete known.memberName;
  keep();
}

/** Puts what is known in place of each `{{name}}` in the values of an object. What is not known yet is an error. */
export function fillIn(values) {
  return JSON.parse(JSON.stringify(values ?? {}), (_, value) => (typeof value === 'string' ? filled(value) : value));
}

/** Like fillIn, but leaves out what is not known yet: without a token a request is just not signed in. */
export function fillInKnown(values) {
  const complete = Object.entries(values ?? {}).filter(([, value]) => namesIn(value).every((name) => name in known));
  return fillIn(Object.fromEntries(complete));
}

function filled(text) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (name in known) return known[name];
    throw new Error(`{{${name}}} is not known yet: run the tab ${lessons[name]?.tab ?? 'that gives it'} first.`);
  });
}

function namesIn(text) {
  return [...String(text).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
}

function keep() {
  sessionStorage.setItem(place, JSON.stringify(known));
}
