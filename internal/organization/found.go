package organization

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/organization"
	"parley/ent/portal"
	"parley/internal/database"
	"parley/internal/identifier"
)

// Plan is what a new organisation begins with.
type Plan struct {
	Name     string
	Numbers  []Number
	Services []ServicePlan
	Sites    []SitePlan
	Skills   []string
	Portals  []PortalPlan
	Members  []MemberPlan
}

// Number is a phone number to begin with.
type Number struct{ Number, Country string }

// ServicePlan is a service to begin with. One with SMS uses the first of the numbers.
type ServicePlan struct {
	Name          string
	SMS           bool
	TakesNewChats bool
}

// SitePlan is a site to begin with.
type SitePlan struct{ Name, Country string }

// PortalPlan is a portal to begin with.
type PortalPlan struct {
	Name              string
	Mode              portal.Mode
	AllowsSpecialists bool
	AllowsControl     bool
}

// MemberPlan is a member to begin with, who has all of the organisation's services, sites and skills.
type MemberPlan struct {
	Email, FirstName, LastName, Password string
	Role                                 member.Role
	ClassOfService                       member.ClassOfService
	Channels                             []string
}

// Found makes an organisation with all that the plan names, or nothing where there is one of that name: of several
// processes that start together, one makes it.
func (s *Service) Found(ctx context.Context, p Plan) error {
	hashes, err := s.hashAll(ctx, p.Members)
	if err != nil {
		return err
	}
	return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('parley found organisation'))`); err != nil {
			return fmt.Errorf("lock the founding of organisations: %w", err)
		}
		exists, err := tx.Organization.Query().Where(organization.Name(p.Name)).Exist(ctx)
		if err != nil || exists {
			return err
		}
		return foundTx(ctx, tx, p, hashes)
	})
}

func (s *Service) hashAll(ctx context.Context, members []MemberPlan) (map[string]string, error) {
	hashes := map[string]string{}
	for _, m := range members {
		if hashes[m.Password] != "" {
			continue
		}
		hash, err := s.passwords.Hash(ctx, m.Password)
		if err != nil {
			return nil, fmt.Errorf("hash a password: %w", err)
		}
		hashes[m.Password] = hash
	}
	return hashes, nil
}

func foundTx(ctx context.Context, tx *ent.Tx, p Plan, hashes map[string]string) error {
	o, err := tx.Organization.Create().SetName(p.Name).Save(ctx)
	if err != nil {
		return fmt.Errorf("found organisation: %w", err)
	}
	numberID, err := foundNumbers(ctx, tx, o.ID, p.Numbers)
	if err != nil {
		return err
	}
	services, err := foundServices(ctx, tx, o.ID, numberID, p.Services)
	if err != nil {
		return err
	}
	sites, skills, err := foundPlaces(ctx, tx, o.ID, p)
	if err != nil {
		return err
	}
	for _, m := range p.Members {
		err := tx.Member.Create().SetOrganizationID(o.ID).
			SetEmail(m.Email).SetEmailKey(identifier.EmailKey(m.Email)).
			SetFirstName(m.FirstName).SetLastName(m.LastName).SetPasswordHash(hashes[m.Password]).
			SetRole(m.Role).SetClassOfService(m.ClassOfService).SetChannels(m.Channels).
			AddServices(services...).AddSites(sites...).AddSkills(skills...).Exec(ctx)
		if err != nil {
			return fmt.Errorf("found member: %w", err)
		}
	}
	return nil
}

// foundNumbers returns the id of the first number, or nil where there is none.
func foundNumbers(ctx context.Context, tx *ent.Tx, organizationID string, numbers []Number) (first *string, err error) {
	for _, n := range numbers {
		row, err := tx.PhoneNumber.Create().SetOrganizationID(organizationID).SetNumber(n.Number).SetCountry(n.Country).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("found number: %w", err)
		}
		if first == nil {
			first = &row.ID
		}
	}
	return first, nil
}

func foundServices(ctx context.Context, tx *ent.Tx, organizationID string, numberID *string, plans []ServicePlan) ([]*ent.Service, error) {
	var made []*ent.Service
	for _, p := range plans {
		create := tx.Service.Create().SetOrganizationID(organizationID).SetName(p.Name).SetTakesNewChats(p.TakesNewChats)
		if p.SMS {
			create.SetNillablePhoneNumberID(numberID)
		}
		row, err := create.Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("found service: %w", err)
		}
		made = append(made, row)
	}
	return made, nil
}

func foundPlaces(ctx context.Context, tx *ent.Tx, organizationID string, p Plan) (sites []*ent.Site, skills []*ent.Skill, err error) {
	for _, plan := range p.Sites {
		row, err := tx.Site.Create().SetOrganizationID(organizationID).SetName(plan.Name).SetCountry(plan.Country).Save(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("found site: %w", err)
		}
		sites = append(sites, row)
	}
	for _, name := range p.Skills {
		row, err := tx.Skill.Create().SetOrganizationID(organizationID).SetName(name).Save(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("found skill: %w", err)
		}
		skills = append(skills, row)
	}
	for _, plan := range p.Portals {
		err := tx.Portal.Create().SetOrganizationID(organizationID).SetName(plan.Name).SetMode(plan.Mode).
			SetAllowsSpecialists(plan.AllowsSpecialists).SetAllowsControl(plan.AllowsControl).Exec(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("found portal: %w", err)
		}
	}
	return sites, skills, nil
}
