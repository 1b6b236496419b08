package organization

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/portal"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/idempotency"
)

// CreatePortalInput is the input of createPortal.
type CreatePortalInput struct {
	Name              string
	Mode              portal.Mode
	AllowsSpecialists *bool
	AllowsControl     *bool
	IdempotencyKey    *string
}

// CreatePortalPayload is the answer of createPortal.
type CreatePortalPayload struct {
	apierr.Payload
	Portal *ent.Portal
}

// CreatePortal makes a portal, which lets no specialists in unless told (rule S2); for administrators (rule O7).
func (s *Service) CreatePortal(ctx context.Context, in CreatePortalInput) (*CreatePortalPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, badName := s.checkLabel("name", in.Name)
	door, badDoor := opened(door{}, in.AllowsSpecialists, in.AllowsControl)
	if err := apierr.Join(badName, badDoor); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createPortal", in.Name, in.Mode, in.AllowsSpecialists, in.AllowsControl)
	if err != nil {
		return nil, err
	}
	id, err := s.createOnce(ctx, v, key, "prt", audit.PortalCreated, name, func(tx *ent.Tx, id string) error {
		if err := freePortalTx(ctx, tx, v, name, id); err != nil {
			return err
		}
		return tx.Portal.Create().SetID(id).SetOrganizationID(v.OrganizationID()).SetName(name).SetMode(in.Mode).
			SetAllowsSpecialists(door.specialists).SetAllowsControl(door.control).Exec(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("create portal: %w", err)
	}
	row, err := found(s.ent.Portal.Get(ctx, id))("portal")
	if err != nil {
		return nil, err
	}
	return &CreatePortalPayload{Portal: row}, nil
}

// UpdatePortalInput is the input of updatePortal. What is nil stays as it is.
type UpdatePortalInput struct {
	ID                string
	Name              *string
	AllowsSpecialists *bool
	AllowsControl     *bool
}

// UpdatePortalPayload is the answer of updatePortal.
type UpdatePortalPayload struct {
	apierr.Payload
	Portal *ent.Portal
}

// UpdatePortal changes a portal; for administrators (rule O7). It says what is allowed from then on: sessions, codes and
// specialists that there are stay, until somebody ends them.
func (s *Service) UpdatePortal(ctx context.Context, in UpdatePortalInput) (*UpdatePortalPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, refusal := s.checkNewLabel("name", in.Name)
	if refusal != nil {
		return nil, refusal
	}
	var row *ent.Portal
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		row, err = found(tx.Portal.Query().Where(portal.ID(in.ID), portal.OrganizationID(v.OrganizationID())).Only(ctx))("portal")
		if err != nil {
			return err
		}
		if name != nil {
			if err := freePortalTx(ctx, tx, v, *name, row.ID); err != nil {
				return err
			}
		}
		was := door{row.AllowsSpecialists, row.AllowsControl}
		is, refusal := opened(was, in.AllowsSpecialists, in.AllowsControl)
		if refusal != nil {
			return refusal
		}
		var c changes
		c.note("name", differs(name, row.Name))
		c.note("allowsSpecialists", is.specialists != was.specialists)
		c.note("allowsControl", is.control != was.control)
		row, err = tx.Portal.UpdateOne(row).SetNillableName(name).
			SetAllowsSpecialists(is.specialists).SetAllowsControl(is.control).Save(ctx)
		if err != nil {
			return err
		}
		return s.recordTx(ctx, tx, v, audit.PortalUpdated, row.ID, c)
	})
	if err != nil {
		return nil, fmt.Errorf("update portal: %w", err)
	}
	return &UpdatePortalPayload{Portal: row}, nil
}

// door is what a portal lets specialists do.
type door struct{ specialists, control bool }

// opened is a door after a change, of which nil leaves what is there. Control is the specialists': it goes with them, and cannot
// be asked for without them.
func opened(d door, specialists, control *bool) (door, *apierr.Error) {
	if specialists != nil {
		d.specialists = *specialists
	}
	switch {
	case control != nil:
		d.control = *control
	case !d.specialists:
		d.control = false
	}
	if d.control && !d.specialists {
		return d, apierr.New(apierr.SpecialistsDisabled, "Control is for specialists: let them in, too.").On("allowsControl")
	}
	return d, nil
}

func freePortalTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, name, id string) error {
	return free(ctx, tx.Portal.Query().Where(portal.OrganizationID(v.OrganizationID()), portal.NameEqualFold(name), portal.IDNEQ(id)))
}
