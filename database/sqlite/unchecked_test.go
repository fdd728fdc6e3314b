package sqlite_test

import (
	"context"
	"errors"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// TestForeignKeysUnchecked: what a transaction leaves dangling is accepted, is
// found by the next one that checks, and is not left to those after it.
func TestForeignKeysUnchecked(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := databasetest.SQLite(t)
	run := func(opts database.TxOptions, query string) error {
		return db.InTxWith(ctx, opts, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, query)
			return err
		})
	}
	for _, q := range []string{
		"CREATE TABLE parent (id integer PRIMARY KEY)",
		"CREATE TABLE child (id integer PRIMARY KEY, parent_id integer NOT NULL REFERENCES parent (id) ON DELETE CASCADE)",
	} {
		if _, err := db.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	unchecked := database.TxOptions{ForeignKeysUnchecked: true}
	checked := database.TxOptions{NoForeignKeys: true}
	if err := run(unchecked, "INSERT INTO child VALUES (1, 7)"); err != nil {
		t.Fatalf("a child before its parent: %v", err)
	}
	if err := run(checked, "INSERT INTO parent VALUES (1)"); !errors.Is(err, database.ErrForeignKey) {
		t.Fatalf("the check before the commit said %v", err)
	}
	if err := run(unchecked, "INSERT INTO parent VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	if err := run(checked, "INSERT INTO parent VALUES (1)"); err != nil {
		t.Fatalf("with the parent there: %v", err)
	}
	if err := run(database.TxOptions{}, "INSERT INTO child VALUES (2, 8)"); !errors.Is(err, database.ErrForeignKey) {
		t.Fatalf("an ordinary transaction after these said %v", err)
	}
}
