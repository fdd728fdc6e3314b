package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
)

// TestRunsDirectly says which statements need the driver. It fails if the driver has no
// longer the fields that we look for.
func TestRunsDirectly(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (n integer, at datetime)")
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		for _, test := range []struct {
			query string
			args  []any
			want  bool
		}{
			{"SELECT n FROM t WHERE n = ?", []any{1}, true},
			{"SELECT n FROM t WHERE n = ?1 OR n = ?2 OR n = ?1", []any{1, 2}, true},
			{"SELECT +at FROM t", nil, true},
			{"INSERT INTO t VALUES (?, ?)", []any{1, "2024-02-29 12:00:00"}, true},
			{"SELECT at FROM t", nil, false},
			{"INSERT INTO t VALUES (2, '2024-02-29 12:00:00') RETURNING n", nil, false},
			{"SELECT n FROM t WHERE n = @n", []any{sql.Named("n", 1)}, false},
			{"UPDATE t SET n = 3; UPDATE t SET n = 4", nil, false},
		} {
			rows, err := tx.Query(ctx, test.query, test.args...)
			if err != nil {
				return err
			}
			for rows.Next() {
			}
			if err := rows.Close(); err != nil {
				return err
			}
			if got := sqlite.RunsDirectly(tx, test.query); got != test.want {
				t.Errorf("%s: %v", test.query, got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestArgumentsLikeTheDriver: what is given to a statement that we run comes back as from
// one that the driver runs, also if the statement was run with something longer before.
func TestArgumentsLikeTheDriver(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	values := []any{
		nil, int64(0), int64(-1), 1.5, true, false, "", "a", "a\x00b", "ä€😀", "\xff", strings.Repeat("long ", 2000), "short",
		[]byte(nil), []byte{}, []byte("x\x00y"), []byte(strings.Repeat("b", 9000)), []byte("y"), time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), "after",
	}
	const ours = "SELECT typeof(?1) || length(?1), hex(?1), ?1, ?2"
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		for i, v := range values {
			other := values[len(values)-1-i]
			var got, want [4]any
			if err := database.QueryRow(ctx, tx, []any{&got[0], &got[1], &got[2], &got[3]}, ours, v, other); err != nil {
				return fmt.Errorf("%.20q: %w", v, err)
			}
			if !sqlite.RunsDirectly(tx, ours) {
				t.Error("the driver runs the statement")
			}
			err := sqlite.Raw(tx).QueryRowContext(ctx, ours, v, other).Scan(&want[0], &want[1], &want[2], &want[3])
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%.20q: %s, %v", v, d, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestErrorsLikeTheDriver: errors of statements that we run have the kind and the words of
// the driver's.
func TestErrorsLikeTheDriver(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (n integer UNIQUE CHECK (n < 10), m integer NOT NULL REFERENCES t (n))", "INSERT INTO t VALUES (1, 1)")
	for _, values := range []string{"1, 1", "11, 1", "2, NULL", "2, 7", "abs(-9223372036854775808), 1", "vola_refuse('x'), 1"} {
		query := "INSERT INTO t VALUES (" + values + ")"
		_, direct := db.Exec(t.Context(), query)
		rows, driven := db.Query(t.Context(), query+" RETURNING n")
		if driven == nil {
			driven = rows.Close()
		}
		if direct == nil || driven == nil || direct.Error() != driven.Error() {
			t.Errorf("%s: %v\nthe driver: %v", values, direct, driven)
		}
		var a, b *database.Error
		if errors.As(direct, &a) != errors.As(driven, &b) {
			t.Errorf("%s: %#v and %#v", values, direct, driven)
		}
		if a != nil && (a.Kind != b.Kind || a.Table != b.Table || !cmp.Equal(a.Columns, b.Columns) || a.Constraint != b.Constraint) {
			t.Errorf("%s: %+v and %+v", values, a, b)
		}
	}
}

// TestColumnBecomesATime: a statement that is prepared leaves the driver's hands and comes
// back to them when a column of its result is made one of times.
func TestColumnBecomesATime(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (a text)", "INSERT INTO t VALUES ('2024-02-29 12:00:00')")
	read := func() any {
		t.Helper()
		var v any
		if err := database.QueryRow(t.Context(), db, []any{&v}, "SELECT * FROM t WHERE a > ?", "2"); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := read(); got != "2024-02-29 12:00:00" {
		t.Errorf("a text: %v", got)
	}
	run(t, db, "DROP TABLE t", "CREATE TABLE t (a datetime)", "INSERT INTO t VALUES ('2024-02-29 12:00:00')")
	for range 2 {
		if got, ok := read().(time.Time); !ok || !got.Equal(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("a time: %v", got)
		}
	}
}

// TestScanNeedsARow: there is nothing to read before the first row and after the last.
func TestScanNeedsARow(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	rows, err := db.Query(t.Context(), "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := int64(7)
	if err := rows.Scan(&n); err == nil {
		t.Error("a row before the first")
	}
	if !rows.Next() || rows.Scan(&n) != nil || n != 1 {
		t.Errorf("the row: %d", n)
	}
	if rows.Next() {
		t.Error("a second row")
	}
	if err := rows.Scan(&n); err == nil {
		t.Error("a row after the last")
	}
}

// TestAllocations: reading a row allocates what the caller keeps, the rows, and what
// goes through interfaces.
func TestAllocations(t *testing.T) {
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (n integer PRIMARY KEY, name text, rate real)", "INSERT INTO t VALUES (1000, 'a name', 1.5)")
	var (
		n    int64
		name string
		rate float64
	)
	dest, args := []any{&n, &name, &rate}, []any{int64(1000)}
	ctx := t.Context()
	got := testing.AllocsPerRun(100, func() {
		if err := database.QueryRow(ctx, db, dest, "SELECT n, name, rate FROM t WHERE n = ?", args...); err != nil {
			t.Fatal(err)
		}
	})
	if got > 2 { // the rows, the text
		t.Errorf("%v allocations", got)
	}
}
