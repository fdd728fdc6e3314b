package databasetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// Conform runs the suite that every driver must pass, each part on an empty
// database that open returns.
func Conform(t *testing.T, open func(testing.TB) *database.DB) {
	for name, part := range map[string]func(*testing.T, *database.DB){
		"statements":              statements,
		"tables":                  tables,
		"inspect":                 inspected,
		"renamed constraints":     renamedConstraints,
		"foreign keys off":        foreignKeysOff,
		"locks":                   locks,
		"constraint errors":       constraintErrors,
		"commit and roll back":    commitAndRollBack,
		"savepoints":              savepoints,
		"on commit":               onCommit,
		"outer handle refused":    outerHandleRefused,
		"ended handle refused":    endedHandleRefused,
		"swallowed error":         swallowedError,
		"panic rolls back":        panicRollsBack,
		"cancelled context":       cancelledContext,
		"stopped statement":       stoppedStatement,
		"read-only transaction":   readOnlyTransaction,
		"observers":               observersAreTold,
		"many writers, one total": manyWriters,
		"retry when in the way":   retryWhenInTheWay,
		"closed":                  closed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, open(t))
		})
	}
}

// account is the table that the suite works on.
func account() schema.Table {
	return schema.Table{
		Name: "account",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 40}},
			{Name: "balance", Type: schema.Type{Kind: schema.Int64}, Default: schema.Default{Value: int64(0)}},
			{Name: "parent_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
		},
		PrimaryKey:  []string{"id"},
		Uniques:     []schema.Unique{{Name: "account_name_key", Columns: []string{"name"}}},
		Checks:      []schema.Check{{Name: "balance_ge_0", SQL: "balance >= 0"}},
		ForeignKeys: []schema.ForeignKey{{Name: "account_parent_fk", Columns: []string{"parent_id"}, RefTable: "account", RefColumns: []string{"id"}}},
		Indexes:     []schema.Index{{Name: "account_parent", Columns: []schema.IndexColumn{{Column: "parent_id"}}}},
	}
}

func createAccount(t *testing.T, db *database.DB) {
	t.Helper()
	ddl, err := db.Dialect().Editor().CreateTable(account())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range ddl {
		exec(t, db, s)
	}
}

func exec(t *testing.T, h database.Handle, query string, args ...any) database.Result {
	t.Helper()
	res, err := h.Exec(t.Context(), bind(h, query), args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return res
}

// bind puts the dialect's placeholders where the query has question marks.
func bind(h database.Handle, query string) string {
	var b []byte
	n := 0
	for _, c := range []byte(query) {
		if c == '?' {
			n++
			b = database.Root(h).Dialect().AppendPlaceholder(b, n)
			continue
		}
		b = append(b, c)
	}
	return string(b)
}

func count(t *testing.T, h database.Handle) (n int64) {
	t.Helper()
	if err := database.QueryRow(t.Context(), h, []any{&n}, "SELECT count(*) FROM account"); err != nil {
		t.Fatal(err)
	}
	return n
}

func statements(t *testing.T, db *database.DB) {
	createAccount(t, db)
	if res := exec(t, db, "INSERT INTO account (name, balance) VALUES (?, ?), (?, ?)", "ann", 5, "bob", 7); res.RowsAffected != 2 {
		t.Errorf("two rows inserted, RowsAffected = %d", res.RowsAffected)
	}
	rows, err := db.Query(t.Context(), bind(db, "SELECT name, balance FROM account WHERE balance > ? ORDER BY name"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if cols, err := rows.Columns(); err != nil || strings.Join(cols, " ") != "name balance" {
		t.Errorf("Columns = %v, %v", cols, err)
	}
	var got []string
	for rows.Next() {
		var name string
		var balance int64
		if err := rows.Scan(&name, &balance); err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if err := rows.Close(); err != nil || strings.Join(got, " ") != "ann bob" {
		t.Errorf("rows = %v, %v", got, err)
	}
	if err := rows.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	var id int64
	if err := database.QueryRow(t.Context(), db, []any{&id}, bind(db, "INSERT INTO account (name) VALUES (?) RETURNING id"), "cid"); err != nil || id != 3 {
		t.Errorf("INSERT ... RETURNING outside a transaction = %d, %v", id, err)
	}
	err = database.QueryRow(t.Context(), db, []any{&id}, "SELECT id FROM account WHERE id = 99")
	if !errors.Is(err, database.ErrNoRows) || fault.KindOf(err) != fault.NotFound {
		t.Errorf("no row: %v", err)
	}
	if _, err := db.Query(t.Context(), "SELECT nonsense FROM nowhere"); err == nil {
		t.Error("a query that makes no sense gives no error")
	}
	if n := count(t, db); n != 3 {
		t.Errorf("after an error count = %d", n)
	}
}

func tables(t *testing.T, db *database.DB) {
	ed := db.Dialect().Editor()
	if names, err := ed.Tables(t.Context(), db); err != nil || len(names) != 0 {
		t.Fatalf("an empty database has tables %v, %v", names, err)
	}
	createAccount(t, db)
	names, err := ed.Tables(t.Context(), db)
	if err != nil || strings.Join(names, " ") != "account" {
		t.Fatalf("Tables = %v, %v", names, err)
	}
	to := account()
	to.Columns = append(to.Columns[:2:2], to.Columns[3], schema.Column{Name: "note", Type: schema.Type{Kind: schema.Text}, Default: schema.Default{Value: "it's"}})
	to.Checks = nil // it is about the column that goes
	exec(t, db, "INSERT INTO account (name) VALUES ('ann')")
	ddl, err := ed.AlterTable(t.Context(), db, database.Alteration{From: account(), To: to})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range ddl {
		exec(t, db, s)
	}
	var note string
	if err := database.QueryRow(t.Context(), db, []any{&note}, "SELECT note FROM account"); err != nil || note != "it's" {
		t.Errorf("new column = %q, %v", note, err)
	}
	ddl, err = ed.DropTable(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range ddl {
		exec(t, db, s)
	}
	if names, err := ed.Tables(t.Context(), db); err != nil || len(names) != 0 {
		t.Errorf("after DropTable: %v, %v", names, err)
	}
}

func constraintErrors(t *testing.T, db *database.DB) {
	createAccount(t, db)
	exec(t, db, "INSERT INTO account (name) VALUES ('ann')")
	tests := []struct {
		query  string
		is     error
		kind   fault.Kind
		column string
	}{
		{"INSERT INTO account (name) VALUES ('ann')", database.ErrUnique, fault.Conflict, "name"},
		{"INSERT INTO account (id, name) VALUES (1, 'x')", database.ErrUnique, fault.Conflict, "id"},
		{"INSERT INTO account (name, parent_id) VALUES ('kid', 99)", database.ErrForeignKey, fault.Conflict, ""},
		{"INSERT INTO account (name) VALUES (NULL)", database.ErrNotNull, fault.Invalid, "name"},
		{"INSERT INTO account (name, balance) VALUES ('poor', -1)", database.ErrCheck, fault.Invalid, ""},
	}
	for _, tt := range tests {
		_, err := db.Exec(t.Context(), tt.query)
		var e *database.Error
		switch {
		case !errors.Is(err, tt.is) || !errors.As(err, &e) || fault.KindOf(err) != tt.kind:
			t.Errorf("%s: %v (%v), want %v", tt.query, err, fault.KindOf(err), tt.is)
		case tt.column != "" && (len(e.Columns) != 1 || e.Columns[0] != tt.column):
			t.Errorf("%s: Columns = %q, want %s", tt.query, e.Columns, tt.column)
		case tt.is == database.ErrCheck && e.Constraint != "balance_ge_0":
			t.Errorf("%s: Constraint = %q", tt.query, e.Constraint)
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("refused rows were written: %d rows", n)
	}
}

func observersAreTold(t *testing.T, db *database.DB) {
	createAccount(t, db)
	var s Statements
	ctx := s.Observe(t.Context())
	db.Exec(ctx, bind(db, "INSERT INTO account (name) VALUES (?)"), "ann")
	rows, err := db.Query(ctx, "SELECT name FROM account")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
	}
	rows.Close()
	rows.Close()
	if err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM account")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	all := s.All()
	if len(all) != 3 {
		t.Fatalf("%d statements were told, want 3: %+v", len(all), all)
	}
	if all[0].Args[0] != "ann" || all[0].Rows != 1 || all[1].Rows != 1 || all[2].Rows != 1 {
		t.Errorf("statements: %+v", all)
	}
}

// closed: statements after Close fail, and closing twice does no harm.
func closed(t *testing.T, db *database.DB) {
	createAccount(t, db)
	for range 2 {
		if err := db.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	}
	if _, err := db.Exec(t.Context(), "DELETE FROM account"); err == nil {
		t.Error("Exec on a closed database gives no error")
	}
	if _, err := db.Query(t.Context(), "SELECT 1"); err == nil {
		t.Error("Query on a closed database gives no error")
	}
	if err := db.InTx(t.Context(), func(context.Context, *database.Tx) error { return nil }); err == nil {
		t.Error("InTx on a closed database gives no error")
	}
}
