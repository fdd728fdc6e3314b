package sqlite_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// What SQLite says of a statement that it refuses, by kind and names.
func TestErrorsOfStatements(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db,
		`CREATE TABLE p (id integer PRIMARY KEY, name text UNIQUE)`,
		`CREATE TABLE t (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, a text NOT NULL, b text, p integer REFERENCES p ON DELETE RESTRICT,
			"odd, name" text UNIQUE, UNIQUE (a, b), CONSTRAINT "a (not) b" CHECK (a <> 'b'), CHECK (length(a) < 9))`,
		`CREATE UNIQUE INDEX folded ON t (lower(b)) WHERE id > 1`,
		`CREATE TABLE w (k text PRIMARY KEY, n any) WITHOUT ROWID`,
		`CREATE TABLE s (n integer) STRICT`,
		`CREATE TRIGGER no BEFORE DELETE ON t WHEN old.b = 'stays' BEGIN SELECT raise(ABORT, 'it stays'); END`,
		`INSERT INTO p VALUES (1, 'x')`,
		`INSERT INTO t VALUES (1, 'a', 'B', 1, 'o'), (2, 'a', 'stays', NULL, 'p')`,
		`INSERT INTO w VALUES ('k', 1)`,
	)
	for _, tt := range []struct {
		statement string
		want      *database.Error // without its cause
		text      string
	}{
		{`INSERT INTO t (a, b) VALUES ('a', 'B')`, &database.Error{Kind: database.Unique, Table: "t", Columns: []string{"a", "b"}}, "UNIQUE"},
		{`INSERT INTO t (id, a) VALUES (1, 'z')`, &database.Error{Kind: database.Unique, Table: "t", Columns: []string{"id"}}, "UNIQUE"},
		{`UPDATE t SET rowid = 2 WHERE id = 1`, &database.Error{Kind: database.Unique, Table: "t", Columns: []string{"id"}}, "UNIQUE"},
		{`INSERT INTO t (a, b) VALUES ('z', 'STAYS')`, &database.Error{Kind: database.Unique}, "folded"},
		{`INSERT INTO t (a, "odd, name") VALUES ('z', 'o')`, &database.Error{Kind: database.Unique}, "odd, name"},
		{`INSERT INTO w VALUES ('k', 2)`, &database.Error{Kind: database.Unique, Table: "w", Columns: []string{"k"}}, "UNIQUE"},
		{`INSERT INTO p VALUES (2, 'x')`, &database.Error{Kind: database.Unique, Table: "p", Columns: []string{"name"}}, "UNIQUE"},
		{`INSERT INTO t (a) VALUES (NULL)`, &database.Error{Kind: database.NotNull, Table: "t", Columns: []string{"a"}}, "NOT NULL"},
		{`INSERT INTO w VALUES (NULL, 1)`, &database.Error{Kind: database.NotNull, Table: "w", Columns: []string{"k"}}, "NOT NULL"},
		{`INSERT INTO t (a) VALUES ('b')`, &database.Error{Kind: database.Check, Constraint: "a (not) b"}, "CHECK"},
		{`INSERT INTO t (a) VALUES ('123456789')`, &database.Error{Kind: database.Check, Constraint: "length(a) < 9"}, "CHECK"},
		{`INSERT INTO t (a, p) VALUES ('z', 9)`, &database.Error{Kind: database.ForeignKey}, "FOREIGN KEY"},
		{`DELETE FROM p`, &database.Error{Kind: database.ForeignKey}, "FOREIGN KEY"},
		{`DELETE FROM t WHERE b = 'stays'`, nil, "it stays"},
		{`INSERT INTO s VALUES ('x')`, nil, "cannot store TEXT value in INTEGER column s.n"},
		{`INSERT INTO nowhere VALUES (1)`, nil, "no such table: nowhere"},
		{`SELEC 1`, nil, "syntax error"},
	} {
		_, err := db.Exec(t.Context(), tt.statement)
		var got *database.Error
		if errors.As(err, &got) {
			got.Cause = nil
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || err == nil {
			t.Errorf("%s: %v (-want +got)\n%s", tt.statement, err, diff)
		}
		if _, err := db.Exec(t.Context(), tt.statement); err == nil || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %q", tt.statement, err, tt.text)
		}
	}
	var n int64
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t"); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// A commit that a deferred constraint refuses leaves the connection without a
// transaction.
func TestRefusedCommit(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, `CREATE TABLE t (id integer PRIMARY KEY, up integer REFERENCES t DEFERRABLE INITIALLY DEFERRED)`)
	insert := func(query string) error {
		return db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, query)
			return err
		})
	}
	for range 3 {
		if err := insert("INSERT INTO t VALUES (1, 2)"); !errors.Is(err, database.ErrForeignKey) || !strings.HasPrefix(err.Error(), "commit: ") {
			t.Errorf("a row that refers to none: %v", err)
		}
	}
	if err := insert("INSERT INTO t VALUES (1, 2), (2, 1)"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Rows that are alone after foreign keys were off are named, some of them.
func TestForeignKeyCheckNamesRows(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, `CREATE TABLE p (id integer PRIMARY KEY)`, `CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p)`,
		`CREATE TABLE w (k text PRIMARY KEY, p integer REFERENCES p) WITHOUT ROWID`)
	insert := func(queries ...string) error {
		return db.InTxWith(t.Context(), database.TxOptions{NoForeignKeys: true}, func(ctx context.Context, tx *database.Tx) error {
			for _, q := range queries {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := insert("INSERT INTO w VALUES ('k', 9)")
	if !errors.Is(err, database.ErrForeignKey) || !strings.Contains(err.Error(), "in table w: a row of w refers to one of p that is not there") {
		t.Error(err)
	}
	err = insert("INSERT INTO c SELECT value, 9 FROM json_each('[1,2,3,4,5,6,7,8]')")
	if !errors.Is(err, database.ErrForeignKey) || !strings.Contains(err.Error(), "row 1 of c refers") || !strings.HasSuffix(err.Error(), "row 5 of c refers to one of p that is not there; and 3 more") {
		t.Error(err)
	}
	if err := insert("INSERT INTO c VALUES (1, 9)", "INSERT INTO p VALUES (9)"); err != nil {
		t.Error(err)
	}
}
