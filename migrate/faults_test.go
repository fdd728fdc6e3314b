package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// The tests of this file are faults that were measured in another engine for
// migrations, each of which loses data or leaves it behind in a state that
// nobody wanted.

// next returns the group with one more migration, of these operations.
func next(list []migrate.Migration, ops ...migrate.Operation) migrate.Group {
	last := list[len(list)-1].Name
	name := fmt.Sprintf("%04d_next", len(list)+1)
	return migrate.Group{Module: "blog", Migrations: append(slices.Clone(list), after("blog", last, name, ops...))}
}

// filled applies the first migrations of module blog and adds rows.
func filled(t testing.TB, db *database.DB) {
	t.Helper()
	apply(t, runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: blog()})), migrate.Target{})
	exec(t, db, "INSERT INTO blog_post (title) VALUES ('One'), ('Two'), ('Three')")
	exec(t, db, "DELETE FROM blog_post WHERE title = 'Three'")
	exec(t, db, "INSERT INTO blog_comment (post_id, body) VALUES (1, 'a'), (2, 'b')")
}

// wanted returns the tables of module blog after a change.
func wanted(t testing.TB, change func(post *schema.Table)) (*migrate.Graph, map[string]schema.Schema) {
	t.Helper()
	g := graph(t, migrate.Group{Module: "blog", Migrations: blog()})
	s := g.State()
	change(&s.Tables[slices.IndexFunc(s.Tables, func(t schema.Table) bool { return t.Name == "blog_post" })])
	return g, map[string]schema.Schema{"blog": s}
}

func made(t testing.TB, g *migrate.Graph, models map[string]schema.Schema, opts migrate.MakeOptions) migrate.Group {
	t.Helper()
	changes, err := migrate.Make(g, models, opts)
	if err != nil {
		t.Fatal(err)
	}
	list := blog()
	for _, c := range changes {
		list = append(list, *c.Migration)
	}
	return migrate.Group{Module: "blog", Migrations: list}
}

func TestFault1RenameKeepsTheValues(t *testing.T) {
	t.Parallel()
	g, models := wanted(t, func(post *schema.Table) { post.Columns[1].Name = "headline" })
	if _, err := migrate.Make(g, models, migrate.MakeOptions{}); err == nil || !strings.Contains(err.Error(), "--rename blog_post.title=headline") {
		t.Errorf("a rename was guessed or missed: %v", err)
	}
	asked := 0
	group := made(t, g, models, migrate.MakeOptions{Ask: func(q migrate.Question) (string, error) {
		asked++
		return "y", nil
	}})
	if asked != 1 {
		t.Errorf("%d questions, want 1", asked)
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		apply(t, runner(t, db, graph(t, group)), migrate.Target{})
		want(t, db, "SELECT headline FROM blog_post ORDER BY id", "One", "Two")
	})
}

func TestFault2NewColumnGetsValues(t *testing.T) {
	t.Parallel()
	g, models := wanted(t, func(post *schema.Table) { post.Columns = append(post.Columns, text("slug", 50)) })
	if _, err := migrate.Make(g, models, migrate.MakeOptions{}); err == nil || !strings.Contains(err.Error(), "--value blog_post.slug=") {
		t.Errorf("a NOT NULL column without a value: %v", err)
	}
	for _, value := range []string{"'x'", "lower(title) || 'x'"} {
		v, err := migrate.ParseValue("Post.Slug=" + value)
		if err != nil {
			t.Fatal(err)
		}
		group := made(t, g, models, migrate.MakeOptions{Values: []migrate.Value{v}})
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				filled(t, db)
				apply(t, runner(t, db, graph(t, group)), migrate.Target{})
				if n := len(query(t, db, "SELECT 1 FROM blog_post WHERE slug LIKE '%x'")); n != 2 {
					t.Errorf("%d rows have the value", n)
				}
				if _, err := db.Exec(t.Context(), "INSERT INTO blog_post (title) VALUES ('x')"); !errors.Is(err, database.ErrNotNull) {
					t.Errorf("a row without the value: %v", err)
				}
			})
		})
	}
}

func TestFault3RebuildIsReversible(t *testing.T) {
	t.Parallel()
	group := next(blog(),
		migrate.AlterColumn{Table: "blog_post", Column: null(text("title", 100))},
		migrate.DropForeignKey{Table: "blog_comment", ForeignKey: blog()[0].Operations[1].(migrate.CreateTable).Table.ForeignKeys[0].Name},
		migrate.DropIndex{Table: "blog_comment", Index: index("blog_comment", "post_id").Name},
		migrate.DropColumn{Table: "blog_comment", Column: "post_id", Restore: migrate.Same("1")})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		before := tables(t, db)
		r := runner(t, db, graph(t, group))
		apply(t, r, migrate.Target{})
		exec(t, db, "UPDATE blog_post SET title = NULL WHERE id = 2")
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		want(t, db, "SELECT id, title FROM blog_post ORDER BY id", "1 One", "2 ")
		want(t, db, "SELECT post_id, body FROM blog_comment ORDER BY id", "1 a", "1 b")
		if diff := cmp.Diff(before, tables(t, db)); diff != "" {
			t.Errorf("the tables are not what they were (-want +got)\n%s", diff)
		}
	})
}

// rebuilding is a change for which SQLite rebuilds blog_post.
func rebuilding() migrate.Group {
	return next(blog(), migrate.AlterColumn{Table: "blog_post", Column: text("title", 300)})
}

func TestFault4RebuildKeepsTriggersAndWhatElseThereIs(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	filled(t, db)
	exec(t, db, "CREATE VIRTUAL TABLE search USING fts5(title, content='blog_post', content_rowid='id')")
	exec(t, db, "INSERT INTO search (search) VALUES ('rebuild')")
	exec(t, db, "CREATE TRIGGER sync AFTER INSERT ON blog_post BEGIN INSERT INTO search (rowid, title) VALUES (new.id, new.title); END")
	exec(t, db, "CREATE TRIGGER note AFTER DELETE ON blog_comment BEGIN UPDATE blog_post SET title = title || '!' WHERE id = old.post_id; END")
	exec(t, db, "CREATE INDEX by_hand ON blog_post (length(title))")
	apply(t, runner(t, db, graph(t, rebuilding())), migrate.Target{})
	exec(t, db, "INSERT INTO blog_post (title) VALUES ('Four')")
	want(t, db, "SELECT rowid FROM search WHERE search MATCH 'four'", "4") // 3 was given before, and is not given again
	want(t, db, "SELECT rowid FROM search WHERE search MATCH 'two'", "2")
	exec(t, db, "DELETE FROM blog_comment WHERE post_id = 1")
	want(t, db, "SELECT title FROM blog_post WHERE id = 1", "One!")
	want(t, db, "SELECT name FROM sqlite_schema WHERE name IN ('sync', 'note', 'by_hand') ORDER BY name", "by_hand", "note", "sync")
	want(t, db, "PRAGMA integrity_check", "ok")
}

func TestFault5RebuildUnderAView(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	filled(t, db)
	exec(t, db, "CREATE VIEW titles AS SELECT upper(title) AS big FROM blog_post")
	apply(t, runner(t, db, graph(t, rebuilding())), migrate.Target{})
	want(t, db, "SELECT big FROM titles ORDER BY 1", "ONE", "TWO")

	// A view that the new table does not fit is an error, and nothing is left
	// half done.
	before := query(t, db, "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")
	group := next(rebuilding().Migrations,
		migrate.AlterColumn{Table: "blog_post", Column: null(text("title", 10))},
		migrate.DropColumn{Table: "blog_post", Column: "title"},
		migrate.AddColumn{Table: "blog_post", Column: text("headline", 10), Backfill: migrate.Same("'x'")})
	err := runner(t, db, graph(t, group)).Apply(t.Context(), migrate.Target{})
	if err == nil || !strings.Contains(err.Error(), "titles") {
		t.Errorf("a view lost its column: %v", err)
	}
	if diff := cmp.Diff(before, query(t, db, "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")); diff != "" {
		t.Errorf("after the error the database is changed:\n%s", diff)
	}
	if _, err := db.Exec(t.Context(), "INSERT INTO blog_comment (post_id, body) VALUES (99, 'x')"); !errors.Is(err, database.ErrForeignKey) {
		t.Errorf("foreign keys are not enforced any more: %v", err)
	}
}

func TestFault6RebuildLosesNoChildren(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		r := runner(t, db, graph(t, rebuilding()))
		apply(t, r, migrate.Target{})
		want(t, db, "SELECT body FROM blog_comment ORDER BY id", "a", "b")
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		want(t, db, "SELECT body FROM blog_comment ORDER BY id", "a", "b")
		exec(t, db, "DELETE FROM blog_post WHERE id = 1")
		want(t, db, "SELECT body FROM blog_comment ORDER BY id", "b")
	})
}

func TestFault7IndexWithALowerCaseWhere(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		exec(t, db, "create index by_hand on blog_post (title) where title <> 'x'")
		for _, table := range tables(t, db) {
			if table.Name != "blog_post" {
				continue
			}
			x, ok := table.Index("by_hand")
			if !ok || !strings.Contains(x.Where, "title") {
				t.Errorf("indexes: %+v", table.Indexes)
			}
		}
		apply(t, runner(t, db, graph(t, rebuilding())), migrate.Target{})
		names := map[string]string{
			"sqlite":   "SELECT name FROM sqlite_schema WHERE name = 'by_hand'",
			"postgres": "SELECT indexname::text FROM pg_indexes WHERE indexname = 'by_hand'",
		}
		want(t, db, names[db.Dialect().Name()], "by_hand")
	})
}

func TestFault8DeferredAndConcurrent(t *testing.T) {
	t.Parallel()
	deferred := foreignKey("blog_post", "next_id", "blog_post", schema.NoAction)
	deferred.Deferred = true
	group := next(blog(),
		migrate.AddColumn{Table: "blog_post", Column: null(number("next_id"))},
		migrate.AddForeignKey{Table: "blog_post", ForeignKey: deferred})
	concurrent := migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "title"), Concurrently: true}
	_, err := migrate.NewGraph(next(group.Migrations, concurrent))
	if err == nil || !strings.Contains(err.Error(), "NonAtomic: true") {
		t.Errorf("a concurrent index inside a transaction: %v", err)
	}
	outside := next(group.Migrations, concurrent)
	outside.Migrations[2].NonAtomic = true
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		r := runner(t, db, graph(t, outside))
		apply(t, r, migrate.Target{})
		for _, table := range tables(t, db) {
			if table.Name == "blog_post" && (len(table.ForeignKeys) != 1 || !table.ForeignKeys[0].Deferred || len(table.Indexes) != 1) {
				t.Errorf("blog_post: %+v", table)
			}
		}
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		want(t, db, "SELECT count(*) FROM blog_comment", "2")
	})
}

func TestFault9TwoAtOnce(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			group := rebuilding()
			group.Migrations[1].Operations = append(group.Migrations[1].Operations, migrate.RunSQL{
				Up: []migrate.SQL{migrate.Same("INSERT INTO blog_post (title) VALUES ('once')")}, Down: []migrate.SQL{},
			})
			var wg sync.WaitGroup
			for range 4 { // as many processes would: each with a handle of its own
				db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				wg.Go(func() {
					if err := (&migrate.Runner{DB: db, Graph: graph(t, group)}).Apply(context.Background(), migrate.Target{}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers()})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			want(t, db, "SELECT title FROM blog_post", "once")
			want(t, db, "SELECT name FROM vola_migrations ORDER BY name", "0001_initial", "0002_next")
		})
	}
}

// A rebuild copies the columns that the migrations know. One that someone added
// by hand must not be lost in it.
func TestRebuildRefusesToLoseAColumn(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	filled(t, db)
	exec(t, db, "ALTER TABLE blog_post ADD COLUMN by_hand text DEFAULT 'precious'")
	err := runner(t, db, graph(t, rebuilding())).Apply(t.Context(), migrate.Target{})
	if err == nil || !strings.Contains(err.Error(), `column "by_hand" that no migration made`) {
		t.Errorf("got %v", err)
	}
	want(t, db, "SELECT by_hand FROM blog_post", "precious", "precious")
}

// Rows that do not fit what a migration wants make it fail, and the database is
// as before: nothing is cut, dropped or let through.
func TestRowsThatDoNotFit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		row  string
		op   migrate.Operation
		// sqlite is in the error there.
		sqlite string
	}{
		{"check", "", migrate.AddCheck{Table: "blog_post", Check: schema.Check{Name: "ck", SQL: "title <> 'One'"}}, "ck"},
		{"text too long", "", migrate.AlterColumn{Table: "blog_post", Column: text("title", 2)}, `blog_post.title: "One" does not fit a text of 2 characters`},
		{"two alike", "INSERT INTO blog_post (title) VALUES ('One')", migrate.AddUnique{Table: "blog_post", Unique: unique("blog_post", "title")}, "UNIQUE"},
		{"no number", "", migrate.AlterColumn{Table: "blog_post", Column: number("title")}, `blog_post.title: "One" does not fit an int64`},
		{"nothing to refer to", "UPDATE blog_post SET title = '1'", migrate.AddForeignKey{Table: "blog_comment", ForeignKey: schema.ForeignKey{
			Name: "fk", Columns: []string{"body"}, RefTable: "blog_post", RefColumns: []string{"title"}}}, "foreign key"},
		{"no value", "", migrate.AlterColumn{Table: "blog_post", Column: text("title", 200), Backfill: migrate.Same("NULL")}, "NULL"},
		{"a number too big", "INSERT INTO blog_comment (id, post_id, body) VALUES (3000000000, 1, 'x')", migrate.AlterColumn{Table: "blog_comment", Column: schema.Column{
			Name: "id", Type: schema.Type{Kind: schema.Int16}}}, "blog_comment.id: 3000000000 does not fit an int16"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				filled(t, db)
				if tt.row != "" {
					exec(t, db, tt.row)
				}
				list := blog()
				if tt.name == "no value" {
					list = next(list, migrate.AlterColumn{Table: "blog_post", Column: null(text("title", 200))}).Migrations
					apply(t, runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: list})), migrate.Target{})
					exec(t, db, "UPDATE blog_post SET title = NULL WHERE id = 1")
				}
				before, rows := tables(t, db), query(t, db, "SELECT id, title FROM blog_post ORDER BY id")
				err := runner(t, db, graph(t, next(list, tt.op))).Apply(t.Context(), migrate.Target{})
				if err == nil {
					t.Error("the migration was applied")
				} else if db.Dialect().Name() == "sqlite" && !strings.Contains(err.Error(), tt.sqlite) {
					t.Errorf("got %v, want %s", err, tt.sqlite)
				}
				if diff := cmp.Diff(before, tables(t, db)); diff != "" {
					t.Errorf("the tables changed\n%s", diff)
				}
				want(t, db, "SELECT id, title FROM blog_post ORDER BY id", rows...)
			})
		})
	}
}
