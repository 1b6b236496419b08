package database

import (
	"context"
	"database/sql"
	"fmt"
)

// CheckDurability refuses a database that may forget what it has confirmed. The server promises that a message that was
// answered is kept, and it cannot keep that promise on such a database.
func CheckDurability(ctx context.Context, db *sql.DB) error {
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var value string
		if err := db.QueryRowContext(ctx, "SELECT current_setting($1)", name).Scan(&value); err != nil {
			return fmt.Errorf("reading the setting %s of PostgreSQL: %w", name, err)
		}
		if value == "off" {
			return fmt.Errorf("PostgreSQL has %s = off, so a crash would lose messages that were confirmed: "+
				"set it to on in PostgreSQL's configuration and start again", name)
		}
	}
	return nil
}
