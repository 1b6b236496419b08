// Package limits holds every limit of the server as one named value in one place.
//
// It guarantees that a limit has a safe default from the first request on, that it can be overridden by name
// (PARLEY_LIMITS="name=value,…", 0 lifts one), and that a wrong name or value is refused with a sentence that
// names it. It does not count or enforce anything: that is done where the thing limited happens.
package limits

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits are the limits in force. Zero means "no limit".
type Limits struct {
	Depth                int `name:"depth" default:"10" help:"levels of fields in an operation"`
	Cost                 int `name:"cost" default:"1000" help:"cost of an operation: a field is 1, page sizes multiply"`
	TokensAnonymous      int `name:"tokens-anonymous" default:"500" help:"tokens in a document, before sign-in"`
	Tokens               int `name:"tokens" default:"1000" help:"tokens in a document, after sign-in"`
	QueryBytes           int `name:"query-bytes" default:"16384" help:"bytes in a document"`
	BodyBytes            int `name:"body-bytes" default:"131072" help:"bytes in a JSON body, and in each of operations and map of a multipart one"`
	Aliases              int `name:"aliases" default:"15" help:"aliases in a document"`
	Directives           int `name:"directives" default:"10" help:"directives in a document"`
	RootFields           int `name:"root-fields" default:"5" help:"root fields of an operation"`
	GuessFields          int `name:"guess-fields" default:"1" help:"root fields of an operation, one of which takes a password, a code or a token"`
	FragmentSpreads      int `name:"fragment-spreads" default:"30" help:"fragment spreads in a document"`
	ValidationErrors     int `name:"validation-errors" default:"5" help:"validation errors shown"`
	InputArray           int `name:"input-array" default:"50" help:"items in an input list"`
	PageSize             int `name:"page-size" default:"100" help:"items in a page"`
	MessageCharacters    int `name:"message-characters" default:"10000" help:"characters in a message"`
	SmsCharacters        int `name:"sms-characters" default:"160" help:"characters in a text message, once it is filled in"`
	FileBytes            int `name:"file-bytes" default:"26214400" help:"bytes in a document"`
	RoomFileBytes        int `name:"room-file-bytes" default:"209715200" help:"bytes in documents of a room in a day"`
	ImagePixels          int `name:"image-pixels" default:"50000000" help:"pixels in a picture"`
	SpecialistSeats      int `name:"specialist-seats" default:"5" help:"specialists in a support session at once"`
	SignalBytes          int `name:"signal-bytes" default:"16384" help:"bytes in a signal about a screen that is shared"`
	InputBytes           int `name:"input-bytes" default:"4096" help:"bytes in a control input"`
	SearchCharacters     int `name:"search-characters" default:"200" help:"characters in what is searched for"`
	NameCharacters       int `name:"name-characters" default:"64" help:"characters in a person's name"`
	SettingCharacters    int `name:"setting-characters" default:"1000" help:"characters in a text of an organisation's settings"`
	ReasonCharacters     int `name:"reason-characters" default:"100" help:"characters in why a member is not ready"`
	LabelCharacters      int `name:"label-characters" default:"100" help:"characters in the name of a service, site, skill or portal, or in the title of a text"`
	PredefinedCharacters int `name:"predefined-characters" default:"1000" help:"characters in a predefined message, before it is filled in"`
	FilterCharacters     int `name:"filter-characters" default:"100" help:"characters in a text by which a list is filtered"`

	Operation  time.Duration `name:"operation" default:"10s" help:"time for one query or mutation"`
	Transfer   time.Duration `name:"transfer" default:"30s" help:"time for a body to arrive and for an answer to be taken, outside of GraphQL; and for the next byte of a file"`
	UploadTime time.Duration `name:"upload-time" default:"10m" help:"time for a whole file to arrive, or to be taken"`

	Statement         time.Duration `name:"statement" default:"5s" help:"time for one statement of the database; 0 is the default, this one cannot be lifted"`
	Lock              time.Duration `name:"lock" default:"2s" help:"time to wait for one lock of the database, likewise"`
	IdleInTransaction time.Duration `name:"idle-in-transaction" default:"10s" help:"time between two statements of a transaction, likewise"`

	SocketInit          time.Duration `name:"socket-init" default:"5s" help:"time for connection_init to arrive"`
	SocketPing          time.Duration `name:"socket-ping" default:"20s" help:"interval of pings"`
	SocketPong          time.Duration `name:"socket-pong" default:"10s" help:"time for the answer to a ping"`
	SocketWrite         time.Duration `name:"socket-write" default:"10s" help:"time for a write to a client"`
	SocketFrameBytes    int           `name:"socket-frame-bytes" default:"65536" help:"bytes in an incoming frame"`
	SocketQueueBytes    int           `name:"socket-queue-bytes" default:"1048576" help:"bytes waiting for a slow client before it is cut off"`
	SocketSubscriptions int           `name:"socket-subscriptions" default:"20" rate:"true" help:"operations at once on one connection"`
	SessionConnections  int           `name:"session-connections" default:"10" rate:"true" help:"streaming connections of one access token"`
	SessionUploads      int           `name:"session-uploads" default:"4" rate:"true" help:"files that arrive at once with one access token"`
	Uploads             int           `name:"uploads" default:"16" rate:"true" help:"files that arrive at once at signed addresses, in a process"`
	AddressConnections  int           `name:"address-connections" default:"5" rate:"true" help:"streaming connections of one address, before sign-in"`

	Heartbeat time.Duration `name:"heartbeat" default:"25s" help:"after this long without an event a subscription says that it is alive"`

	PresenceGrace time.Duration `name:"presence-grace" default:"5s" help:"time to come back in before a person counts as gone; 0 is none"`

	MessagesPerSecond       int       `name:"messages-per-second" default:"5" rate:"true" help:"messages a person may send a second, in the long run"`
	MessagesBurst           int       `name:"messages-burst" default:"60" rate:"true" help:"messages a person may send at once"`
	SignInPerAccount        int       `name:"sign-in-per-account" default:"5" rate:"true" help:"failed attempts to sign in to an account in 15 minutes"`
	SignInPerAddress        int       `name:"sign-in-per-address" default:"20" rate:"true" help:"failed attempts to sign in from an address in 15 minutes"`
	LinkFailures            int       `name:"link-failures" default:"10" rate:"true" help:"wrong links from an address in 15 minutes"`
	CodeFailures            int       `name:"code-failures" default:"10" rate:"true" help:"wrong codes of support sessions from an address in 15 minutes"`
	CodeGuesses             int       `name:"code-guesses" default:"50" rate:"true" help:"wrong codes, from wherever, that begin like a code, after which it ends"`
	CodeJoins               int       `name:"code-joins" default:"100" rate:"true" help:"specialists who join by one code in an hour"`
	TypingPerSecond         int       `name:"typing-per-second" default:"5" rate:"true" help:"times a second a person may say that they are typing or not, in the long run"`
	TypingBurst             int       `name:"typing-burst" default:"10" rate:"true" help:"times at once"`
	SignalsPerSecond        int       `name:"signals-per-second" default:"20" rate:"true" help:"signals about screens that are shared, that a person may send a second, in the long run"`
	ScreenShares            int       `name:"screen-shares" default:"60" rate:"true" help:"times a person may start to share a screen in an hour"`
	ShareSignals            int       `name:"share-signals" default:"2000" rate:"true" help:"signals of a person about one screen in an hour"`
	SignalsBurst            int       `name:"signals-burst" default:"200" rate:"true" help:"signals a person may send at once"`
	InputsPerSecond         int       `name:"inputs-per-second" default:"60" rate:"true" help:"control inputs a person may send a second, in the long run"`
	InputsBurst             int       `name:"inputs-burst" default:"240" rate:"true" help:"control inputs a person may send at once"`
	InvitesPerRecipientHour int       `name:"invites-per-recipient-hour" default:"3" rate:"true" help:"invitations to one number or address in an hour"`
	InvitesPerRecipientDay  int       `name:"invites-per-recipient-day" default:"10" rate:"true" help:"invitations to one number or address in a day"`
	InvitesPerMember        int       `name:"invites-per-member-hour" default:"30" rate:"true" help:"invitations by one member in an hour"`
	InvitesPerOrgDay        int       `name:"invites-per-organization-day" default:"500" rate:"true" help:"invitations by one organisation in a day"`
	SmsPerRecipientHour     int       `name:"sms-per-recipient-hour" default:"60" rate:"true" help:"text messages of an organisation's members to one number in an hour, beside invitations"`
	SmsPerRecipientDay      int       `name:"sms-per-recipient-day" default:"200" rate:"true" help:"text messages of an organisation's members to one number in a day, likewise"`
	SmsPerMember            int       `name:"sms-per-member-hour" default:"300" rate:"true" help:"text messages by one member in an hour, likewise"`
	SmsPerOrgDay            int       `name:"sms-per-organization-day" default:"5000" rate:"true" help:"text messages by the members of one organisation in a day, likewise"`
	HelpReplies             int       `name:"help-replies-per-hour" default:"3" rate:"true" help:"answers to HELP from one number to another, in an hour"`
	NumberSearches          int       `name:"number-searches-per-minute" default:"30" rate:"true" help:"searches of an organisation for numbers to buy, in a minute"`
	NumberPurchases         int       `name:"number-purchases-per-day" default:"20" rate:"true" help:"numbers that an organisation may buy, or try to, in a day"`
	SmsCountries            Countries `name:"sms-countries" default:"0" help:"countries that text messages may go to, such as GB+FR; 0 is every country"`

	ChatOffer        time.Duration `name:"chat-offer" default:"30s" help:"time to accept a chat that is offered, after which the member is not ready and the next one is asked"`
	TokenIdle        time.Duration `name:"token-idle" default:"30m" help:"a member's access token ends after this long without use"`
	TokenLife        time.Duration `name:"token-life" default:"12h" help:"a member's access token ends after this long"`
	CustomerToken    time.Duration `name:"customer-token" default:"24h" help:"a customer's access token ends after this long"`
	SpecialistCode   time.Duration `name:"specialist-code" default:"8h" help:"the code of a support session ends after this long"`
	SpecialistToken  time.Duration `name:"specialist-token" default:"8h" help:"a specialist's access token ends after this long, and with it their place in the session"`
	FileAddress      time.Duration `name:"file-address" default:"60s" help:"the address of a document ends after this long"`
	UploadLife       time.Duration `name:"upload-life" default:"1h" help:"an upload that was announced ends after this long without bytes"`
	MemberInvitation time.Duration `name:"member-invitation" default:"168h" help:"the invitation of a member ends after this long"`
	LinkIdle         time.Duration `name:"link-idle" default:"168h" help:"a room's link ends after this long without use"`
	LinkLife         time.Duration `name:"link-life" default:"720h" help:"a room's link ends after this long"`
	IdempotencyKey   time.Duration `name:"idempotency-key" default:"72h" help:"how long an idempotency key is remembered"`
}

// Countries is a set of countries by their ISO 3166-1 alpha-2 codes, joined by plus signs; empty is every country.
type Countries string

// Allow tells whether the country is in the set.
func (c Countries) Allow(country string) bool {
	return c == "" || slices.Contains(strings.Split(string(c), "+"), country)
}

// Default returns the limits that hold when nothing is overridden.
func Default() Limits {
	l, err := Parse("")
	if err != nil {
		panic(err) // the defaults above are wrong; the package's own test fails first
	}
	return l
}

// Parse returns the defaults with the overrides of s, "name=value,…". A value is a whole number, or a duration
// such as 30s where the limit is a time; 0 lifts a limit; "rates=0" lifts every rate and every count of
// connections and subscriptions.
func Parse(s string) (Limits, error) {
	var l Limits
	for _, f := range fields(&l) {
		if err := f.set(f.fallback); err != nil {
			return Limits{}, err
		}
	}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if err := override(&l, strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return Limits{}, err
		}
	}
	return l, nil
}

// End is when a time that has begun is over. A lifted limit is over in a century, which a database can still keep.
func End(begun time.Time, d time.Duration) time.Time {
	if d == 0 {
		return begun.AddDate(100, 0, 0)
	}
	return begun.Add(d)
}

// Within is context.WithTimeout in which a lifted limit never ends.
func Within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// RatesLifted tells whether s contains rates=0, which is for load tests only.
func RatesLifted(s string) bool {
	return strings.Contains(strings.ReplaceAll(","+s+",", " ", ""), ",rates=0,")
}

// Help lists every limit: its name, its default and what it limits, a line each.
func Help() string {
	var b strings.Builder
	for _, f := range fields(new(Limits)) {
		fmt.Fprintf(&b, "  %-30s %8s  %s\n", f.name, f.fallback, f.help)
	}
	return b.String()
}

func override(l *Limits, name, value string) error {
	if name == "rates" {
		return liftRates(l, value)
	}
	for _, f := range fields(l) {
		if f.name == name {
			return f.set(value)
		}
	}
	return fmt.Errorf("there is no limit named %q; the names are listed by server -h", name)
}

func liftRates(l *Limits, value string) error {
	if value != "0" {
		return fmt.Errorf("rates=%s: only rates=0 is possible", value)
	}
	for _, f := range fields(l) {
		if f.rate {
			f.value.SetInt(0)
		}
	}
	return nil
}

type field struct {
	name, fallback, help string
	rate                 bool
	value                reflect.Value
}

func fields(l *Limits) []field {
	v := reflect.ValueOf(l).Elem()
	all := make([]field, 0, v.NumField())
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		all = append(all, field{
			name: tag.Get("name"), fallback: tag.Get("default"), help: tag.Get("help"),
			rate: tag.Get("rate") == "true", value: v.Field(i),
		})
	}
	return all
}

func (f field) set(s string) error {
	if f.value.Kind() == reflect.String {
		return f.setCountries(strings.ToUpper(s))
	}
	if f.value.Type() == reflect.TypeFor[time.Duration]() && s != "0" {
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return fmt.Errorf("%s=%s: want a duration such as %s", f.name, s, f.fallback)
		}
		f.value.SetInt(int64(d))
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("%s=%s: want a whole number such as %s", f.name, s, f.fallback)
	}
	f.value.SetInt(n)
	return nil
}

func (f field) setCountries(s string) error {
	if s == "0" {
		s = ""
	}
	for code := range strings.SplitSeq(s, "+") {
		if s != "" && (len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
			return fmt.Errorf("%s=%s: want codes of countries such as GB+FR", f.name, s)
		}
	}
	f.value.SetString(s)
	return nil
}
