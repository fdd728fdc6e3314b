package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/schema"
)

// explain returns the plan of a query when the server reads no table as a whole
// and sorts nothing if it can help it.
func explain(t *testing.T, db *database.DB, query string, args ...any) string {
	t.Helper()
	var lines []string
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		for _, q := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_sort = off"} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, "EXPLAIN (COSTS OFF) "+query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return rows.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// run makes and applies the statements of an editor.
func run(t *testing.T, db *database.DB) func(list []string, err error) {
	return func(list []string, err error) {
		t.Helper()
		for _, q := range list {
			if err == nil {
				_, err = db.Exec(t.Context(), q)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// posts is a table with indexes on columns that may hold NULL and one that may
// not.
func posts() schema.Table {
	column := func(names ...string) []schema.IndexColumn {
		var out []schema.IndexColumn
		for _, name := range names {
			name, desc := strings.CutPrefix(name, "-")
			out = append(out, schema.IndexColumn{Column: name, Desc: desc})
		}
		return out
	}
	return schema.Table{
		Name: "post",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "published", Type: schema.Type{Kind: schema.Time}, Null: true},
			{Name: "rank", Type: schema.Type{Kind: schema.Int32}, Null: true},
			{Name: "hits", Type: schema.Type{Kind: schema.Int32}},
		},
		PrimaryKey: []string{"id"},
		Indexes: []schema.Index{
			{Name: "by_hits", Columns: column("hits")},
			{Name: "by_published", Columns: column("published")},
			{Name: "by_rank", Columns: column("-rank", "-id")},
			{Name: "by_sum", Columns: []schema.IndexColumn{{Expr: "abs(rank)"}}},
		},
	}
}

// The orders that package orm writes read the indexes, NULL being the smallest
// value.
func TestIndexesServeOrdersWithNull(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	run(t, db)(db.Dialect().Editor().CreateTable(posts()))
	for _, tt := range []struct{ order, want string }{
		{"published NULLS FIRST", "Index Scan using by_published"},
		{"published DESC NULLS LAST", "Index Scan Backward using by_published"},
		{"rank DESC NULLS LAST, id DESC", "Index Scan using by_rank"},
		{"rank NULLS FIRST, id", "Index Scan Backward using by_rank"},
		{"hits", "Index Scan using by_hits"},
		{"hits DESC", "Index Scan Backward using by_hits"},
		{"abs(rank) NULLS FIRST", "Index Scan using by_sum"},
	} {
		if plan := explain(t, db, "SELECT * FROM post ORDER BY "+tt.order+" LIMIT 10"); !strings.Contains(plan, tt.want) || strings.Contains(plan, "Sort") {
			t.Errorf("ORDER BY %s, want %s:\n%s", tt.order, tt.want, plan)
		}
	}
}

// An index is rebuilt when a column of it begins or ceases to hold NULL, and
// renamed where nothing else changes.
func TestIndexFollowsItsColumn(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	ed := db.Dialect().Editor()
	from := posts()
	to := from.Clone()
	to.Columns[1].Null, to.Columns[3].Null = false, true
	to.Indexes[1].Name, to.Indexes[2].Name = "by_date", "by_place"
	run(t, db)(ed.CreateTable(from))
	run(t, db)(ed.AlterTable(t.Context(), db, database.Alteration{From: from, To: to}))
	for _, tt := range []struct{ order, want string }{
		{"published", "Index Scan using by_date"},
		{"hits NULLS FIRST", "Index Scan using by_hits"},
		{"rank DESC NULLS LAST, id DESC", "Index Scan using by_place"},
	} {
		if plan := explain(t, db, "SELECT * FROM post ORDER BY "+tt.order+" LIMIT 10"); !strings.Contains(plan, tt.want) {
			t.Errorf("ORDER BY %s, want %s:\n%s", tt.order, tt.want, plan)
		}
	}
	again, err := ed.AlterTable(t.Context(), db, database.Alteration{From: to, To: to})
	if err != nil || len(again) > 0 {
		t.Errorf("nothing changed, but %q, %v", again, err)
	}
	back, err := ed.AlterTable(t.Context(), db, database.Alteration{From: to, To: func() schema.Table {
		t := to.Clone()
		t.Indexes[2].Name = "by_rank"
		return t
	}()})
	if diff := cmp.Diff([]string{`ALTER INDEX "by_place" RENAME TO "by_rank"`}, back); diff != "" || err != nil {
		t.Errorf("renamed: %v (-want +got)\n%s", err, diff)
	}
}

// A database in which another program left the place of NULL to the server has
// the same indexes.
func TestInspectPassesOverThePlaceOfNull(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	ed := db.Dialect().Editor()
	run(t, db)(ed.CreateTable(posts()))
	ours, err := ed.Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	run(t, db)([]string{
		"DROP INDEX by_published, by_rank, by_sum",
		"CREATE INDEX by_published ON post (published)",
		"CREATE INDEX by_rank ON post (rank DESC, id DESC)",
		"CREATE INDEX by_sum ON post (abs(rank))",
	}, nil)
	theirs, err := ed.Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ours, theirs); diff != "" {
		t.Errorf("(-ours +theirs)\n%s", diff)
	}
}
