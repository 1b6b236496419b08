package organization

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/organization"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/typeid"
)

// alone runs work in a transaction in which nobody else administers or joins an organisation.
func alone(ctx context.Context, client *ent.Client, organizationID string, work func(tx *ent.Tx) error) error {
	return database.WithTx(ctx, client, func(tx *ent.Tx) error {
		lock := sql.WithLockClause("FOR NO KEY UPDATE") // what names the organisation goes on meanwhile
		if _, err := tx.Organization.Query().Where(organization.ID(organizationID)).ForUpdate(lock).OnlyID(ctx); err != nil {
			return fmt.Errorf("lock organisation: %w", err)
		}
		return work(tx)
	})
}

// Administer is alone for the viewer's organisation. Whether the viewer is still an administrator is asked once more: another
// one may have changed that a moment ago.
func Administer(ctx context.Context, client *ent.Client, v auth.Viewer, work func(tx *ent.Tx) error) error {
	return alone(ctx, client, v.OrganizationID(), func(tx *ent.Tx) error {
		m, err := tx.Member.Query().Where(member.ID(v.ID()), member.DeactivatedAtIsNil()).Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("get administrator: %w", err)
		}
		if _, err := auth.Allowed(auth.With(ctx, auth.Viewer{Member: m}), auth.Administer); err != nil {
			return err
		}
		return work(tx)
	})
}

// createOnce makes a thing of the viewer's organisation with a new id, unless the key stands for one already, and returns the id
// of the one that is standing.
func (s *Service) createOnce(ctx context.Context, v auth.Viewer, key idempotency.Key, prefix string, action audit.Action, name string, create func(tx *ent.Tx, id string) error) (string, error) {
	id := typeid.New(prefix)
	err := Administer(ctx, s.ent, v, func(tx *ent.Tx) error {
		standing, err := key.ClaimTx(ctx, tx, id)
		if err != nil || standing != id {
			id = standing
			return err
		}
		if err := create(tx, id); err != nil {
			return err
		}
		return s.audit.RecordTx(ctx, tx, v, action, id, name)
	})
	return id, err
}

// changes are the fields that a change changes, in the words of the audit.
type changes []string

func (c *changes) note(field string, differs bool) {
	if differs {
		*c = append(*c, field)
	}
}

// recordTx records what has changed; where nothing has there is nothing to record.
func (s *Service) recordTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, action audit.Action, id string, c changes) error {
	if len(c) == 0 {
		return nil
	}
	database.AfterCommit(tx, s.changed)
	return s.audit.RecordTx(ctx, tx, v, action, id, strings.Join(c, ", "))
}

// differs tells whether a value that may be left out is given, and another one.
func differs[T comparable](given *T, is T) bool { return given != nil && *given != is }

// checkLabel checks the name of a thing, with one blank between its words.
func (s *Service) checkLabel(field, typed string) (string, *apierr.Error) {
	label, longest := identifier.Spelled(typed), s.limits.LabelCharacters
	switch n := utf8.RuneCountInString(label); {
	case identifier.Blank(label):
		return "", apierr.Blank(field)
	case longest > 0 && n > longest:
		return "", apierr.New(apierr.TooLong, "A name has at most %d characters (limit label-characters).", longest).On(field).Over(longest, n)
	case strings.ContainsFunc(label, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
		return "", apierr.New(apierr.TextInvalid, "A name cannot hold control characters, or marks that turn the direction of writing.").On(field)
	}
	return label, nil
}

// checkNewLabel is checkLabel for one that may be left out.
func (s *Service) checkNewLabel(field string, typed *string) (*string, *apierr.Error) {
	if typed == nil {
		return nil, nil
	}
	label, refusal := s.checkLabel(field, *typed)
	return &label, refusal
}

// free refuses a name that another thing of the organisation has, in any case. Who asks has the organisation locked.
func free(ctx context.Context, taken interface {
	Exist(context.Context) (bool, error)
}) error {
	switch exists, err := taken.Exist(ctx); {
	case err != nil:
		return fmt.Errorf("find who has a name: %w", err)
	case exists:
		return apierr.New(apierr.NameInUse, "The organisation has another one of this name: choose another name.").On("name")
	}
	return nil
}

// found is what a query for one thing found, or NOT_FOUND.
func found[T any](row T, err error) func(thing string) (T, error) {
	return func(thing string) (T, error) {
		switch {
		case ent.IsNotFound(err):
			return row, apierr.MissingThing(thing)
		case err != nil:
			return row, fmt.Errorf("get %s: %w", thing, err)
		}
		return row, nil
	}
}
