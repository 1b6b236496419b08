package graph

import (
	"context"
	"slices"

	"parley/graph/transport"
	"parley/internal/auth"
)

// shareable are the fields that may be in results that an audience shares (auth.Audience): what they resolve to depends
// on the object and on the audience alone, never on who of the audience asks. What is not here is not shared, and costs an
// execution for each subscriber. The methods behind these fields ask for auth.AudienceOf and never for the viewer, whom
// they would not find.
var shareable = map[string][]string{
	"RoomEvent":               happening,
	"MessagePosted":           append(happening, "message"),
	"CustomerInvited":         append(happening, "invitation"),
	"InvitationStatusChanged": append(happening, "status", "invitation"),
	"CustomerJoined":          happening,
	"RoomRenamed":             append(happening, "name"),
	"RoomMerged":              append(happening, "from", "into", "continueAfter"),
	"DocumentChanged":         append(happening, "document"),
	"RoomClosed":              happening,

	"SupportSessionStarted":         append(happening, "supportSession"),
	"SupportSessionChanged":         append(happening, "supportSession"),
	"SupportSessionEnded":           append(happening, "supportSession"),
	"SpecialistInvited":             append(happening, "invitation"),
	"SpecialistInvitationCancelled": append(happening, "invitation"),
	"SpecialistJoined":              append(happening, "specialist"),
	"SpecialistLeft":                append(happening, "specialist"),
	"SpecialistAccessChanged":       append(happening, "specialist", "access"),
	"ScreenShareStarted":            append(happening, "screenShare"),
	"ScreenShareStopped":            append(happening, "screenShare"),

	"ScreenShareEvent":      ofShare, // to one person, who may have several devices
	"ScreenShareSignalled":  append(ofShare, "payload"),
	"ScreenShareControlled": append(ofShare, "payload"),
	"ScreenShareCaughtUp":   ofShare,
	"ScreenShareHeartbeat":  ofShare,

	"SmsConversationEvent":     texting,
	"SmsMessageSent":           append(texting, "message"),
	"SmsMessageReceived":       append(texting, "message"),
	"SmsMessageStatusChanged":  append(texting, "status", "failureReason", "message"),
	"SmsConversationAccepted":  texting,
	"SmsConversationEnded":     texting,
	"SmsConversationCaughtUp":  texting,
	"SmsConversationHeartbeat": texting,

	"Typing":          append(happening, "typing"),
	"PresenceChanged": append(happening, "present"),
	"CaughtUp":        happening,
	"Heartbeat":       happening,

	"Message":            {"id", "cursor", "room", "kind", "body", "document", "author", "side", "sentAt"},
	"Document":           {"id", "filename", "contentType", "size", "kind", "width", "height", "pageCount", "status", "sharedBy", "sharedAt"}, // addresses end
	"Room":               {"id", "name", "status", "customer", "createdBy", "createdAt"},
	"CustomerInvitation": {"id", "room", "channel", "to", "status", "failureReason", "sentAt", "openedAt", "joinedAt", "invitedBy"},
	"Member":             {"id", "firstName", "lastName", "name", "role"},
	"Customer":           {"id", "firstName", "lastName", "name", "phone", "email"},

	"SmsConversation": {"id", "service", "customerNumber", "customer", "agent", "status", "origin", "startedAt", "endedAt"},
	"SmsMessage":      {"id", "cursor", "conversation", "direction", "body", "status", "failureReason", "author", "side", "sentAt", "encoding", "segments"},
	"Service":         {"id", "name", "supportsSms", "takesNewChats"},

	"Specialist":           {"id", "name", "access", "accessLabel", "joinedAt", "leftAt"},
	"SpecialistInvitation": {"id", "access", "accessLabel", "expiresAt", "cancelledAt"}, // the code is for some roles
	"SupportSession":       {"id", "portal", "host", "status", "startedAt", "endedAt", "specialistInvitation", "specialistSeats", "specialistsMayShare", "screenShares"},
	"ScreenShare":          {"id", "supportSession", "sharer", "startedAt", "stoppedAt", "lastCursor"},
	"SpecialistSeats":      {"taken", "limit"},
	"Portal":               {"id", "name", "mode", "allowsSpecialists", "allowsControl"},
}

var (
	happening = []string{"cursor", "occurredAt", "room", "actor"}
	ofShare   = []string{"cursor", "occurredAt", "actor"}
	texting   = []string{"cursor", "occurredAt", "conversation", "actor"}
)

// Shareable tells whether a field may be in a result that is shared.
func Shareable(object, field string) bool { return slices.Contains(shareable[object], field) }

// Audience is with whom the viewer shares results: with everyone of the same audience.
func Audience(ctx context.Context) (transport.Audience, bool) {
	a := auth.AudienceOf(ctx)
	if a == (auth.Audience{}) {
		return transport.Audience{}, false
	}
	return transport.Audience{
		Key: a.OrganizationID + " " + a.CustomerID + " " + a.RoomID + " " + a.SessionID,
		In:  func(ctx context.Context) context.Context { return auth.ForAudience(ctx, a) },
	}, true
}
