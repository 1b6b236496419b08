package organization

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/skill"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/idempotency"
)

// CreateSkillInput is the input of createSkill.
type CreateSkillInput struct {
	Name           string
	IdempotencyKey *string
}

// CreateSkillPayload is the answer of createSkill.
type CreateSkillPayload struct {
	apierr.Payload
	Skill *ent.Skill
}

// CreateSkill makes a skill; for administrators (rule O7).
func (s *Service) CreateSkill(ctx context.Context, in CreateSkillInput) (*CreateSkillPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, refusal := s.checkLabel("name", in.Name)
	if refusal != nil {
		return nil, refusal
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createSkill", in.Name)
	if err != nil {
		return nil, err
	}
	id, err := s.createOnce(ctx, v, key, "skl", audit.SkillCreated, name, func(tx *ent.Tx, id string) error {
		if err := freeSkillTx(ctx, tx, v, name, id); err != nil {
			return err
		}
		return tx.Skill.Create().SetID(id).SetOrganizationID(v.OrganizationID()).SetName(name).Exec(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("create skill: %w", err)
	}
	row, err := found(s.ent.Skill.Get(ctx, id))("skill")
	if err != nil {
		return nil, err
	}
	return &CreateSkillPayload{Skill: row}, nil
}

// UpdateSkillInput is the input of updateSkill. What is nil stays as it is.
type UpdateSkillInput struct {
	ID   string
	Name *string
}

// UpdateSkillPayload is the answer of updateSkill.
type UpdateSkillPayload struct {
	apierr.Payload
	Skill *ent.Skill
}

// UpdateSkill changes a skill; for administrators (rule O7).
func (s *Service) UpdateSkill(ctx context.Context, in UpdateSkillInput) (*UpdateSkillPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	name, refusal := s.checkNewLabel("name", in.Name)
	if refusal != nil {
		return nil, refusal
	}
	var row *ent.Skill
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		row, err = found(tx.Skill.Query().Where(skill.ID(in.ID), skill.OrganizationID(v.OrganizationID())).Only(ctx))("skill")
		if err != nil {
			return err
		}
		if name != nil {
			if err := freeSkillTx(ctx, tx, v, *name, row.ID); err != nil {
				return err
			}
		}
		var c changes
		c.note("name", differs(name, row.Name))
		if row, err = tx.Skill.UpdateOne(row).SetNillableName(name).Save(ctx); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, v, audit.SkillUpdated, row.ID, c)
	})
	if err != nil {
		return nil, fmt.Errorf("update skill: %w", err)
	}
	return &UpdateSkillPayload{Skill: row}, nil
}

func freeSkillTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, name, id string) error {
	return free(ctx, tx.Skill.Query().Where(skill.OrganizationID(v.OrganizationID()), skill.NameEqualFold(name), skill.IDNEQ(id)))
}
