package migrate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// noted is a module of two migrations, the second of which older programs may
// run with.
func noted() migrate.Group {
	table := schema.Table{Name: "notes_note", Columns: []schema.Column{{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true}}, PrimaryKey: []string{"id"}}
	return migrate.Group{Module: "notes", Migrations: []migrate.Migration{
		{Name: "0001_initial", Operations: []migrate.Operation{migrate.CreateTable{Table: table}}},
		{Name: "0002_more", Depends: []migrate.Ref{{Module: "notes", Name: "0001_initial"}}, Compatible: true, Operations: []migrate.Operation{
			migrate.AddColumn{Table: "notes_note", Column: schema.Column{Name: "more", Type: schema.Type{Kind: schema.Text}, Null: true}},
		}},
	}}
}

// TestSettled: only the program's own migrations, and all of them, will do.
func TestSettled(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		whole := &migrate.Runner{DB: db, Graph: graph(t, noted())}
		older := &migrate.Runner{DB: db, Graph: graph(t, migrate.Group{Module: "notes", Migrations: noted().Migrations[:1]})}
		expect := func(r *migrate.Runner, text string) {
			t.Helper()
			err := r.Settled(t.Context(), db)
			if text == "" && err != nil || text != "" && (err == nil || !strings.Contains(err.Error(), text)) {
				t.Errorf("the error is %v, want %q", err, text)
			}
		}
		expect(whole, "lacks the migration notes.0001_initial")
		apply(t, older, migrate.Target{})
		expect(older, "")
		expect(whole, "lacks the migration notes.0002_more")
		apply(t, whole, migrate.Target{})
		expect(whole, "")
		expect(older, "has the migration notes.0002_more, which this program does not know")

		if _, err := db.Exec(t.Context(), "CREATE TABLE own (id integer)"); err != nil {
			t.Fatal(err)
		}
		if names, err := whole.Undescribed(t.Context(), db); err != nil || !slices.Equal(names, []string{"own"}) {
			t.Errorf("not described are %q, %v", names, err)
		}
	})
}

// TestCopyRecords: the records are those of the other database, but for modules
// that the program does not have.
func TestCopyRecords(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		from := databasetest.SQLite(t)
		g := graph(t, noted())
		for _, r := range []*migrate.Runner{{DB: from, Graph: g, Version: "1"}, {DB: db, Graph: g, Version: "2"}} {
			apply(t, r, migrate.Target{})
		}
		insert := func(db *database.DB, module string) {
			t.Helper()
			if _, err := db.Exec(t.Context(), "INSERT INTO vola_migrations (module, name, hash, done, total, applied_at, version) SELECT '"+module+"', name, hash, done, total, applied_at, version FROM vola_migrations WHERE name = '0001_initial'"); err != nil {
				t.Fatal(err)
			}
		}
		insert(from, "theirs")
		insert(db, "own")
		if err := (&migrate.Runner{DB: db, Graph: g}).CopyRecords(t.Context(), from, db); err != nil {
			t.Fatal(err)
		}
		want(t, db, "SELECT module || '.' || name, version FROM vola_migrations ORDER BY module, name", "notes.0001_initial 1", "notes.0002_more 1", "own.0001_initial 2")
	})
}
