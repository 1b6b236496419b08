package room

import (
	"fmt"
	"strings"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/internal/customer"
)

// text is what the invitation says: the organisation's own text where it has one. The outbox puts the link where the
// text has <link>, and else at its end (rule R7).
func text(o *ent.Organization, d customer.Details) string {
	own := o.EmailInvitationText
	if d.Channel == customerinvitation.ChannelSMS {
		own = o.SmsInvitationText
	}
	if strings.TrimSpace(own) == "" {
		own = fmt.Sprintf("Hello %s, %s invites you to a conversation: <link>", d.FirstName, o.Name)
	}
	return own
}

// subject is the invitation's subject; a text message has none.
func subject(o *ent.Organization, c customerinvitation.Channel) string {
	if c == customerinvitation.ChannelSMS {
		return ""
	}
	return o.Name + " invites you to a conversation"
}

func confirmation(i *ent.CustomerInvitation, name string) string {
	return fmt.Sprintf("The invitation goes to %s by %s to %s.", name, channelName(i.Channel), i.Recipient)
}

func channelName(c customerinvitation.Channel) string {
	if c == customerinvitation.ChannelSMS {
		return "SMS"
	}
	return "email"
}
