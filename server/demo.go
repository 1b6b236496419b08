package main

import (
	"context"
	"fmt"

	"parley/ent/member"
	"parley/ent/portal"
	"parley/internal/organization"
)

// demoPassword is everyone's.
const demoPassword = "parley-demo"

// seedDemo makes the demo organisations, where they are not there yet.
func seedDemo(ctx context.Context, s *organization.Service) error {
	for _, plan := range []organization.Plan{demo(), other()} {
		if err := s.Found(ctx, plan); err != nil {
			return fmt.Errorf("seed the demo: %w", err)
		}
	}
	return nil
}

func demo() organization.Plan {
	return organization.Plan{
		Name:     "Demo",
		Numbers:  []organization.Number{{Number: "+447480000100", Country: "GB"}},
		Services: []organization.ServicePlan{{Name: "Sales", SMS: true, TakesNewChats: true}, {Name: "Support", SMS: true}},
		Sites:    []organization.SitePlan{{Name: "London", Country: "GB"}},
		Skills:   []string{"English", "French"},
		Portals: []organization.PortalPlan{
			{Name: "Phone", Mode: portal.ModePhone, AllowsSpecialists: true, AllowsControl: true},
			{Name: "Web", Mode: portal.ModeWeb},
			{Name: "Queue", Mode: portal.ModeQueue},
		},
		Members: []organization.MemberPlan{
			person("admin@demo.example", "Alex", "Admin", member.RoleAdministrator),
			person("lead@demo.example", "Lee", "Lead", member.RoleTeamLeader),
			person("agent@demo.example", "Ari", "Agent", member.RoleAgent),
			person("second@demo.example", "Sam", "Second", member.RoleAgent),
		},
	}
}

func other() organization.Plan {
	return organization.Plan{
		Name:     "Other",
		Services: []organization.ServicePlan{{Name: "Sales"}},
		Sites:    []organization.SitePlan{{Name: "Paris", Country: "FR"}},
		Portals:  []organization.PortalPlan{{Name: "Phone", Mode: portal.ModePhone}},
		Members: []organization.MemberPlan{
			person("admin@other.example", "Ola", "Other", member.RoleAdministrator),
			person("agent@other.example", "Ona", "Other", member.RoleAgent),
		},
	}
}

func person(email, firstName, lastName string, role member.Role) organization.MemberPlan {
	return organization.MemberPlan{
		Email: email, FirstName: firstName, LastName: lastName, Password: demoPassword, Role: role,
		ClassOfService: member.ClassOfServiceLocalAndInternational,
		Channels:       []string{"SMS", "EMAIL", "VOICE", "CHAT"},
	}
}
