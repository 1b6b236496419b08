package migration_test

import (
	"testing"

	"parley/internal/database/migration"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	const once = `((kind)::text = ANY ((ARRAY['A'::character varying, 'B''s'::character varying])::text[]))`
	for _, c := range []struct {
		name, condition string
		same            bool
	}{
		{"rewritten twice", `((kind)::text = ANY (ARRAY[('A'::character varying)::text, ('B''s'::character varying)::text]))`, true},
		{"other value", `((kind)::text = ANY (ARRAY[('A'::character varying)::text, ('C'::character varying)::text]))`, false},
		{"other column", `((side)::text = ANY (ARRAY[('A'::character varying)::text, ('B''s'::character varying)::text]))`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if same := migration.Plain(once) == migration.Plain(c.condition); same != c.same {
				t.Errorf("same = %v, want %v:\n%s\n%s", same, c.same, migration.Plain(once), migration.Plain(c.condition))
			}
		})
	}
}
