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

func computed(name, sql string) schema.Column {
	return schema.Column{Name: name, Type: schema.Type{Kind: schema.Int64}, Generated: sql, Null: true}
}

func small(name string) schema.Column {
	return schema.Column{Name: name, Type: schema.Type{Kind: schema.Int32}}
}

// What computed columns are made of changes, goes or comes, and they themselves
// do; what stands on them stays.
func TestColumnsThatOthersAreComputedFrom(t *testing.T) {
	t.Parallel()
	on := func(t schema.Table, columns ...string) schema.Table {
		t = indexed(t, columns...)
		t.Uniques = append(t.Uniques, unique(t.Name, columns...))
		t.Checks = append(t.Checks, schema.Check{Name: "ck", SQL: columns[0] + " > 0"})
		t.Indexes = append(t.Indexes, schema.Index{Name: "ix_expr", Columns: []schema.IndexColumn{{Expr: "abs(" + columns[0] + ")"}}, Where: columns[0] + " > 1"})
		return t
	}
	tests := []struct {
		name          string
		before, after schema.Table
		renames       []string
		query         string
		want          []string
	}{
		{"another type", on(table("m_p", small("n"), computed("gen", "n * 2")), "gen"), on(table("m_p", number("n"), computed("gen", "n * 2")), "gen"), nil, "SELECT n, gen FROM m_p", []string{"4 8"}},
		{"both go", table("m_p", small("n"), computed("gen", "n * 2"), null(text("t", 9))), table("m_p", null(text("t", 9))), nil, "SELECT count(*) FROM m_p", []string{"1"}},
		{"from another column that is new", on(table("m_p", small("n"), computed("gen", "n * 2")), "gen"),
			on(table("m_p", computed("gen", "n + k"), small("n"), schema.Column{Name: "k", Type: schema.Type{Kind: schema.Int32}, Default: schema.Default{Value: int64(3)}}), "gen"), nil, "SELECT n, gen FROM m_p", []string{"4 7"}},
		{"from another column, the old one goes", table("m_p", small("n"), computed("gen", "n * 2")),
			table("m_p", computed("gen", "k * 3"), schema.Column{Name: "k", Type: schema.Type{Kind: schema.Int32}, Default: schema.Default{Value: int64(3)}}), []string{"P.N="}, "SELECT gen FROM m_p", []string{"9"}},
		{"computed no more", table("m_p", small("n"), computed("gen", "n * 2")), table("m_p", small("n"), null(number("gen"))), nil, "SELECT n, gen FROM m_p", []string{"4 8"}},
		{"renamed and of another type", on(table("m_p", small("n"), computed("gen", "n * 2")), "gen"), on(table("m_p", number("k"), computed("gen", "k * 2")), "gen"), []string{"P.N=K"}, "SELECT k, gen FROM m_p", []string{"4 8"}},
		{"a computed one comes first", table("m_p", small("n")), table("m_p", computed("gen", "k + n"), small("n"), schema.Column{Name: "k", Type: schema.Type{Kind: schema.Int32}, Default: schema.Default{Value: int64(3)}}), nil,
			"SELECT gen FROM m_p", []string{"7"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := modules{"m": nil}
			list.make(t, one("m", tt.before), migrate.MakeOptions{})
			first := list.graph(t)
			opts := migrate.MakeOptions{}
			for _, r := range tt.renames {
				opts.Renames = append(opts.Renames, parsedRename(t, r))
			}
			list.make(t, one("m", tt.after), opts)
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				apply(t, runner(t, db, first), migrate.Target{})
				exec(t, db, "INSERT INTO m_p (n) VALUES (4)")
				before := tables(t, db)
				r := runner(t, db, list.graph(t))
				apply(t, r, migrate.Target{})
				want(t, db, tt.query, tt.want...)
				got := tables(t, db)
				p := got[slices.IndexFunc(got, func(t schema.Table) bool { return t.Name == "m_p" })]
				if len(p.Indexes) != len(tt.after.Indexes) || len(p.Uniques) != len(tt.after.Uniques) || len(p.Checks) != len(tt.after.Checks) {
					t.Errorf("what stands on the columns is gone: %+v", p)
				}
				apply(t, r, migrate.Target{Module: "m", Name: "0001"})
				if diff := tablesDiffer(before, tables(t, db)); diff != "" {
					t.Error(diff)
				}
				apply(t, r, migrate.Target{})
			})
		})
	}
}

// Views that can be written to by triggers are in the way of no rebuild; a
// trigger that uses what is gone is, whatever it waits for.
func TestRebuildUnderViewsWithTriggers(t *testing.T) {
	t.Parallel()
	const view = "CREATE VIEW v AS SELECT id, title FROM blog_post"
	for _, tt := range []struct {
		name string
		sql  []string
		ok   bool // after title is gone
	}{
		{"instead of insert", []string{view, "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO blog_post (title) VALUES (new.title); END"}, false},
		{"instead of update", []string{view, "CREATE TRIGGER t INSTEAD OF UPDATE OF title ON v BEGIN UPDATE blog_post SET title = new.title WHERE id = old.id; END"}, false},
		{"instead of delete", []string{view, `CREATE TRIGGER "insert" INSTEAD OF DELETE ON v BEGIN DELETE FROM blog_post WHERE id = old.id; END`}, false},
		{"update of another table", []string{"CREATE TRIGGER t AFTER UPDATE ON blog_comment BEGIN UPDATE blog_post SET title = 'x' WHERE id = new.post_id; END"}, false},
		{"delete of another table", []string{"CREATE TRIGGER t AFTER DELETE ON blog_comment BEGIN DELETE FROM blog_post WHERE id = old.post_id; END"}, true},
		{"update of its own", []string{"CREATE TRIGGER t AFTER UPDATE ON blog_post BEGIN UPDATE blog_comment SET body = new.title WHERE post_id = new.id; END"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLite(t)
			filled(t, db)
			for _, q := range tt.sql {
				exec(t, db, q)
			}
			apply(t, runner(t, db, graph(t, rebuilding())), migrate.Target{})
			want(t, db, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", "1")
			// The column goes in a rebuild, which SQLite does not look at.
			gone := next(rebuilding().Migrations, migrate.DropColumn{Table: "blog_post", Column: "title"},
				migrate.AddColumn{Table: "blog_post", Column: text("headline", 9), Backfill: migrate.Same("'x'")})
			err := runner(t, db, graph(t, gone)).Apply(t.Context(), migrate.Target{})
			if tt.ok && err != nil || !tt.ok && (err == nil || !strings.Contains(err.Error(), "title")) {
				t.Errorf("without the column: %v", err)
			}
		})
	}
}
