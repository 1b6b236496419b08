package call

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/member"
	"parley/ent/phonenumber"
	"parley/internal/auth"
	"parley/internal/identifier"
)

// Permission is whether a call may be made, and why; a sentence for people.
type Permission struct {
	Allowed  bool
	Reason   string
	Recorded bool // whether it would be
}

// reach is where a number leads to, for a member.
type reach int

const (
	internal      reach = iota // an extension, or a number of the organisation's own
	local                      // in a country of the member's sites, neither of a mobile nor at a special price
	localMobile                // of a mobile there
	abroad                     // anywhere else
	specialPriced              // at a special price, wherever it is
)

// allows are the numbers that a class of service reaches by private calls (rule O5).
var allows = map[member.ClassOfService]map[reach]bool{
	member.ClassOfServiceInternal:              {internal: true},
	member.ClassOfServiceLocalExcludingMobile:  {internal: true, local: true},
	member.ClassOfServiceLocalIncludingMobile:  {internal: true, local: true, localMobile: true},
	member.ClassOfServiceLocalAndInternational: {internal: true, local: true, localMobile: true, abroad: true, specialPriced: true},
}

// why says what keeps a class of service from a number.
var why = map[reach]string{
	local:         "Your class of service allows internal calls only, and this is a number outside.",
	localMobile:   "This is a mobile number, which your class of service does not allow for private calls.",
	abroad:        "This number is in none of the countries of your sites, and your class of service does not allow international private calls.",
	specialPriced: "Calls to this number may be charged specially, which your class of service does not allow for private calls.",
}

// decide tells whether a call may be made. The class of service decides on private calls alone, which are never recorded.
func decide(class member.ClassOfService, to reach, flow call.Flow) Permission {
	switch {
	case flow != call.FlowPrivate:
		return Permission{Allowed: true, Recorded: true, Reason: "Calls of a contact-centre or office flow do not depend on the class of service."}
	case allows[class][to]:
		return Permission{Allowed: true, Reason: "Your class of service allows this call."}
	}
	return Permission{Reason: why[to]}
}

// where tells where a line leads to, from sites in some countries.
func where(l identifier.Line, own bool, countries []string) reach {
	if own || l.Extension {
		return internal
	}
	if l.Special {
		return specialPriced
	}
	for _, country := range countries {
		if !l.In(country) {
			continue
		}
		if l.Mobile {
			return localMobile
		}
		return local
	}
	return abroad
}

// Permission tells whether the viewer may call a number (rule O5); for members.
func (s *Service) Permission(ctx context.Context, number string, flow call.Flow) (*Permission, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	m, err := s.ent.Member.Query().Where(member.ID(v.ID())).WithSites().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get member with sites: %w", err)
	}
	line, refusal := identifier.ParseLine(number)
	if refusal != nil {
		return &Permission{Reason: refusal.Message}, nil
	}
	p, err := judge(ctx, s.ent, m, line, flow)
	return &p, err
}

// judge tells whether a member, who comes with their sites, may call a line.
func judge(ctx context.Context, client *ent.Client, m *ent.Member, line identifier.Line, flow call.Flow) (Permission, error) {
	own, err := client.PhoneNumber.Query().
		Where(phonenumber.OrganizationID(m.OrganizationID), phonenumber.Number(line.Number), phonenumber.StatusEQ(phonenumber.StatusHeld)).Exist(ctx)
	if err != nil {
		return Permission{}, fmt.Errorf("look for a number of one's own: %w", err)
	}
	countries := make([]string, len(m.Edges.Sites))
	for i, site := range m.Edges.Sites {
		countries[i] = site.Country
	}
	return decide(m.ClassOfService, where(line, own, countries), flow), nil
}
