package call

import (
	"testing"

	"parley/ent/call"
	"parley/ent/member"
	"parley/internal/identifier"
)

// What a class of service allows: by the kind of number, from sites in Britain.
func TestO5_ClassesOfService(t *testing.T) {
	t.Parallel()
	classes := []member.ClassOfService{
		member.ClassOfServiceInternal, member.ClassOfServiceLocalExcludingMobile,
		member.ClassOfServiceLocalIncludingMobile, member.ClassOfServiceLocalAndInternational,
	}
	for _, c := range []struct {
		what, number string
		private      [4]bool // by class
	}{
		{"an extension", "4711", [4]bool{true, true, true, true}},
		{"a landline", "+44 20 7946 0018", [4]bool{false, true, true, true}},
		{"a number without charge", "+44 800 111 1111", [4]bool{false, true, true, true}},
		{"a mobile", "+44 7400 123456", [4]bool{false, false, true, true}},
		{"a landline abroad", "+33 1 23 45 67 89", [4]bool{false, false, false, true}},
		{"a mobile abroad", "+33 6 12 34 56 78", [4]bool{false, false, false, true}},
		{"an island of the same code", "+44 1624 756789", [4]bool{false, false, false, true}},
		{"at a premium rate", "+44 909 879 0000", [4]bool{false, false, false, true}},
		{"a personal number", "+44 70 1234 5678", [4]bool{false, false, false, true}},
		{"a satellite", "+870 773 111 632", [4]bool{false, false, false, true}},
	} {
		line, refusal := identifier.ParseLine(c.number)
		if refusal != nil {
			t.Fatal(c.number, refusal)
		}
		for i, class := range classes {
			for _, flow := range []call.Flow{call.FlowPrivate, call.FlowContactCenter, call.FlowOffice} {
				want := flow != call.FlowPrivate || c.private[i]
				p := decide(class, where(line, false, []string{"GB"}), flow)
				if p.Allowed != want || p.Reason == "" || p.Recorded != (want && flow != call.FlowPrivate) {
					t.Errorf("%s, %s, %s: %+v, want %v", c.what, class, flow, p, want)
				}
			}
		}
	}
}

// Local is the country of any of the sites, and none where there is no site.
func TestO5_LocalIsWhereTheSitesAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number    string
		countries []string
		want      reach
	}{
		{"+442079460018", nil, abroad},
		{"+442079460018", []string{"FR"}, abroad},
		{"+442079460018", []string{"FR", "GB"}, local},
		{"+33612345678", []string{"FR", "GB"}, localMobile},
		{"+12015550123", []string{"US"}, local}, // may be a mobile, and is not known to be one
		{"+12015550123", []string{"CA"}, abroad},
		{"+18002345678", []string{"CA"}, local}, // without charge in several countries
		{"+441624756789", []string{"IM"}, local},
		{"4711", nil, internal},
	} {
		line, refusal := identifier.ParseLine(c.number)
		if refusal != nil {
			t.Fatal(c.number, refusal)
		}
		if got := where(line, false, c.countries); got != c.want {
			t.Errorf("%s from %v leads to %d, want %d", c.number, c.countries, got, c.want)
		}
		if got := where(line, true, c.countries); got != internal {
			t.Errorf("%s is the organisation's own, and leads to %d", c.number, got)
		}
	}
}
