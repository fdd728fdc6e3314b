package databasetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// inspected reads back what was created.
func inspected(t *testing.T, db *database.DB) {
	createAccount(t, db)
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := schema.Schema{Tables: []schema.Table{account()}}
	if db.Dialect().Name() == "sqlite" { // which keeps no names of foreign keys
		f := &want.Tables[0].ForeignKeys[0]
		f.Name = schema.ForeignKeyName("account", f.Columns, f.RefTable, "id")
	}
	if !reflect.DeepEqual(want, s) {
		t.Errorf("Inspect = %+v\nwant %+v", s, want)
	}
}

// foreignKeysOff drops a table that is referred to without its children, and
// may not leave them alone in the end.
func foreignKeysOff(t *testing.T, db *database.DB) {
	createAccount(t, db)
	exec(t, db, "INSERT INTO account (id, name) VALUES (1, 'ann')")
	exec(t, db, "INSERT INTO account (id, name, parent_id) VALUES (2, 'kid', 1)")
	orphan := func(keep bool) error {
		return db.InTxWith(t.Context(), database.TxOptions{NoForeignKeys: true}, func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.Exec(ctx, "DELETE FROM account WHERE id = 1"); err != nil {
				return err
			}
			if keep {
				_, err := tx.Exec(ctx, "INSERT INTO account (id, name) VALUES (1, 'ann again')")
				return err
			}
			return nil
		})
	}
	if err := orphan(false); !errors.Is(err, database.ErrForeignKey) {
		t.Errorf("a row was left alone: %v", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows after the error", n)
	}
	if err := orphan(true); err != nil && db.Dialect().Name() == "sqlite" {
		t.Errorf("a row that is put back: %v", err)
	}
	if _, err := db.Exec(t.Context(), "INSERT INTO account (id, name, parent_id) VALUES (50, 'x', 99)"); !errors.Is(err, database.ErrForeignKey) {
		t.Errorf("afterwards foreign keys are not enforced: %v", err)
	}
}

// locks hands a lock from one holder to the next, in backends that have them.
func locks(t *testing.T, db *database.DB) {
	l, ok := db.Backend().(database.Locker)
	if !ok {
		return // transactions are lock enough
	}
	never := func() { t.Error("waited for a lock that is free") }
	unlock, err := l.Lock(t.Context(), "a", never)
	if err != nil {
		t.Fatal(err)
	}
	other, err := l.Lock(t.Context(), "b", never)
	if err != nil {
		t.Fatal(err)
	}
	waits, got := make(chan struct{}), make(chan error)
	go func() {
		again, err := l.Lock(context.Background(), "a", func() { close(waits) })
		if err == nil {
			err = again()
		}
		got <- err
	}()
	<-waits
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := l.Lock(ctx, "a", cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that was given up: %v", err)
	}
	if err := errors.Join(unlock(), other(), <-got); err != nil {
		t.Error(err)
	}
}

// renamedConstraints keeps a constraint's rows and rules under another name.
func renamedConstraints(t *testing.T, db *database.DB) {
	createAccount(t, db)
	to := account()
	to.Uniques[0].Name, to.Checks[0].Name, to.Indexes[0].Name = "u2", "c2", "i2"
	ddl, err := db.Dialect().Editor().AlterTable(t.Context(), db, database.Alteration{From: account(), To: to})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range ddl {
		exec(t, db, s)
	}
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Tables[0]
	if _, ok := got.Unique("u2"); !ok || len(got.Uniques) != 1 {
		t.Errorf("unique constraints: %+v", got.Uniques)
	}
	if !slices.Contains(got.Checks, schema.Check{Name: "c2", SQL: "balance >= 0"}) || len(got.Indexes) != 1 || got.Indexes[0].Name != "i2" {
		t.Errorf("checks and indexes: %+v, %+v", got.Checks, got.Indexes)
	}
}
