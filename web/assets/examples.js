// The tabs that GraphiQL opens with: a walk through the demo, from left to right. Each runs as it is.

const asMember = '{\n  "Authorization": "Bearer {{memberToken}}"\n}';
const asCustomer = '{\n  "Authorization": "Bearer {{customerToken}}"\n}';

export const tabs = [
  member(
    `# Parley, from left to right: press the run
# button in each tab.
#
# What an answer gives is remembered, and
# stands in the variables and headers of later
# tabs as {{roomId}}, {{memberToken}} … The
# bar at the top shows what is known.
#
# 1. Who am I? Nobody, until somebody has
# signed in.
query Viewer {
  viewer {
    __typename
    ... on Member { id name email role channels }
    ... on Customer { id name phone email }
    ... on Specialist { id name access }
  }
}
`,
  ),
  member(
    `# 2. Sign in, here or in the bar at the top:
# it is the same. The access token is
# remembered as {{memberToken}} and sent as a
# header, over WebSocket as connection_init.
# It is gone when this browser tab is closed.
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    accessToken
    expiresAt
    member { name role }
    userErrors { code message field }
  }
}
`,
    { input: { email: 'agent@demo.example', password: 'parley-demo' } },
  ),
  member(
    `# 3. Open a room. The tabs that follow are
# about this room.
mutation CreateRoom {
  createRoom(input: {}) {
    room { id name status lastCursor }
    userErrors { code message }
  }
}
`,
  ),
  member(
    `# 4. Write into the room. With an
# idempotencyKey in the input a request can be
# repeated safely: the same key gives the same
# message.
mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id cursor body side sentAt }
    userErrors { code message field limit count }
  }
}
`,
    { input: { roomId: '{{roomId}}', body: 'Hello, I have put our offer together for you.' } },
  ),
  member(
    `# 5. Invite the customer by SMS: the room gets
# the customer's name. Open the simulator
# (link at the top) to see the phone, and the
# link in the message. A customer has one room:
# run tabs 3 to 5 again, and the new room goes
# into the one from before.
mutation InviteCustomer($input: InviteCustomerInput!) {
  inviteCustomer(input: $input) {
    confirmation
    invitation { id channel to status }
    room { id name status }
    userErrors { code message field roomId }
  }
}
`,
    {
      input: { roomId: '{{roomId}}', channel: 'SMS', to: '+447400123456', firstName: 'Ada', lastName: 'Lovelace' },
    },
  ),
  member(
    `# 6. Everything that happened in the room
# since it was created, then everything that
# happens, live: the delivery of the text
# message, the customer coming in, messages.
#
# GraphiQL ends a subscription when you change
# to another tab. Nothing is lost by it: come
# back and run it again, \`after\` replays
# what is stored. To watch live, open the link
# from the simulator in a second window and
# write there.
subscription RoomEvents($roomId: ID!, $after: Cursor) {
  roomEvents(roomId: $roomId, after: $after) {
    __typename
    cursor
    occurredAt
    ... on MessagePosted { message { body side } }
    ... on InvitationStatusChanged { status }
    ... on RoomRenamed { name }
  }
}
`,
    { roomId: '{{roomId}}', after: '{{lastCursor}}' },
  ),
  member(
    `# 7. The organisation's rooms, newest activity
# first. A filter takes a status, an agent, the
# customer's name, number or address, and
# times; none of it shows all.
query Rooms($filter: RoomFilter) {
  rooms(first: 10, filter: $filter) {
    totalCount
    nodes {
      id
      name
      status
      lastActivityAt
      unreadCount
      customer { name phone email }
      messages(last: 3) { nodes { body side sentAt } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    { filter: { customerName: 'lov' } },
  ),
  member(
    `# 8. A link for the customer, to be copied.
# Whoever has it is the customer. Open it in a
# second window, or go on here.
mutation GetLink($input: GetLinkInput!) {
  getLink(input: $input) {
    url
    userErrors { code message }
  }
}
`,
    { input: { roomId: '{{roomId}}' } },
  ),
  member(
    `# 9. Enter the room by the link, as the
# customer does.
mutation EnterRoom($input: EnterRoomInput!) {
  enterRoom(input: $input) {
    accessToken
    expiresAt
    customer { name phone }
    room { id name messages { nodes { body side sentAt } } }
    userErrors { code message }
  }
}
`,
    { input: { token: '{{linkToken}}' } },
  ),
  customer(
    `# 10. Write as the customer: see the headers
# of this tab.
mutation Reply($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      body
      side
      author { __typename ... on Customer { name } }
    }
    userErrors { code message }
  }
}
`,
    { input: { roomId: '{{roomId}}', body: 'Thank you, I am reading it.' } },
  ),
  customer(
    `# 11. Messages only, as the customer sees
# them.
subscription MessagePosted($roomId: ID!, $after: Cursor) {
  messagePosted(roomId: $roomId, after: $after) {
    cursor
    kind
    body
    side
    sentAt
  }
}
`,
    { roomId: '{{roomId}}', after: '{{lastCursor}}' },
  ),
  member(
    `# 12. What was written, in all rooms: by the
# beginnings of words. A customer who asks finds
# what is in their room.
query SearchMessages($query: String!) {
  searchMessages(query: $query, first: 10) {
    totalCount
    nodes { body sentAt room { id name } }
  }
}
`,
    { query: 'read thank' },
  ),
  member(
    `# 13. Which rooms have news, live. Leave it
# running, and write as the customer in a second
# window. A client fetches its list behind
# InboxCaughtUp, and misses nothing.
subscription InboxEvents {
  inboxEvents {
    __typename
    cursor
    occurredAt
    ... on RoomUpdated { room { id name status unreadCount } }
  }
}
`,
  ),
  member(
    `# 14. The portals through which support
# sessions are started, and whether they let
# outside specialists in.
query Portals {
  organization {
    portals { id name mode allowsSpecialists allowsControl }
  }
}
`,
  ),
  member(
    `# 15. Start a support session in the room,
# through the portal that lets specialists in.
mutation StartSupportSession($input: StartSupportSessionInput!) {
  startSupportSession(input: $input) {
    supportSession {
      id
      status
      host { name }
      specialistSeats { taken limit }
    }
    userErrors { code message field }
  }
}
`,
    { input: { roomId: '{{roomId}}', portalId: '{{portalId}}' } },
  ),
  member(
    `# 16. The code by which specialists join: one
# for all of them, to be spoken, passed on as a
# link, or sent to an address.
mutation CreateSpecialistInvitation($input: CreateSpecialistInvitationInput!) {
  createSpecialistInvitation(input: $input) {
    confirmation
    specialistInvitation { id code url text accessLabel expiresAt }
    userErrors { code message field }
  }
}
`,
    { input: { supportSessionId: '{{supportSessionId}}', access: 'VIEW_ONLY' } },
  ),
  member(
    `# 17. Join by the code, as a specialist does:
# in any case, with or without hyphens.
mutation JoinSupportSession($input: JoinSupportSessionInput!) {
  joinSupportSession(input: $input) {
    accessToken
    expiresAt
    specialist { id name accessLabel }
    supportSession { room { name messages(last: 3) { nodes { body side } } } }
    userErrors { code message limit }
  }
}
`,
    { input: { code: '{{code}}', name: 'Grace Hopper' } },
  ),
  member(
    `# 18. Who is in the session.
query SupportSession($roomId: ID!) {
  room(id: $roomId) {
    supportSession {
      specialistSeats { taken limit }
      attendees {
        __typename
        ... on Member { name }
        ... on Customer { name }
        ... on Specialist { name joinedAt }
      }
    }
  }
}
`,
    { roomId: '{{roomId}}' },
  ),
  member(
    `# 19. End the session: its code, and what the
# specialist has open.
mutation EndSupportSession($input: EndSupportSessionInput!) {
  endSupportSession(input: $input) {
    supportSession { status endedAt }
    userErrors { code message }
  }
}
`,
    { input: { supportSessionId: '{{supportSessionId}}' } },
  ),
  member(
    `# 20. What a text to the customer costs: how
# long it is, and in how many parts it goes.
query SmsPreview($input: SmsPreviewInput!) {
  smsPreview(input: $input) { text count limit encoding segments }
}
`,
    { input: { body: 'Your parcel is here. ✓' } },
  ),
  member(
    `# 21. Which services can text.
query Services {
  organization { services { id name supportsSms takesNewChats } }
}
`,
  ),
  member(
    `# 22. Text the customer, under a service. The
# phone is at /simulator: answer from there.
mutation SendSms($input: SendSmsInput!) {
  sendSms(input: $input) {
    message { id body status segments sentAt }
    conversation { id service { name } customerNumber lastCursor }
    userErrors { code message field }
  }
}
`,
    { input: { serviceId: '{{serviceId}}', to: '+447400123456', body: 'Your parcel is here.' } },
  ),
  member(
    `# 23. The transcript.
query SmsConversation($id: ID!) {
  smsConversation(id: $id) {
    status
    messages(last: 10) { nodes { direction body status failureReason sentAt } }
  }
}
`,
    { id: '{{conversationId}}' },
  ),
  member(
    `# 24. End the chat. What the customer texts
# after that is a new request, or ignored.
mutation EndSmsConversation($input: EndSmsConversationInput!) {
  endSmsConversation(input: $input) {
    conversation { status endedAt }
    userErrors { code message }
  }
}
`,
    { input: { conversationId: '{{conversationId}}' } },
  ),
  member(
    `# 25. From here on as an administrator: this
# replaces {{memberToken}}.
mutation SignInAsAdministrator($input: SignInInput!) {
  signIn(input: $input) {
    accessToken
    expiresAt
    member { name role }
    userErrors { code message field }
  }
}
`,
    { input: { email: 'admin@demo.example', password: 'parley-demo' } },
  ),
  member(
    `# 26. Invite people to the team: each address
# gets a result of its own. The email with the
# link is in the mailbox at /simulator.
mutation InviteMembers($input: InviteMembersInput!) {
  inviteMembers(input: $input) {
    results {
      email
      invitation { id status expiresAt }
      error { code message }
    }
    userErrors { code message field }
  }
}
`,
    {
      input: {
        role: 'AGENT',
        channels: ['SMS', 'EMAIL', 'CHAT'],
        classOfService: 'LOCAL_INCLUDING_MOBILE',
        emails: ['grace@example.com', 'agent@demo.example', 'nobody'],
      },
    },
  ),
  member(
    `# 27. The team, what it works for, and who is
# invited.
query Organization {
  organization {
    name
    members { nodes { id name role state services { name } } }
    memberInvitations { nodes { email role classOfServiceLabel expiresAt } }
    services { name supportsSms }
    sites { name country }
    phoneNumbers { number }
  }
}
`,
  ),
  member(
    `# 28. Numbers that can be bought: give one to
# purchasePhoneNumber.
query AvailablePhoneNumbers {
  organization {
    availablePhoneNumbers(country: "GB", areaCode: "20", first: 5) { number areaCode }
  }
}
`,
  ),
  member(
    `# 29. Who did what, and when.
query Audit {
  organization {
    auditEntries(first: 10) {
      nodes { at action detail actor { ... on Member { name } } }
    }
  }
}
`,
  ),
];

function member(query, variables) {
  return tab(query, variables, asMember);
}

function customer(query, variables) {
  return tab(query, variables, asCustomer);
}

function tab(query, variables, headers) {
  return { query, variables: variables && JSON.stringify(variables, null, 2), headers };
}
