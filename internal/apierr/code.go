package apierr

// Code is what a client's program branches on.
type Code string

// Codes of GraphQL errors, in extensions.code.
const (
	Unauthenticated Code = "UNAUTHENTICATED"
	Forbidden       Code = "FORBIDDEN"
	NotFound        Code = "NOT_FOUND"
	Throttled       Code = "THROTTLED"
	QueryTooComplex Code = "QUERY_TOO_COMPLEX"
	BadUserInput    Code = "BAD_USER_INPUT"
	CursorExpired   Code = "CURSOR_EXPIRED"
	Internal        Code = "INTERNAL"
)

// Codes of user errors, in userErrors[].code. They are the values of the enum ErrorCode.
const (
	Required             Code = "REQUIRED"
	TooLong              Code = "TOO_LONG"
	SmsTooLong           Code = "SMS_TOO_LONG"
	TextInvalid          Code = "TEXT_INVALID"
	OutOfRange           Code = "OUT_OF_RANGE"
	NameInvalid          Code = "NAME_INVALID"
	PhonePrefixMissing   Code = "PHONE_PREFIX_MISSING"
	PhoneInvalid         Code = "PHONE_INVALID"
	NotAMobileNumber     Code = "NOT_A_MOBILE_NUMBER"
	CountryNotAllowed    Code = "COUNTRY_NOT_ALLOWED"
	EmailInvalid         Code = "EMAIL_INVALID"
	InvitedTooOften      Code = "INVITED_TOO_OFTEN"
	SmsNotActivated      Code = "SMS_NOT_ACTIVATED"
	OptedOut             Code = "OPTED_OUT"
	ChannelNotGranted    Code = "CHANNEL_NOT_GRANTED"
	LinkInvalid          Code = "LINK_INVALID"
	LinkNotAvailable     Code = "LINK_NOT_AVAILABLE"
	AlreadyInvited       Code = "ALREADY_INVITED"
	NotInvited           Code = "NOT_INVITED"
	AlreadyMember        Code = "ALREADY_MEMBER"
	IdentifierLocked     Code = "IDENTIFIER_LOCKED"
	NameLocked           Code = "NAME_LOCKED"
	IdentifierInUse      Code = "IDENTIFIER_IN_USE"
	SameRoom             Code = "SAME_ROOM"
	RoomTimedOut         Code = "ROOM_TIMED_OUT"
	FileEmpty            Code = "FILE_EMPTY"
	FileTooLarge         Code = "FILE_TOO_LARGE"
	FileTypeRefused      Code = "FILE_TYPE_REFUSED"
	RoomFilesExceeded    Code = "ROOM_FILES_EXCEEDED"
	UploadIncomplete     Code = "UPLOAD_INCOMPLETE"
	RoomIsClosed         Code = "ROOM_CLOSED"
	SessionAlreadyActive Code = "SESSION_ALREADY_ACTIVE"
	SessionNotActive     Code = "SESSION_NOT_ACTIVE"
	SpecialistsDisabled  Code = "EXTERNAL_SPECIALISTS_DISABLED"
	AccessNotAllowed     Code = "ACCESS_NOT_ALLOWED"
	CodeInvalid          Code = "CODE_INVALID"
	SpecialistLimit      Code = "SPECIALIST_LIMIT_REACHED"
	ScreenShareRefused   Code = "SCREEN_SHARE_NOT_ALLOWED"
	LastAdministrator    Code = "LAST_ADMINISTRATOR"
	NameInUse            Code = "NAME_IN_USE"
	CountryInvalid       Code = "COUNTRY_INVALID"
	PasswordTooShort     Code = "PASSWORD_TOO_SHORT"
	PasswordTooLong      Code = "PASSWORD_TOO_LONG"
	PasswordTooEasy      Code = "PASSWORD_TOO_EASY"
	CallNotAllowed       Code = "CALL_NOT_ALLOWED"
	CallAlreadyActive    Code = "CALL_ALREADY_ACTIVE"
	CallNotEnded         Code = "CALL_NOT_ENDED"
	CallNotServed        Code = "CALL_NOT_SERVED"
	ServiceNotGranted    Code = "SERVICE_NOT_GRANTED"
	ServiceHasNoSms      Code = "SERVICE_HAS_NO_SMS"
	ConversationTaken    Code = "CONVERSATION_TAKEN"
	ConversationEnded    Code = "CONVERSATION_ENDED"
	ChatNotOffered       Code = "CHAT_NOT_OFFERED"
	StateNotAllowed      Code = "STATE_NOT_ALLOWED"
	NumberNotAvailable   Code = "NUMBER_NOT_AVAILABLE"
	ConfirmationRequired Code = "CONFIRMATION_REQUIRED"
	CarrierUnavailable   Code = "CARRIER_UNAVAILABLE"
	CredentialsInvalid   Code = "CREDENTIALS_INVALID"
	IdempotencyKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
)

// ForUser tells whether a refusal with the code belongs into userErrors.
func (c Code) ForUser() bool {
	switch c {
	case Unauthenticated, Forbidden, NotFound, Throttled, QueryTooComplex, BadUserInput, CursorExpired, Internal:
		return false
	}
	return true
}
