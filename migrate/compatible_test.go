package migrate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// Make says of a migration that older programs may run with it, where they may.
func TestMakeSaysWhatIsCompatible(t *testing.T) {
	t.Parallel()
	withDefault := number("hits")
	withDefault.Default = schema.Default{Value: int64(0)}
	check := schema.Check{Name: "ck", SQL: "id > 0"}
	tests := []struct {
		name   string
		change func(post *schema.Table) []schema.Table // and what else is new
		want   bool
	}{
		{"a column that may be NULL", func(p *schema.Table) []schema.Table {
			p.Columns = append(p.Columns, null(text("x", 9)))
			return nil
		}, true},
		{"a column with a default", func(p *schema.Table) []schema.Table { p.Columns = append(p.Columns, withDefault); return nil }, true},
		{"a computed column", func(p *schema.Table) []schema.Table {
			p.Columns = append(p.Columns, schema.Column{Name: "g", Type: schema.Type{Kind: schema.Int64}, Generated: "id * 2"})
			return nil
		}, true},
		{"a column that needs a value", func(p *schema.Table) []schema.Table { p.Columns = append(p.Columns, number("x")); return nil }, false},
		{"a table", func(*schema.Table) []schema.Table {
			return []schema.Table{related(table("blog_other", text("t", 9)), "blog_post")}
		}, true},
		{"a reference that may be NULL", func(p *schema.Table) []schema.Table { *p = related(*p, "blog_post"); return nil }, true},
		{"a unique column that may be NULL", func(p *schema.Table) []schema.Table {
			p.Columns, p.Uniques = append(p.Columns, null(text("x", 9))), []schema.Unique{unique("blog_post", "x")}
			return nil
		}, true},
		{"a unique column with a default", func(p *schema.Table) []schema.Table {
			p.Columns, p.Uniques = append(p.Columns, withDefault), []schema.Unique{unique("blog_post", "hits")}
			return nil
		}, false},
		{"an index", func(p *schema.Table) []schema.Table { *p = indexed(*p, "title"); return nil }, true},
		{"a unique index", func(p *schema.Table) []schema.Table {
			x := index("blog_post", "title")
			x.Unique = true
			p.Indexes = append(p.Indexes, x)
			return nil
		}, false},
		{"a unique constraint", func(p *schema.Table) []schema.Table {
			p.Uniques = []schema.Unique{unique("blog_post", "title")}
			return nil
		}, false},
		{"a check", func(p *schema.Table) []schema.Table { p.Checks = []schema.Check{check}; return nil }, false},
		{"a longer text", func(p *schema.Table) []schema.Table { p.Columns[1].Type.Size = 300; return nil }, false},
		{"NULL allowed", func(p *schema.Table) []schema.Table { p.Columns[1].Null = true; return nil }, false},
		{"a column gone", func(p *schema.Table) []schema.Table { p.Columns = p.Columns[:1]; return nil }, false},
	}
	for _, tt := range tests {
		var more []schema.Table
		g, models := wanted(t, func(post *schema.Table) { more = tt.change(post) })
		s := models["blog"]
		s.Tables = append(s.Tables, more...)
		models["blog"] = s
		changes, err := migrate.Make(g, models, migrate.MakeOptions{Values: valuesFor(tt.name, t)})
		if err != nil || len(changes) != 1 {
			t.Errorf("%s: %v, %v", tt.name, changes, err)
			continue
		}
		if got := changes[0].Migration.Compatible; got != tt.want || strings.Contains(string(changes[0].Source), "Compatible: true") != tt.want {
			t.Errorf("%s: Compatible = %v, want %v\n%s", tt.name, got, tt.want, changes[0].Source)
		}
	}
}

func valuesFor(name string, t *testing.T) []migrate.Value {
	if name == "a column that needs a value" {
		return []migrate.Value{parsedValue(t, "Post.X=0")}
	}
	return nil
}

// A program that is one version older starts on a newer database where the
// newer migration says that it may, and is told what to do where it may not.
func TestOlderProgramOnANewerDatabase(t *testing.T) {
	t.Parallel()
	nullable := migrate.AddColumn{Table: "blog_post", Column: null(text("extra", 9))}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		newer := func(yes bool) migrate.Group {
			group := next(blog(), nullable)
			group.Migrations[1].Compatible = yes
			return group
		}
		var told []string
		old := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: blog()}))
		old.Log = func(format string, args ...any) { told = append(told, format) }
		r := runner(t, db, graph(t, newer(false)))
		r.Version = "2.5"
		apply(t, r, migrate.Target{})
		const stop = "the database has the migration blog.0002_next, which this program does not know, and which does not say that older programs may run (Compatible); " +
			"run version 2.5 of the program, which applied it, or undo it with that: migrate blog 0001_initial"
		if _, err := old.Pending(t.Context()); err == nil || err.Error() != stop {
			t.Errorf("got  %v\nwant %s", err, stop)
		}
		// That it is compatible may be found out later.
		r.Graph = graph(t, newer(true))
		apply(t, r, migrate.Target{})
		if pending, err := old.Pending(t.Context()); err != nil || len(pending) > 0 || len(told) != 1 {
			t.Errorf("Pending = %v, %v; %d lines", pending, err, len(told))
		}
		apply(t, old, migrate.Target{}) // nothing to do
		exec(t, db, "INSERT INTO blog_post (title) VALUES ('from the older program')")
		// The older program must not change tables that it knows in part.
		const refused = "this program is older than the database, which has the migration blog.0002_next"
		if err := old.Apply(t.Context(), migrate.Target{Module: "blog", Name: "zero"}); err == nil || !strings.Contains(err.Error(), refused) {
			t.Errorf("undone by the older program: %v", err)
		}
		branch := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: append(blog(), after("blog", "0001_initial", "0002_branch",
			migrate.AlterColumn{Table: "blog_post", Column: text("title", 300)}))}))
		if err := branch.Apply(t.Context(), migrate.Target{}); err == nil || !strings.Contains(err.Error(), refused) {
			t.Errorf("another migration by the older program: %v", err)
		}
		want(t, db, "SELECT count(*) FROM blog_post", "3")
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		apply(t, old, migrate.Target{Module: "blog", Name: "zero"})
	})
}

// A squashed migration is nothing new to a program that knows those that it
// replaces.
func TestOlderProgramAfterSquashing(t *testing.T) {
	t.Parallel()
	group := next(blog(), migrate.AddColumn{Table: "blog_post", Column: null(text("extra", 9))})
	change, err := migrate.Squash(graph(t, group), "blog", "", "0002")
	if err != nil {
		t.Fatal(err)
	}
	both := migrate.Group{Module: "blog", Migrations: append(group.Migrations, *change.Migration)}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		old := runner(t, db, graph(t, group))
		apply(t, old, migrate.Target{})
		apply(t, runner(t, db, graph(t, both)), migrate.Target{})
		want(t, db, "SELECT name FROM vola_migrations", "0001_squashed_0002_next")
		if pending, err := old.Pending(t.Context()); err != nil || len(pending) > 0 {
			t.Errorf("Pending = %v, %v", pending, err)
		}
		apply(t, old, migrate.Target{})
		want(t, db, "SELECT name FROM vola_migrations", "0001_squashed_0002_next")
		short := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: blog()}))
		if _, err := short.Pending(t.Context()); err == nil || !strings.Contains(err.Error(), "which this program does not know") {
			t.Errorf("a program that knows only one of them: %v", err)
		}
	})
}

// A database whose table of records was made by an earlier version of Vola gets
// the columns that it lacks, and its records stay.
func TestRecordsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		whole := tables(t, db)
		exec(t, db, "ALTER TABLE vola_migrations DROP COLUMN replaces")
		exec(t, db, "ALTER TABLE vola_migrations DROP COLUMN compatible")
		group := next(blog(), migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "title")})
		r := runner(t, db, graph(t, group))
		if pending, err := r.Pending(t.Context()); err != nil || len(pending) != 1 {
			t.Errorf("Pending = %v, %v", pending, err)
		}
		apply(t, r, migrate.Target{})
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		if diff := cmp.Diff(whole, tables(t, db)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		want(t, db, "SELECT name FROM vola_migrations", "0001_initial")
	})
}

// Migrations that were removed and made again fit tables that stayed: the
// records are forgotten, whatever they say, and made again too.
func TestStartingOver(t *testing.T) {
	t.Parallel()
	old := next(blog(), migrate.AddColumn{Table: "blog_post", Column: null(text("extra", 9))})
	list := modules{"blog": nil}
	list.make(t, map[string]schema.Schema{"blog": graph(t, old).State()}, migrate.MakeOptions{})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		apply(t, runner(t, db, graph(t, old)), migrate.Target{})
		before := tables(t, db)
		r := runner(t, db, list.graph(t))
		const hint = "run: migrate --fake blog zero, then: migrate --fake-initial"
		if _, err := r.Pending(t.Context()); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("migrations made again: %v", err)
		}
		r.Fake = true
		zero := migrate.Target{Module: "blog", Name: "zero"}
		if moves, err := r.Plan(t.Context(), zero); err != nil || len(moves) != 2 {
			t.Errorf("Plan = %v, %v", moves, err)
		}
		apply(t, r, zero)
		want(t, db, "SELECT name FROM vola_migrations")
		r.Fake, r.FakeInitial = false, true
		apply(t, r, migrate.Target{})
		want(t, db, "SELECT name FROM vola_migrations", "0001_initial")
		want(t, db, "SELECT title FROM blog_post ORDER BY id", "One", "Two")
		if diff := cmp.Diff(before, tables(t, db)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
