package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"parley"
	"parley/graph/generated"
)

// operation is a row of the matrix. Its document asks for one thing under the alias "it"; $room# and the like stand
// for things of the world.
type operation struct {
	name     string
	document string
	public   bool // whoever has the password, the link or the code may
}

func (o operation) changes() bool             { return strings.HasPrefix(o.document, "mutation") }
func (o operation) mentions(what string) bool { return strings.Contains(o.document, what) }
func (o operation) mentionsIDs() bool         { return o.mentions("#") && !o.public }

// roots are the root fields.
var roots = map[string]string{
	"Query.viewer":       `{ it: viewer { __typename } }`,
	"Query.node":         `{ it: node(id: $room#) { id } }`,
	"Query.nodes":        `{ it: nodes(ids: [$room#, $message#, $customer#, $invitation#, $org#, $member#, $service#, $site#, $skill#, $portal#, $number#]) { id } }`,
	"Query.organization": `{ it: organization { id name } }`,
	"Query.room":         `{ it: room(id: $room#) { name } }`,
	"Query.rooms":        `{ it: rooms { nodes { id name } totalCount } }`,

	"Mutation.signIn":                 `mutation { it: signIn(input: {email: $email#, password: "parley-demo"}) { member { name } userErrors { code } } }`,
	"Mutation.signOut":                `mutation { it: signOut(input: {}) { userErrors { code } } }`,
	"Mutation.enterRoom":              `mutation { it: enterRoom(input: {token: $link#}) { room { name messages { totalCount } } customer { name } userErrors { code } } }`,
	"Mutation.updateSettings":         `mutation { it: updateSettings(input: {roomTimeoutDays: 90}) { settings { roomTimeoutDays } userErrors { code } } }`,
	"Mutation.inviteMembers":          `mutation { it: inviteMembers(input: {role: AGENT, serviceIds: [$service#], siteIds: [$site#], skillIds: [$skill#], emails: [$joiner#]}) { memberInvitations { email } userErrors { code } } }`,
	"Mutation.resendMemberInvitation": `mutation { it: resendMemberInvitation(input: {id: $asked#}) { memberInvitation { email } userErrors { code } } }`,
	"Mutation.revokeMemberInvitation": `mutation { it: revokeMemberInvitation(input: {id: $asked#}) { memberInvitation { email } userErrors { code } } }`,
	"Mutation.acceptMemberInvitation": `mutation { it: acceptMemberInvitation(input: {token: $join#, firstName: "A", lastName: "B", password: "a good password"}) { member { name email services { name } } userErrors { code } } }`,
	"Mutation.createRoom":             `mutation { it: createRoom(input: {}) { room { name } userErrors { code } } }`,
	"Mutation.inviteCustomer":         `mutation { it: inviteCustomer(input: {roomId: $draft#, channel: EMAIL, to: "matrix@customer.example", firstName: "A", lastName: "B"}) { room { name } userErrors { code } } }`,
	"Mutation.reinviteCustomer":       `mutation { it: reinviteCustomer(input: {roomId: $fresh#, channel: EMAIL}) { room { name } userErrors { code } } }`,
	"Mutation.mergeRooms":             `mutation { it: mergeRooms(input: {roomId: $draft#, intoRoomId: $fresh#}) { room { name } userErrors { code } } }`,
	"Mutation.revokeLinks":            `mutation { it: revokeLinks(input: {roomId: $fresh#}) { room { name } userErrors { code } } }`,
	"Mutation.getLink":                `mutation { it: getLink(input: {roomId: $fresh#}) { url userErrors { code } } }`,
	"Mutation.closeRoom":              `mutation { it: closeRoom(input: {roomId: $fresh#}) { room { status } userErrors { code } } }`,
	"Mutation.sendMessage":            `mutation { it: sendMessage(input: {roomId: $fresh#, body: "Hi"}) { message { body } userErrors { code } } }`,
	"Query.searchMessages":            `{ it: searchMessages(query: "a secret of") { nodes { id body room { id name } author { ... on Customer { name } } } totalCount } }`,

	"Mutation.updateMember":     `mutation { it: updateMember(input: {id: $member#}) { member { name } userErrors { code } } }`,
	"Mutation.deactivateMember": `mutation { it: deactivateMember(input: {id: $leaver#}) { member { name } userErrors { code } } }`,
	"Mutation.createService":    `mutation { it: createService(input: {name: $label#, idempotencyKey: $label#}) { service { name } userErrors { code } } }`,
	"Mutation.updateService":    `mutation { it: updateService(input: {id: $service#, takesNewChats: true}) { service { name } userErrors { code } } }`,
	"Mutation.createSite":       `mutation { it: createSite(input: {name: $label#, idempotencyKey: $label#, country: "GB"}) { site { name } userErrors { code } } }`,
	"Mutation.updateSite":       `mutation { it: updateSite(input: {id: $site#, country: "FR"}) { site { name } userErrors { code } } }`,
	"Mutation.createSkill":      `mutation { it: createSkill(input: {name: $label#, idempotencyKey: $label#}) { skill { name } userErrors { code } } }`,
	"Mutation.updateSkill":      `mutation { it: updateSkill(input: {id: $skill#}) { skill { name } userErrors { code } } }`,
	"Mutation.createPortal":     `mutation { it: createPortal(input: {name: $label#, idempotencyKey: $label#, mode: WEB}) { portal { name } userErrors { code } } }`,
	"Mutation.updatePortal":     `mutation { it: updatePortal(input: {id: $portal#}) { portal { name } userErrors { code } } }`,

	"Mutation.createPredefinedMessage": `mutation { it: createPredefinedMessage(input: {title: "T", body: "B"}) { predefinedMessage { title } userErrors { code } } }`,
	"Mutation.updatePredefinedMessage": `mutation { it: updatePredefinedMessage(input: {id: $own#, title: "T"}) { predefinedMessage { title } userErrors { code } } }`,
	"Mutation.deletePredefinedMessage": `mutation { it: deletePredefinedMessage(input: {id: $spare#}) { deletedId userErrors { code } } }`,

	"Mutation.createUpload":  `mutation { it: createUpload(input: {roomId: $fresh#, filename: "a.pdf", size: 10}) { uploadId url userErrors { code } } }`,
	"Mutation.shareDocument": `mutation { it: shareDocument(input: {roomId: $room#, uploadId: $document#}) { document { filename url } userErrors { code } } }`,

	"Query.callPermission":         `{ it: callPermission(number: "+442079460018", flow: PRIVATE) { allowed } }`,
	"Mutation.setAgentState":       `mutation { it: setAgentState(input: {state: NOT_READY}) { member { state } userErrors { code } } }`,
	"Mutation.startCall":           `mutation { it: startCall(input: {number: "4711", serviceId: $service#, flow: CONTACT_CENTER}) { call { number } userErrors { code } } }`,
	"Mutation.endCall":             `mutation { it: endCall(input: {callId: $call#}) { call { number } userErrors { code } } }`,
	"Mutation.finishAfterCallWork": `mutation { it: finishAfterCallWork(input: {callId: $call#}) { call { number } userErrors { code } } }`,
	"Mutation.purchasePhoneNumber": `mutation { it: purchasePhoneNumber(input: {number: "4711"}) { phoneNumber { number } userErrors { code } } }`,
	"Mutation.releasePhoneNumber":  `mutation { it: releasePhoneNumber(input: {id: $number#}) { phoneNumber { number } userErrors { code } } }`,

	"Mutation.markRead":  `mutation { it: markRead(input: {roomId: $fresh#, cursor: $begin#}) { room { name } userErrors { code } } }`,
	"Mutation.setTyping": `mutation { it: setTyping(input: {roomId: $fresh#, typing: true}) { userErrors { code } } }`,

	"Mutation.startSupportSession":        `mutation { it: startSupportSession(input: {roomId: $fresh#, portalId: $portal#}) { supportSession { status } userErrors { code } } }`,
	"Mutation.endSupportSession":          `mutation { it: endSupportSession(input: {supportSessionId: $live#}) { supportSession { status } userErrors { code } } }`,
	"Mutation.createSpecialistInvitation": `mutation { it: createSpecialistInvitation(input: {supportSessionId: $live#, access: VIEW_ONLY}) { specialistInvitation { code } userErrors { code } } }`,
	"Mutation.cancelSpecialistInvitation": `mutation { it: cancelSpecialistInvitation(input: {specialistInvitationId: $ticket#, removeJoined: true}) { specialistInvitation { cancelledAt } userErrors { code } } }`,
	"Mutation.joinSupportSession":         `mutation { it: joinSupportSession(input: {code: $spoken#, name: "A"}) { specialist { name } supportSession { room { name messages { totalCount } } } userErrors { code } } }`,
	"Mutation.setSpecialistAccess":        `mutation { it: setSpecialistAccess(input: {specialistId: $colleague#, access: CONTROL}) { specialist { access } userErrors { code } } }`,
	"Mutation.removeSpecialist":           `mutation { it: removeSpecialist(input: {specialistId: $colleague#}) { specialist { leftAt } userErrors { code } } }`,
	"Mutation.leaveSupportSession":        `mutation { it: leaveSupportSession(input: {}) { specialist { leftAt } userErrors { code } } }`,

	"Mutation.updateSupportSession": `mutation { it: updateSupportSession(input: {supportSessionId: $live#, specialistsMayShare: true}) { supportSession { specialistsMayShare } userErrors { code } } }`,
	"Mutation.startScreenShare":     `mutation { it: startScreenShare(input: {supportSessionId: $live#}) { screenShare { startedAt } userErrors { code } } }`,
	"Mutation.stopScreenShare":      `mutation { it: stopScreenShare(input: {screenShareId: $shown#}) { screenShare { stoppedAt } userErrors { code } } }`,
	"Mutation.sendSignal":           `mutation { it: sendSignal(input: {screenShareId: $shown#, toAttendeeId: $member#, payload: "x"}) { userErrors { code } } }`,
	"Mutation.sendControlInput":     `mutation { it: sendControlInput(input: {screenShareId: $shown#, payload: "x"}) { userErrors { code } } }`,

	"Query.smsConversation":              `{ it: smsConversation(id: $sms#) { customerNumber } }`,
	"Query.smsConversations":             `{ it: smsConversations { nodes { id customerNumber messages(first: 1) { nodes { body } } } totalCount } }`,
	"Query.smsPreview":                   `{ it: smsPreview(input: {predefinedMessageId: $text#, serviceId: $service#}) { text } }`,
	"Mutation.openSmsConversation":       `mutation { it: openSmsConversation(input: {serviceId: $service#, to: "+447400123456"}) { conversation { status } userErrors { code } } }`,
	"Mutation.sendSms":                   `mutation { it: sendSms(input: {body: "Hi", conversationId: $talk#}) { message { body } userErrors { code } } }`,
	"Mutation.endSmsConversation":        `mutation { it: endSmsConversation(input: {conversationId: $talk#}) { conversation { status } userErrors { code } } }`,
	"Mutation.acceptChat":                `mutation { it: acceptChat(input: {conversationId: $sms#}) { conversation { status } userErrors { code } } }`,
	"Mutation.rejectChat":                `mutation { it: rejectChat(input: {conversationId: $sms#}) { conversation { status } userErrors { code } } }`,
	"Subscription.smsConversationEvents": `subscription { it: smsConversationEvents(conversationId: $sms#, after: $smsStart#) { __typename } }`,

	"Subscription.screenShareEvents": `subscription { it: screenShareEvents(screenShareId: $share#, after: $shareStart#) { __typename } }`,

	"Subscription.specialistJoined": `subscription { it: specialistJoined(roomId: $room#) { name } }`,

	"Subscription.roomEvents":    `subscription { it: roomEvents(roomId: $room#, after: $after#) { __typename } }`,
	"Subscription.inboxEvents":   `subscription { it: inboxEvents { __typename } }`,
	"Subscription.messagePosted": `subscription { it: messagePosted(roomId: $room#, after: $after#) { body } }`,
}

// open are those that whoever has the password, the link or the code may do.
var open = []string{"Mutation.signIn", "Mutation.enterRoom", "Mutation.acceptMemberInvitation", "Mutation.joinSupportSession"}

// paths lead to things through others, besides those that ways has.
var paths = map[string]string{
	"room(closed)":                      `{ it: room(id: $closed#) { name } }`,
	"room(id-of-a-message)":             `{ it: room(id: $message#) { name } }`,
	"rooms(agentId)":                    `{ it: rooms(filter: {agentId: $member#}) { nodes { id } totalCount } }`,
	"room.messages(after).body":         `{ room(id: $room#) { messages(after: $after#) { nodes { it: body } } } }`,
	"room.messages.room.messages.body":  `{ room(id: $room#) { messages { nodes { room { messages { nodes { it: body } } } } } } }`,
	"room.messages.room.invitations":    `{ room(id: $room#) { messages { nodes { room { it: invitations { totalCount } } } } } }`,
	"room.createdBy.email":              `{ room(id: $room#) { createdBy { it: email } } }`,
	"room.createdBy.services":           `{ room(id: $room#) { createdBy { it: services { id } } } }`,
	"room.createdBy.channels":           `{ room(id: $room#) { createdBy { it: channels } } }`,
	"room.customer.phone":               `{ room(id: $room#) { customer { it: email } } }`,
	"invitation.room.messages.body":     `{ node(id: $invitation#) { ... on CustomerInvitation { room { messages { nodes { it: body } } } } } }`,
	"invitation.invitedBy.email":        `{ node(id: $invitation#) { ... on CustomerInvitation { invitedBy { it: email } } } }`,
	"message.room.invitations.to":       `{ node(id: $message#) { ... on Message { room { invitations { nodes { it: to } } } } } }`,
	"organization.sites(after)":         `{ organization { it: sites(after: $site#) { id } } }`,
	"organization.members.email":        `{ node(id: $org#) { ... on Organization { members { nodes { it: email } } } } }`,
	"roomEvents.room.messages.body":     `subscription { roomEvents(roomId: $room#, after: $after#) { ... on MessagePosted { room { messages { nodes { it: body } } } } } }`,
	"roomEvents.room.invitations":       `subscription { roomEvents(roomId: $room#, after: $after#) { ... on MessagePosted { room { it: invitations { totalCount } } } } }`,
	"roomEvents(closed)":                `subscription { it: roomEvents(roomId: $closed#, after: $start#) { __typename } }`,
	"roomEvents(without-after)":         `subscription { it: roomEvents(roomId: $room#) { __typename } }`,
	"createRoom.room.createdBy.email":   `mutation { createRoom(input: {}) { room { createdBy { it: email } } } }`,
	"sendMessage(closed)":               `mutation { it: sendMessage(input: {roomId: $closed#, body: "Hi"}) { message { body } userErrors { code } } }`,
	"setTyping(closed)":                 `mutation { it: setTyping(input: {roomId: $closed#, typing: true}) { userErrors { code } } }`,
	"setTyping(draft)":                  `mutation { it: setTyping(input: {roomId: $draft#, typing: true}) { userErrors { code } } }`,
	"room.attendees.email":              `{ room(id: $room#) { attendees { ... on Member { it: email } } } }`,
	"sendMessage(draft)":                `mutation { it: sendMessage(input: {roomId: $draft#, body: "Hi"}) { message { body } userErrors { code } } }`,
	"inviteCustomer(sms)":               `mutation { it: inviteCustomer(input: {roomId: $draft#, channel: SMS, to: "+447400123456", firstName: "A", lastName: "B"}) { room { name } userErrors { code } } }`,
	"room(gone)":                        `{ it: room(id: $gone#) { name } }`,
	"room.mergedInto.messages.body":     `subscription { roomEvents(roomId: $gone#, after: $goneStart#) { ... on RoomMerged { room { mergedInto { messages { nodes { it: body } } } } } } }`,
	"roomEvents(gone)":                  `subscription { it: roomEvents(roomId: $gone#) { __typename } }`,
	"sendMessage(gone)":                 `mutation { it: sendMessage(input: {roomId: $gone#, body: "Hi"}) { message { body } userErrors { code } } }`,
	"mergeRooms(closed)":                `mutation { it: mergeRooms(input: {roomId: $draft#, intoRoomId: $closed#}) { room { name } userErrors { code } } }`,
	"inviteCustomer(dry)":               `mutation { it: inviteCustomer(input: {roomId: $draft#, channel: EMAIL, to: $known#, firstName: "A", lastName: "B", dryRun: true}) { mergePreview { room { name } } userErrors { code } } }`,
	"reinviteCustomer(draft)":           `mutation { it: reinviteCustomer(input: {roomId: $draft#, channel: EMAIL}) { room { name } userErrors { code } } }`,
	"reinviteCustomer(sms)":             `mutation { it: reinviteCustomer(input: {roomId: $fresh#, channel: SMS, to: "+447400123456"}) { room { name } userErrors { code } } }`,
	"reinviteCustomer(link)":            `mutation { it: reinviteCustomer(input: {roomId: $fresh#, channel: LINK}) { url userErrors { code } } }`,
	"revokeLinks(closed)":               `mutation { it: revokeLinks(input: {roomId: $closed#}) { room { name } userErrors { code } } }`,
	"shareDocument(fresh)":              `mutation { it: shareDocument(input: {roomId: $fresh#, uploadId: $document#}) { document { url } userErrors { code } } }`,
	"createUpload(closed)":              `mutation { it: createUpload(input: {roomId: $closed#, filename: "a.pdf", size: 10}) { url userErrors { code } } }`,
	"startSupportSession(closed)":       `mutation { it: startSupportSession(input: {roomId: $closed#, portalId: $portal#}) { supportSession { status } userErrors { code } } }`,
	"createSpecialistInvitation(over)":  `mutation { it: createSpecialistInvitation(input: {supportSessionId: $over#, access: VIEW_ONLY}) { specialistInvitation { code } userErrors { code } } }`,
	"createSpecialistInvitation(email)": `mutation { it: createSpecialistInvitation(input: {supportSessionId: $live#, access: VIEW_ONLY, email: "matrix@customer.example"}) { specialistInvitation { code } userErrors { code } } }`,
	"leaveSupportSession(another)":      `mutation { it: leaveSupportSession(input: {supportSessionId: $session#}) { specialist { leftAt } userErrors { code } } }`,
	"specialistJoined(closed)":          `subscription { it: specialistJoined(roomId: $closed#) { name } }`,
	"node(session-over)":                `{ it: node(id: $over#) { id } }`,
	"room.attendees.specialist":         `{ room(id: $room#) { attendees(first: 100) { ... on Specialist { it: name } } } }`,
	"room.supportSession.code":          `{ room(id: $room#) { supportSession { specialistInvitation { it: code } } } }`,
	"session.room.messages.body":        `{ node(id: $session#) { ... on SupportSession { room { messages { nodes { it: body } } } } } }`,
	"session.host.email":                `{ node(id: $session#) { ... on SupportSession { host { it: email } } } }`,
	"roomEvents.invitation.code":        `subscription { roomEvents(roomId: $room#, after: $after#) { ... on SpecialistInvited { it: invitation { code } } } }`,
	"roomEvents.session.code":           `subscription { roomEvents(roomId: $room#, after: $last#) { ... on SupportSessionStarted { supportSession { it: specialistInvitation { code } } } } }`,
	"roomEvents.room.customer.email":    `subscription { roomEvents(roomId: $room#, after: $after#) { ... on MessagePosted { room { customer { it: email } } } } }`,
	"message.author.email":              `{ node(id: $message#) { ... on Message { author { ... on Customer { it: email } } } } }`,
	"startScreenShare(over)":            `mutation { it: startScreenShare(input: {supportSessionId: $over#}) { screenShare { startedAt } userErrors { code } } }`,
	"sendSignal(stopped)":               `mutation { it: sendSignal(input: {screenShareId: $stopped#, toAttendeeId: $member#, payload: "x"}) { userErrors { code } } }`,
	"sendSignal(to-somebody-elsewhere)": `mutation { it: sendSignal(input: {screenShareId: $shown#, toAttendeeId: $expert#, payload: "x"}) { userErrors { code } } }`,
	"sendControlInput(stopped)":         `mutation { it: sendControlInput(input: {screenShareId: $stopped#, payload: "x"}) { userErrors { code } } }`,
	"sendControlInput(control)":         `mutation { it: sendControlInput(input: {screenShareId: $share#, payload: "x"}) { userErrors { code } } }`,
	"screenShareEvents(stopped)":        `subscription { it: screenShareEvents(screenShareId: $stopped#, after: $stoppedStart#) { __typename } }`,
	"screenShare.session.code":          `{ node(id: $share#) { ... on ScreenShare { supportSession { specialistInvitation { it: code } } } } }`,
	"screenShare.sharer.email":          `{ node(id: $share#) { ... on ScreenShare { sharer { ... on Member { it: email } } } } }`,
	"getLink(draft)":                    `mutation { it: getLink(input: {roomId: $draft#}) { url userErrors { code } } }`,
	"createPredefinedMessage(service)":  `mutation { it: createPredefinedMessage(input: {title: "T", body: "B", serviceId: $service#}) { predefinedMessage { title } userErrors { code } } }`,
	"updatePredefinedMessage(service)":  `mutation { it: updatePredefinedMessage(input: {id: $text#, title: "T"}) { predefinedMessage { title } userErrors { code } } }`,
	"sendSms(to)":                       `mutation { it: sendSms(input: {body: "Hi", serviceId: $service#, to: "+447400123456"}) { message { body } userErrors { code } } }`,
	"sendSms(call)":                     `mutation { it: sendSms(input: {body: "Hi", callId: $call#}) { message { body } userErrors { code } } }`,
	"sendSms(ended)":                    `mutation { it: sendSms(input: {body: "Hi", conversationId: $ended#}) { message { body } userErrors { code } } }`,
	"endSmsConversation(ended)":         `mutation { it: endSmsConversation(input: {conversationId: $ended#}) { conversation { status } userErrors { code } } }`,
	"smsConversation(id-of-a-message)":  `{ it: smsConversation(id: $smsg#) { status } }`,
	"smsPreview(own)":                   `{ it: smsPreview(input: {predefinedMessageId: $own#}) { text } }`,
	"smsPreview(body)":                  `{ it: smsPreview(input: {body: "Hi"}) { text } }`,
	"smsConversationEvents(ended)":      `subscription { it: smsConversationEvents(conversationId: $ended#, after: $endedStart#) { __typename } }`,
	"smsConversationEvents.messages":    `subscription { smsConversationEvents(conversationId: $sms#, after: $smsStart#) { ... on SmsMessageSent { conversation { messages { nodes { it: body } } } } } }`,
	"smsMessage.conversation.messages":  `{ node(id: $smsg#) { ... on SmsMessage { conversation { messages { nodes { it: body } } } } } }`,
	"chatOffered.conversation.messages": `subscription { inboxEvents(after: $inbox#) { ... on ChatOffered { conversation { messages { nodes { it: body } } } } ... on InboxCaughtUp { end: __typename } } }`,
	"smsConversation.agent.email":       `{ smsConversation(id: $sms#) { agent { it: email } } }`,
	"predefinedMessage(own)":            `{ node(id: $own#) { ... on PredefinedMessage { it: body } } }`,
}

// nodes are the things that have an id.
var nodes = map[string]string{
	"Organization": "$org#", "Member": "$member#", "Service": "$service#", "Site": "$site#", "Skill": "$skill#", "Portal": "$portal#", "PredefinedMessage": "$text#",
	"OwnedPhoneNumber": "$number#", "Customer": "$customer#", "Room": "$room#", "Message": "$message#", "Document": "$document#", "CustomerInvitation": "$invitation#",
	"SupportSession": "$session#", "SpecialistInvitation": "$code#", "Specialist": "$expert#", "ScreenShare": "$share#",
	"Call": "$call#", "MemberInvitation": "$asking#", "AuditEntry": "$entry#", "SmsConversation": "$sms#", "SmsMessage": "$smsg#",
}

// arguments are those of fields that need some.
var arguments = map[string]string{"Room.reinvite": "(channel: SMS)", "Organization.availablePhoneNumbers": `(country: "FR")`}

// ways lead to the types that have no id.
var ways = map[string]string{
	"PageInfo":                     `{ room(id: $room#) { messages { pageInfo { %s } } } }`,
	"OrganizationSettings":         `{ node(id: $org#) { ... on Organization { settings { %s } } } }`,
	"AuditEntryConnection":         `{ node(id: $org#) { ... on Organization { auditEntries { %s } } } }`,
	"AuditEntryEdge":               `{ node(id: $org#) { ... on Organization { auditEntries { edges { %s } } } } }`,
	"AvailablePhoneNumber":         `{ node(id: $org#) { ... on Organization { availablePhoneNumbers(country: "FR", first: 1) { %s } } } }`,
	"CallPermission":               `{ callPermission(number: "+442079460018", flow: PRIVATE) { %s } }`,
	"MemberConnection":             `{ node(id: $org#) { ... on Organization { members { %s } } } }`,
	"MemberEdge":                   `{ node(id: $org#) { ... on Organization { members { edges { %s } } } } }`,
	"MemberInvitationConnection":   `{ node(id: $org#) { ... on Organization { memberInvitations { %s } } } }`,
	"MemberInvitationEdge":         `{ node(id: $org#) { ... on Organization { memberInvitations { edges { %s } } } } }`,
	"MemberInvitationResult":       `mutation { inviteMembers(input: {role: AGENT, serviceIds: [$service#], emails: [$joiner#, "nobody"]}) { results { %s } } }`,
	"RoomConnection":               `{ rooms { %s } }`,
	"RoomEdge":                     `{ rooms { edges { %s } } }`,
	"MessageConnection":            `{ room(id: $room#) { messages { %s } } }`,
	"MessageEdge":                  `{ room(id: $room#) { messages { edges { %s } } } }`,
	"CustomerInvitationConnection": `{ room(id: $room#) { invitations { %s } } }`,
	"CustomerInvitationEdge":       `{ room(id: $room#) { invitations { edges { %s } } } }`,
	"SpecialistSeats":              `{ node(id: $session#) { ... on SupportSession { specialistSeats { %s } } } }`,
	"SmsConversationConnection":    `{ smsConversations { %s } }`,
	"SmsConversationEdge":          `{ smsConversations { edges { %s } } }`,
	"SmsMessageConnection":         `{ smsConversation(id: $sms#) { messages { %s } } }`,
	"SmsMessageEdge":               `{ smsConversation(id: $sms#) { messages { edges { %s } } } }`,
	"SmsPreview":                   `{ smsPreview(input: {body: "Hi"}) { %s } }`,
	"SmsMessageSent":               `subscription { smsConversationEvents(conversationId: $sms#, after: $smsStart#) { ... on SmsMessageSent { %s } } }`,
	"SmsMessageReceived":           `subscription { smsConversationEvents(conversationId: $sms#, after: $smsNone#) { ... on SmsMessageReceived { %s } } }`,
	"SmsMessageStatusChanged":      `subscription { smsConversationEvents(conversationId: $sms#, after: $smsStart#) { ... on SmsMessageStatusChanged { %s } } }`,
	"SmsConversationAccepted":      `subscription { smsConversationEvents(conversationId: $sms#, after: $smsStart#) { ... on SmsConversationAccepted { %s } } }`,
	"SmsConversationEnded":         `subscription { smsConversationEvents(conversationId: $ended#, after: $endedStart#) { ... on SmsConversationEnded { %s } } }`,
	"SmsConversationCaughtUp":      `subscription { smsConversationEvents(conversationId: $sms#) { ... on SmsConversationCaughtUp { %s } } }`,
	"SmsConversationHeartbeat":     `subscription { smsConversationEvents(conversationId: $sms#) { ... on SmsConversationHeartbeat { %s } } }`,
	"ScreenShareSignalled":         `subscription { screenShareEvents(screenShareId: $mine#, after: $mineStart#) { ... on ScreenShareSignalled { %s } } }`,
	"ScreenShareControlled":        `subscription { screenShareEvents(screenShareId: $mine#) { ... on ScreenShareControlled { %s } } }`,
	"ScreenShareCaughtUp":          `subscription { screenShareEvents(screenShareId: $share#) { ... on ScreenShareCaughtUp { %s } } }`,
	"ScreenShareHeartbeat":         `subscription { screenShareEvents(screenShareId: $share#) { ... on ScreenShareHeartbeat { %s } } }`,
	"MergePreview":                 `mutation { inviteCustomer(input: {roomId: $draft#, channel: EMAIL, to: $known#, firstName: "A", lastName: "B", dryRun: true}) { mergePreview { %s } } }`,
	"ReinviteForm":                 `{ room(id: $room#) { reinvite(channel: SMS) { %s } } }`,
	"RoomMerged":                   `subscription { roomEvents(roomId: $gone#, after: $goneStart#) { ... on RoomMerged { %s } } }`,
	"RoomUpdated":                  `subscription { inboxEvents(after: $inbox#) { ... on RoomUpdated { %s } } }`,
	"AgentStateChanged":            `subscription { inboxEvents(after: $lately#) { ... on AgentStateChanged { %s } } }`,
	"ChatOffered":                  `subscription { inboxEvents(after: $inbox#) { ... on ChatOffered { %s } ... on InboxCaughtUp { end: __typename } } }`,
	"ChatWithdrawn":                `subscription { inboxEvents(after: $inbox#) { ... on ChatWithdrawn { %s } ... on InboxCaughtUp { end: __typename } } }`,
	"SmsConversationUpdated":       `subscription { inboxEvents(after: $inbox#) { ... on SmsConversationUpdated { %s } ... on InboxCaughtUp { end: __typename } } }`,
	"InboxCaughtUp":                `subscription { inboxEvents { ... on InboxCaughtUp { %s } } }`,
	"InboxHeartbeat":               `subscription { inboxEvents { ... on InboxHeartbeat { %s } } }`,
	"RoomClosed":                   `subscription { roomEvents(roomId: $closed#, after: $start#) { ... on RoomClosed { %s } } }`,
}

// operations are all rows of the matrix: a root field, type or field of the schema that nobody has said how to ask for
// fails the test.
func operations(t *testing.T) []operation {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: parley.Schema})
	var all []operation
	add := func(name, document string) {
		all = append(all, operation{name: name, document: document, public: slices.Contains(open, name)})
	}
	for _, d := range schema.Types {
		switch {
		case d.Kind != ast.Object || d.BuiltIn || strings.HasSuffix(d.Name, "Payload") || d.Name == "UserError": // which are asked for with their mutation
		case d == schema.Query, d == schema.Mutation, d == schema.Subscription:
			for _, f := range d.Fields {
				if name := d.Name + "." + f.Name; !strings.HasPrefix(f.Name, "__") {
					add(name, roots[name])
				}
			}
		default:
			ofType(t, schema, d, add)
		}
	}
	for name, document := range paths {
		add(name, document)
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(order(a), order(b)) })
	for _, o := range all {
		if o.document == "" {
			t.Errorf("nobody has said how to ask for %s", o.name)
		}
	}
	return all
}

// order is root fields, then types, then paths.
func order(o operation) string {
	_, isRoot := roots[o.name]
	_, isPath := paths[o.name]
	return fmt.Sprint(isPath, !isRoot, o.name)
}

// ofType adds a row for each field of a type that has a resolver or leads to another thing, and one for all others.
func ofType(t *testing.T, schema *ast.Schema, d *ast.Definition, add func(name, document string)) {
	t.Helper()
	way := ways[d.Name]
	switch {
	case nodes[d.Name] != "":
		way = fmt.Sprintf(`{ node(id: %s) { ... on %s { %%s } } }`, nodes[d.Name], d.Name)
	case way == "" && slices.Contains(d.Interfaces, "RoomEvent"):
		way = fmt.Sprintf(`subscription { roomEvents(roomId: $room#, after: $after#) { ... on %s { %%s } } }`, d.Name)
	case way == "":
		t.Errorf("nobody has said how to come to a %s", d.Name)
		return
	}
	var plain []string
	for _, f := range d.Fields {
		leaf := schema.Types[f.Type.Name()].IsLeafType()
		switch {
		case leaf && !resolved(d.Name, f.Name):
			plain = append(plain, f.Name)
		case leaf:
			add(d.Name+"."+f.Name, fmt.Sprintf(way, "it: "+f.Name+arguments[d.Name+"."+f.Name]))
		default:
			add(d.Name+"."+f.Name, fmt.Sprintf(way, "it: "+f.Name+arguments[d.Name+"."+f.Name]+" { __typename }"))
		}
	}
	if len(plain) > 0 {
		add(d.Name+".*", fmt.Sprintf(way, "it: "+strings.Join(plain, " ")))
	}
}

// resolved tells whether a field has a resolver of its own.
func resolved(typeName, field string) bool {
	m, ok := reflect.TypeFor[generated.ResolverRoot]().MethodByName(typeName)
	if !ok {
		return false
	}
	resolver := m.Type.Out(0)
	for i := range resolver.NumMethod() {
		if strings.EqualFold(resolver.Method(i).Name, field) {
			return true
		}
	}
	return false
}

// perform asks, and returns the outcome as a word, and the answer. Of what is live only something happens meanwhile.
func (h *house) perform(o operation, token, document string, happen func()) (outcome, body string) {
	if !strings.HasPrefix(document, "subscription") {
		a := h.ask(token, document, nil)
		if a.err != nil {
			return a.err.Error(), ""
		}
		return judge(a.Data, a.Errors), string(a.body)
	}
	s, err := overStream(h, token, document, nil)
	if err != nil {
		return err.Error(), ""
	}
	defer s.cut()
	if o.mentions("specialistJoined") { // where nothing comes before
		defer again(happen)()
	}
	for range 200 { // events, of which one has it
		payload, err := s.next()
		if end := (*ending)(nil); errors.As(err, &end) {
			return judge(nil, end.errors), fmt.Sprint(end.errors)
		} else if err != nil {
			return err.Error(), ""
		}
		var result struct {
			Data   any
			Errors []refusal
		}
		if err := json.Unmarshal(payload, &result); err != nil {
			return err.Error(), ""
		}
		if _, found := seek(result.Data); found || len(result.Errors) > 0 {
			return judge(result.Data, result.Errors), string(payload)
		}
		if strings.Contains(string(payload), `"end":`) { // of what may not come at all
			return "nothing", ""
		}
		happen()
	}
	return "nothing", ""
}

// again does something again and again until stop is called.
func again(do func()) (stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				do()
			}
		}
	}()
	return func() {
		close(done)
		<-over
	}
}

var short = map[string]string{"UNAUTHENTICATED": "401", "FORBIDDEN": "403", "NOT_FOUND": "404"}

// judge makes a word of an answer.
func judge(data any, errs []refusal) string {
	if len(errs) > 0 {
		code := errs[0].Extensions.Code
		if word := short[code]; word != "" {
			return word
		}
		return code
	}
	it, _ := seek(data)
	if payload, ok := it.(map[string]any); ok {
		if users, _ := payload["userErrors"].([]any); len(users) > 0 {
			return fmt.Sprint(users[0].(map[string]any)["code"])
		}
	}
	if list, ok := it.([]any); ok && !slices.ContainsFunc(list, func(v any) bool { return v != nil }) {
		it = nil
	}
	if it == nil {
		return "null"
	}
	return "ok"
}

// seek looks for what is named "it", everywhere in an answer; of several, one that is not null.
func seek(data any) (it any, found bool) {
	var inside []any
	switch d := data.(type) {
	case map[string]any:
		if it, found = d["it"]; found {
			return it, true
		}
		for _, v := range d {
			inside = append(inside, v)
		}
	case []any:
		inside = d
	}
	for _, v := range inside {
		if here, ok := seek(v); ok && (it == nil || !found) {
			it, found = here, true
		}
	}
	return it, found
}
