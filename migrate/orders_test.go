package migrate_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// note is ordered by a date that may be missing.
type note struct {
	ID   int64
	Date *time.Time `db:"index"`
}

// What queries order by, they read from the indexes that migrations make: on
// either database nothing is sorted.
func TestIndexesServeTheOrdersOfQueries(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "notes", Models: []orm.Declaration{orm.Model[note]()}})
	if err != nil {
		t.Fatal(err)
	}
	list := modules{"notes": nil}
	list.make(t, map[string]schema.Schema{"notes": models.Schema()}, migrate.MakeOptions{})
	date := orm.Descriptor[orm.NullOrdered[*note, time.Time]]("Date")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		apply(t, runner(t, db, list.graph(t)), migrate.Target{})
		if err := orm.Use(db, models); err != nil {
			t.Fatal(err)
		}
		prefix := "EXPLAIN QUERY PLAN "
		if db.Dialect().Name() == "postgres" {
			prefix = "EXPLAIN "
		}
		for name, order := range map[string]orm.Order[note]{"up": date.Asc(), "down": date.Desc()} {
			var seen databasetest.Statements
			if _, err := orm.From[note](db).OrderBy(order).Limit(10).All(seen.Observe(t.Context())); err != nil {
				t.Fatal(err)
			}
			plan := planOf(t, db, prefix+seen.All()[0].SQL)
			if !strings.Contains(plan, "notes_note_date_") || strings.Contains(strings.ToLower(plan), "sort") || strings.Contains(plan, "TEMP") {
				t.Errorf("%s:\n%s", name, plan)
			}
		}
	})
}

// planOf returns what the database says it would do for a query; PostgreSQL
// does not read the few rows that there are as a whole.
func planOf(t *testing.T, db *database.DB, explain string, args ...any) string {
	t.Helper()
	var plan strings.Builder
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if db.Dialect().Name() == "postgres" {
			for _, q := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off"} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
		}
		rows, err := tx.Query(ctx, explain, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var line string
			into := []any{&line}
			if db.Dialect().Name() == "sqlite" {
				into = []any{&id, &parent, &unused, &line}
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			plan.WriteString(line + "\n")
		}
		return rows.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
