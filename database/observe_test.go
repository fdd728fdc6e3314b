package database_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// All observers are told of a statement, the database's first and then from the
// outside in; those of another context are not.
func TestObserversInOrder(t *testing.T) {
	t.Parallel()
	var told []string
	observer := func(name string) func(context.Context, database.Statement) {
		return func(_ context.Context, s database.Statement) { told = append(told, name+" "+s.SQL) }
	}
	f := &fake{}
	db, err := database.Open(t.Context(), database.Config{URL: "fake:x", Drivers: []database.Driver{f}, Observer: observer("db")})
	if err != nil {
		t.Fatal(err)
	}
	outer := database.Observe(t.Context(), observer("outer"))
	inner := database.Observe(outer, observer("inner"))
	for _, ctx := range []context.Context{t.Context(), outer, inner} {
		if _, err := db.Exec(ctx, "x"); err != nil {
			t.Error(err)
		}
	}
	if _, err := (&fake{}).open(t).Exec(inner, "y"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(told, ", "); got != "db x, db x, outer x, db x, outer x, inner x, outer y, inner y" {
		t.Error(got)
	}
}

// What observers are told of a statement: its end, its rows and its error, once.
func TestObservedStatement(t *testing.T) {
	t.Parallel()
	f := &fake{rows: 3}
	db := f.open(t)
	var s databasetest.Statements
	ctx := s.Observe(t.Context())
	one := func(sql string, rows int64, err string) {
		t.Helper()
		all := s.All()
		if len(all) != 1 {
			t.Fatalf("%d statements were told of, want 1", len(all))
		}
		got := all[0]
		if got.SQL != sql || got.Rows != rows || got.Err == nil && err != "" || got.Err != nil && got.Err.Error() != err {
			t.Errorf("%+v, want %s, %d rows, error %q", got, sql, rows, err)
		}
		if !strings.Contains(got.Caller, "observe_test.go:") || got.Started.IsZero() || got.Duration < 0 {
			t.Errorf("from %s at %v for %v", got.Caller, got.Started, got.Duration)
		}
		s.Reset()
	}
	read := func(h database.Handle, n int) {
		t.Helper()
		rows, err := h.Query(ctx, "read")
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			rows.Next()
		}
		if n := len(s.All()); n > 0 {
			t.Error("told before the rows were closed")
		}
		rows.Close()
		rows.Close()
	}
	db.Exec(ctx, "write", 1, 2)
	one("write", 2, "")
	read(db, 5)
	one("read", 3, "")
	read(db, 2) // closed early
	one("read", 2, "")
	err := db.InTx(ctx, func(_ context.Context, tx *database.Tx) error {
		read(tx, 4)
		one("read", 3, "")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	f.ends = errors.New("broke")
	read(db, 5)
	one("read", 3, "broke")
	f.failing("write", "read")
	db.Exec(ctx, "write")
	one("write", 0, "write failed")
	if _, err := db.Query(ctx, "read"); err == nil {
		t.Error("no error")
	}
	one("read", 0, "read failed")
}

// Rows that break off in a transaction are a statement that failed, though its
// function says nothing of it.
func TestRowsThatBreakOff(t *testing.T) {
	t.Parallel()
	f := &fake{rows: 1, ends: errors.New("broke")}
	err := f.open(t).InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		rows, err := tx.Query(ctx, "read")
		if err != nil {
			return err
		}
		for rows.Next() {
		}
		rows.Close()
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "broke") || f.did() != "begin; read; rollback" {
		t.Error(err)
	}
}

// The file and line of a statement is that of who asked for it, not of a closure
// that runs deep inside the data layer.
func TestCaller(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var s databasetest.Statements
		err := db.InTx(s.Observe(t.Context()), func(ctx context.Context, tx *database.Tx) error {
			return tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				var n int64
				return database.QueryRow(ctx, tx, []any{&n}, "SELECT 1")
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := map[string]bool{}
		for _, one := range s.All() {
			if !strings.Contains(one.Caller, "observe_test.go:") {
				t.Errorf("%s is said to come from %q", one.SQL, one.Caller)
			}
			lines[fmt.Sprint(one.SQL, one.Caller)] = true
		}
		if len(lines) != 3 {
			t.Errorf("statements: %v", lines)
		}
	})
}
