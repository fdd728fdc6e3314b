package migrate_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

func TestEditedAndUnknownMigrationsAreRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		add := migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))}
		apply(t, runner(t, db, graph(t, next(blog(), add))), migrate.Target{})
		add.Safe = "a reason is no change"
		if _, err := runner(t, db, graph(t, next(blog(), add))).Pending(t.Context()); err != nil {
			t.Errorf("another Safe: %v", err)
		}
		add.Column.Type.Size = 20
		if _, err := runner(t, db, graph(t, next(blog(), add))).Pending(t.Context()); err == nil || !strings.Contains(err.Error(), "blog.0002_next was changed after") {
			t.Errorf("an edited migration: %v", err)
		}
		err := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: blog()})).Apply(t.Context(), migrate.Target{})
		if err == nil || !strings.Contains(err.Error(), "blog.0002_next, which this program does not know") {
			t.Errorf("an unknown migration: %v", err)
		}
		// A module that the program does not have any more is left alone.
		apply(t, runner(t, db, graph(t, migrate.Group{Module: "other"})), migrate.Target{})
	})
}

// Two branches were applied one after the other, and not in the order of the
// graph: what the first one did must survive the second.
func TestBranchesAppliedInTurn(t *testing.T) {
	t.Parallel()
	alter := func(c schema.Column) migrate.AlterColumn { return migrate.AlterColumn{Table: "blog_post", Column: c} }
	mine := after("blog", "0001_initial", "0002_a_mine", migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))}, alter(text("title", 300)))
	yours := after("blog", "0001_initial", "0002_b_yours", migrate.AddColumn{Table: "blog_post", Column: null(text("b", 10))})
	merge := after("blog", "0002_a_mine", "0003_merge")
	merge.Depends = append(merge.Depends, migrate.Ref{Module: "blog", Name: "0002_b_yours"})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		apply(t, runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: append(blog(), yours)})), migrate.Target{})
		exec(t, db, "UPDATE blog_post SET b = 'kept'")
		r := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: append(blog(), mine, yours, merge)}))
		apply(t, r, migrate.Target{})
		want(t, db, "SELECT title, a, b FROM blog_post ORDER BY id", "One NULL kept", "Two NULL kept")
		apply(t, r, migrate.Target{Module: "blog", Name: "0002_b_yours"}) // undoes the merge alone
		want(t, db, "SELECT name FROM vola_migrations ORDER BY name", "0001_initial", "0002_a_mine", "0002_b_yours")
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		want(t, db, "SELECT id, title FROM blog_post ORDER BY id", "1 One", "2 Two")
	})
}

func TestIrreversibleIsSaidBeforeAnythingIsUndone(t *testing.T) {
	t.Parallel()
	list := next(blog(), migrate.RunSQL{Up: []migrate.SQL{migrate.Same("UPDATE blog_post SET title = ''")}, Irreversible: true}).Migrations
	group := next(list, migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		r := runner(t, db, graph(t, group))
		apply(t, r, migrate.Target{})
		err := r.Apply(t.Context(), migrate.Target{Module: "blog", Name: "zero"})
		if err == nil || !strings.Contains(err.Error(), "blog.0002_next cannot be undone") {
			t.Errorf("got %v", err)
		}
		want(t, db, "SELECT count(*) FROM vola_migrations", "3")
	})
}

// A migration that fails leaves nothing after; one that is not atomic leaves
// the operations that were done, and goes on from there.
func TestFailureHalfWay(t *testing.T) {
	t.Parallel()
	ops := []migrate.Operation{
		migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))},
		migrate.RunSQL{Up: []migrate.SQL{migrate.Same("INSERT INTO missing VALUES (1)")}, Down: []migrate.SQL{}},
		migrate.AddColumn{Table: "blog_post", Column: null(text("b", 10))},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		before := tables(t, db)
		r := runner(t, db, graph(t, next(blog(), ops...)))
		err := r.Apply(t.Context(), migrate.Target{})
		if err == nil || !strings.Contains(err.Error(), "apply blog.0002_next: operation 2 (run SQL)") || !strings.Contains(err.Error(), "INSERT INTO missing") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff(before, tables(t, db)); diff != "" {
			t.Errorf("the failed migration left something after\n%s", diff)
		}
		group := next(blog(), ops...)
		group.Migrations[1].NonAtomic = true
		r = runner(t, db, graph(t, group))
		if err := r.Apply(t.Context(), migrate.Target{}); err == nil {
			t.Fatal("no error")
		}
		list, err := r.List(t.Context())
		if err != nil || list[1].Applied || list[1].Done != 1 {
			t.Errorf("List = %+v, %v", list, err)
		}
		var text bytes.Buffer
		if err := migrate.WriteList(&text, list); err != nil || !strings.Contains(text.String(), " [-] 0002_next  interrupted after 1 of 3 operations\n") {
			t.Errorf("WriteList: %v\n%s", err, &text)
		}
		exec(t, db, "CREATE TABLE missing (n integer)")
		apply(t, r, migrate.Target{})
		want(t, db, "SELECT a, b FROM blog_post", "NULL NULL", "NULL NULL")
		want(t, db, "SELECT n FROM missing", "1")
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		exec(t, db, "DROP TABLE missing")
		if diff := cmp.Diff(before, tables(t, db)); diff != "" {
			t.Errorf("after going back\n%s", diff)
		}
	})
}

func TestFakeAndPlan(t *testing.T) {
	t.Parallel()
	group := next(blog(), migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		r := runner(t, db, graph(t, group))
		r.Now, r.Version = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }, "v1.2"
		exec(t, db, "ALTER TABLE blog_post ADD COLUMN a varchar(10)")
		plan, err := r.Plan(t.Context(), migrate.Target{})
		var text bytes.Buffer
		if err2 := migrate.WritePlan(&text, plan); err != nil || err2 != nil || text.String() != "apply blog.0002_next\n    add column a to blog_post\n" {
			t.Errorf("plan: %v, %v\n%s", err, err2, &text)
		}
		r.Fake = true
		apply(t, r, migrate.Target{})
		r.Fake = false
		list, err := r.List(t.Context())
		if err != nil || !list[1].Applied || !list[1].At.Equal(r.Now()) || list[1].Version != "v1.2" {
			t.Errorf("List = %+v, %v", list, err)
		}
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		want(t, db, "SELECT id, title FROM blog_post ORDER BY id", "1 One", "2 Two")
	})
}

func TestFakeInitialWantsAllColumns(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		exec(t, db, "CREATE TABLE blog_post (id integer PRIMARY KEY)")
		r := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: blog()}))
		r.FakeInitial = true
		err := r.Apply(t.Context(), migrate.Target{})
		if err == nil || !strings.Contains(err.Error(), "lacks column blog_post.title, table blog_comment") {
			t.Errorf("got %v", err)
		}
		exec(t, db, "DROP TABLE blog_post")
		apply(t, r, migrate.Target{})
		want(t, db, "SELECT count(*) FROM blog_post", "0")
	})
}

func TestSquash(t *testing.T) {
	t.Parallel()
	list := next(blog(), migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))}).Migrations
	list = next(list, migrate.RunGo{Name: "fill", Once: true, Up: migrate.Nothing, Down: migrate.Nothing}).Migrations
	list = next(list, migrate.RenameColumn{Table: "blog_post", Column: "a", To: "b"}).Migrations
	list[1].Name, list[2].Name, list[2].Depends[0].Name, list[3].Name, list[3].Depends[0].Name = "0002_a", "0003_b", "0002_a", "0004_c", "0003_b"
	old := graph(t, migrate.Group{Module: "blog", Migrations: list})
	change, err := migrate.Squash(old, "blog", "", "0003")
	if err != nil {
		t.Fatal(err)
	}
	m := change.Migration
	if m.Name != "0001_squashed_0003_b" || len(m.Operations) != 2 || cmp.Diff([]string{"0001_initial", "0002_a", "0003_b"}, m.Replaces) != "" {
		t.Errorf("squashed: %s", change.Source)
	}
	group := migrate.Group{Module: "blog", Migrations: slices.Insert(slices.Clone(list), 3, *m)}
	g := graph(t, group)
	if diff := cmp.Diff(old.State(), g.State()); diff != "" {
		t.Errorf("the tables are not the same\n%s", diff)
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		// A database that has the old ones has the new one too, and keeps it
		// when the old ones are deleted.
		apply(t, runner(t, db, old), migrate.Target{})
		apply(t, runner(t, db, g), migrate.Target{})
		short := *m
		short.Replaces = nil
		last := list[3]
		last.Depends = []migrate.Ref{m.Ref()}
		r := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: []migrate.Migration{short, last}}))
		if pending, err := r.Pending(t.Context()); err != nil || len(pending) > 0 {
			t.Errorf("after the old ones were deleted: %v, %v", pending, err)
		}
		apply(t, runner(t, db, g), migrate.Target{Module: "blog", Name: "zero"})
		want(t, db, "SELECT count(*) FROM vola_migrations", "0")
		// A new one never sees the old ones.
		apply(t, runner(t, db, g), migrate.Target{})
		want(t, db, "SELECT name FROM vola_migrations ORDER BY name", "0001_squashed_0003_b", "0004_c")
		want(t, db, "SELECT count(b) FROM blog_post", "0")
		// One that stands in between must be brought forward first.
		apply(t, runner(t, db, g), migrate.Target{Module: "blog", Name: "zero"})
		apply(t, runner(t, db, old), migrate.Target{Module: "blog", Name: "0002"})
		if err := runner(t, db, g).Apply(t.Context(), migrate.Target{}); err == nil || !strings.Contains(err.Error(), "replaces 0001_initial, which the database has") {
			t.Errorf("half squashed: %v", err)
		}
	})
}

func TestLockTimeoutIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	filled(t, db)
	held, waiting := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- db.InTx(context.Background(), func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.Exec(ctx, "LOCK TABLE blog_post"); err != nil {
				return err
			}
			close(held)
			<-waiting
			return nil
		})
	}()
	<-held
	r := runner(t, db, graph(t, next(blog(), migrate.AddColumn{Table: "blog_post", Column: null(text("a", 10))})))
	r.LockTimeout = 20 * time.Millisecond
	tries := 0
	r.Log = func(format string, args ...any) {
		if strings.Contains(format, "trying again") {
			if tries++; tries == 2 {
				close(waiting)
			}
		}
	}
	r.LockRetries = 1000
	apply(t, r, migrate.Target{})
	if err := <-done; err != nil || tries < 2 {
		t.Errorf("%d tries, %v", tries, err)
	}
	want(t, db, "SELECT count(a) FROM blog_post", "0")
}

// What an interrupted CREATE INDEX CONCURRENTLY leaves is useless, and in
// the way.
func TestInvalidIndexIsBuiltAgain(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	filled(t, db)
	x := index("blog_post", "title")
	exec(t, db, "UPDATE blog_post SET title = 'same'")
	if _, err := db.Exec(t.Context(), "CREATE UNIQUE INDEX CONCURRENTLY "+database.Quote(x.Name)+" ON blog_post (title)"); !errors.Is(err, database.ErrUnique) {
		t.Fatalf("the index was built: %v", err)
	}
	group := next(blog(), migrate.AddIndex{Table: "blog_post", Index: x, Concurrently: true})
	group.Migrations[1].NonAtomic = true
	apply(t, runner(t, db, graph(t, group)), migrate.Target{})
	want(t, db, "SELECT indisvalid::text, indisunique::text FROM pg_index WHERE indexrelid = '"+x.Name+"'::regclass", "true false")
}

func TestNotValidThenValidate(t *testing.T) {
	t.Parallel()
	check := schema.Check{Name: "title_not_empty", SQL: "title <> ''"}
	list := next(blog(), migrate.AddCheck{Table: "blog_post", Check: check, NotValid: true}).Migrations
	group := next(list, migrate.Validate{Table: "blog_post", Constraint: check.Name})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		filled(t, db)
		r := runner(t, db, graph(t, group))
		if db.Dialect().Name() == "postgres" {
			exec(t, db, "UPDATE blog_post SET title = '' WHERE id = 1")
			apply(t, r, migrate.Target{Module: "blog", Name: "0002"})
			if err := r.Apply(t.Context(), migrate.Target{}); !errors.Is(err, database.ErrCheck) {
				t.Errorf("a row breaks the check: %v", err)
			}
			exec(t, db, "UPDATE blog_post SET title = 'x' WHERE id = 1")
		}
		apply(t, r, migrate.Target{})
		if _, err := db.Exec(t.Context(), "INSERT INTO blog_post (title) VALUES ('')"); !errors.Is(err, database.ErrCheck) {
			t.Errorf("a new row breaks the check: %v", err)
		}
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		exec(t, db, "INSERT INTO blog_post (title) VALUES ('')")
	})
}

func TestDataAndTablesInOneMigration(t *testing.T) {
	t.Parallel()
	group := next(blog(),
		migrate.AlterColumn{Table: "blog_post", Column: text("title", 300)},
		migrate.RunSQL{Up: []migrate.SQL{migrate.Same("DELETE FROM blog_post WHERE id = 1")}, Down: []migrate.SQL{}})
	db := databasetest.SQLite(t)
	filled(t, db)
	err := runner(t, db, graph(t, group)).Apply(t.Context(), migrate.Target{})
	if !errors.Is(err, database.ErrForeignKey) || !strings.Contains(err.Error(), "row 1 of blog_comment refers to one of blog_post") || !strings.Contains(err.Error(), "migration of its own") {
		t.Errorf("got %v", err)
	}
	want(t, db, "SELECT count(*) FROM blog_post", "2")
}
