package organization

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/service"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/idempotency"
)

// CreateServiceInput is the input of createService.
type CreateServiceInput struct {
	Name           string
	TakesNewChats  *bool
	PhoneNumberID  *string
	SkillIDs       []string
	IdempotencyKey *string
}

// CreateServicePayload is the answer of createService.
type CreateServicePayload struct {
	apierr.Payload
	Service *ent.Service
}

// CreateService makes a service; for administrators (rule O7).
func (s *Service) CreateService(ctx context.Context, in CreateServiceInput) (*CreateServicePayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, refusal := s.checkLabel("name", in.Name)
	if refusal != nil {
		return nil, refusal
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createService", in.Name, in.TakesNewChats, in.PhoneNumberID, in.SkillIDs)
	if err != nil {
		return nil, err
	}
	id, err := s.createOnce(ctx, v, key, "svc", audit.ServiceCreated, name, func(tx *ent.Tx, id string) error {
		if err := freeServiceTx(ctx, tx, v, name, id); err != nil {
			return err
		}
		if err := holdNumberTx(ctx, tx, v, in.PhoneNumberID); err != nil {
			return err
		}
		if err := ownTx(ctx, tx, v.OrganizationID(), nil, nil, in.SkillIDs); err != nil {
			return err
		}
		return tx.Service.Create().SetID(id).SetOrganizationID(v.OrganizationID()).SetName(name).
			SetNillableTakesNewChats(in.TakesNewChats).SetNillablePhoneNumberID(in.PhoneNumberID).AddSkillIDs(distinct(in.SkillIDs)...).Exec(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("create service: %w", err)
	}
	row, err := found(s.ent.Service.Get(ctx, id))("service")
	if err != nil {
		return nil, err
	}
	return &CreateServicePayload{Service: row}, nil
}

// UpdateServiceInput is the input of updateService. What is nil stays as it is; a number that is given as nil goes, and an empty
// list leaves no skills.
type UpdateServiceInput struct {
	ID            string
	Name          *string
	TakesNewChats *bool
	PhoneNumberID graphql.Omittable[*string]
	SkillIDs      []string
}

// UpdateServicePayload is the answer of updateService.
type UpdateServicePayload struct {
	apierr.Payload
	Service *ent.Service
}

// UpdateService changes a service; for administrators (rule O7). Without a number it has no SMS.
func (s *Service) UpdateService(ctx context.Context, in UpdateServiceInput) (*UpdateServicePayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, refusal := s.checkNewLabel("name", in.Name)
	if refusal != nil {
		return nil, refusal
	}
	var row *ent.Service
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		if row, err = serviceTx(ctx, tx, v, in.ID); err != nil {
			return err
		}
		var c changes
		update := tx.Service.UpdateOne(row).SetNillableName(name).SetNillableTakesNewChats(in.TakesNewChats)
		c.note("name", differs(name, row.Name))
		c.note("takesNewChats", differs(in.TakesNewChats, row.TakesNewChats))
		if number, given := in.PhoneNumberID.ValueOK(); given {
			if err := holdNumberTx(ctx, tx, v, number); err != nil {
				return err
			}
			update.ClearPhoneNumberID().SetNillablePhoneNumberID(number)
			c.note("phoneNumberId", number == nil && row.PhoneNumberID != nil || number != nil && (row.PhoneNumberID == nil || *row.PhoneNumberID != *number))
		}
		if name != nil {
			if err := freeServiceTx(ctx, tx, v, *name, row.ID); err != nil {
				return err
			}
		}
		needs, err := needTx(ctx, tx, row, update, in.SkillIDs)
		if err != nil {
			return err
		}
		c.note("skillIds", needs)
		if row, err = update.Save(ctx); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, v, audit.ServiceUpdated, row.ID, c)
	})
	if err != nil {
		return nil, fmt.Errorf("update service: %w", err)
	}
	return &UpdateServicePayload{Service: row.Unwrap()}, nil
}

// needTx has a service need other skills of its organisation, and tells whether they are others. Nil leaves those it needs.
func needTx(ctx context.Context, tx *ent.Tx, row *ent.Service, update *ent.ServiceUpdateOne, skillIDs []string) (bool, error) {
	if err := ownTx(ctx, tx, row.OrganizationID, nil, nil, skillIDs); err != nil {
		return false, err
	}
	g := grant{"skillIds", skillIDs, row.QuerySkills().IDs, func(ids []string) { update.ClearSkills().AddSkillIDs(ids...) }}
	return g.change(ctx)
}

func serviceTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string) (*ent.Service, error) {
	return found(tx.Service.Query().Where(service.ID(id), service.OrganizationID(v.OrganizationID())).Only(ctx))("service")
}

func freeServiceTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, name, id string) error {
	return free(ctx, tx.Service.Query().
		Where(service.OrganizationID(v.OrganizationID()), service.NameEqualFold(name), service.IDNEQ(id)))
}

// holdNumberTx keeps a number that a service is to use, or none, from being released until the transaction ends. It comes before
// any service is locked.
func holdNumberTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id *string) error {
	if id == nil {
		return nil
	}
	_, err := HeldTx(ctx, tx, v.OrganizationID(), *id)
	return err
}

// ServedTx returns a service that a member works for, with its number. A refusal names the field of the input that led to it.
func ServedTx(ctx context.Context, tx *ent.Tx, m *ent.Member, id, field string) (*ent.Service, error) {
	row, err := found(tx.Service.Query().Where(service.ID(id), service.OrganizationID(m.OrganizationID)).WithPhoneNumber().Only(ctx))("service")
	if err != nil {
		return nil, err
	}
	serves, err := tx.Service.Query().Where(service.ID(id), service.HasMembersWith(member.ID(m.ID))).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("find service of member: %w", err)
	}
	if !serves {
		return nil, apierr.New(apierr.ServiceNotGranted, "You do not work for this service; an administrator can change it.").On(field)
	}
	return row, nil
}
