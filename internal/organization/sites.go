package organization

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/site"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/idempotency"
	"parley/internal/identifier"
)

// CreateSiteInput is the input of createSite.
type CreateSiteInput struct {
	Name           string
	Country        string
	IdempotencyKey *string
}

// CreateSitePayload is the answer of createSite.
type CreateSitePayload struct {
	apierr.Payload
	Site *ent.Site
}

// CreateSite makes a site; for administrators (rule O7).
func (s *Service) CreateSite(ctx context.Context, in CreateSiteInput) (*CreateSitePayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, badName := s.checkLabel("name", in.Name)
	country, badCountry := identifier.ParseCountry("country", in.Country)
	if err := apierr.Join(badName, badCountry); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createSite", in.Name, in.Country)
	if err != nil {
		return nil, err
	}
	id, err := s.createOnce(ctx, v, key, "site", audit.SiteCreated, name, func(tx *ent.Tx, id string) error {
		if err := freeSiteTx(ctx, tx, v, name, id); err != nil {
			return err
		}
		return tx.Site.Create().SetID(id).SetOrganizationID(v.OrganizationID()).SetName(name).SetCountry(country).Exec(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("create site: %w", err)
	}
	row, err := found(s.ent.Site.Get(ctx, id))("site")
	if err != nil {
		return nil, err
	}
	return &CreateSitePayload{Site: row}, nil
}

// UpdateSiteInput is the input of updateSite. What is nil stays as it is.
type UpdateSiteInput struct {
	ID      string
	Name    *string
	Country *string
}

// UpdateSitePayload is the answer of updateSite.
type UpdateSitePayload struct {
	apierr.Payload
	Site *ent.Site
}

// UpdateSite changes a site; for administrators (rule O7).
func (s *Service) UpdateSite(ctx context.Context, in UpdateSiteInput) (*UpdateSitePayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, badName := s.checkNewLabel("name", in.Name)
	country, badCountry := checkNewCountry("country", in.Country)
	if err := apierr.Join(badName, badCountry); err != nil {
		return nil, err
	}
	var row *ent.Site
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		row, err = found(tx.Site.Query().Where(site.ID(in.ID), site.OrganizationID(v.OrganizationID())).Only(ctx))("site")
		if err != nil {
			return err
		}
		if name != nil {
			if err := freeSiteTx(ctx, tx, v, *name, row.ID); err != nil {
				return err
			}
		}
		var c changes
		c.note("name", differs(name, row.Name))
		c.note("country", differs(country, row.Country))
		if row, err = tx.Site.UpdateOne(row).SetNillableName(name).SetNillableCountry(country).Save(ctx); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, v, audit.SiteUpdated, row.ID, c)
	})
	if err != nil {
		return nil, fmt.Errorf("update site: %w", err)
	}
	return &UpdateSitePayload{Site: row}, nil
}

func checkNewCountry(field string, typed *string) (*string, *apierr.Error) {
	if typed == nil {
		return nil, nil
	}
	country, refusal := identifier.ParseCountry(field, *typed)
	return &country, refusal
}

func freeSiteTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, name, id string) error {
	return free(ctx, tx.Site.Query().Where(site.OrganizationID(v.OrganizationID()), site.NameEqualFold(name), site.IDNEQ(id)))
}
