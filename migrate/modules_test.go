package migrate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// Two modules that need each other get a second migration for the foreign keys
// that could not be made in the first.
func TestModulesThatNeedEachOther(t *testing.T) {
	t.Parallel()
	author := table("people_author", null(number("best_id")))
	author.ForeignKeys = []schema.ForeignKey{foreignKey("people_author", "best_id", "books_book", schema.SetNull)}
	book := table("books_book", number("author_id"))
	book.ForeignKeys = []schema.ForeignKey{foreignKey("books_book", "author_id", "people_author", schema.Cascade)}
	want := map[string]schema.Schema{"people": {Tables: []schema.Table{author}}, "books": {Tables: []schema.Table{book}}}
	changes, err := migrate.Make(graph(t, migrate.Group{Module: "people"}, migrate.Group{Module: "books"}), want, migrate.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	groups := map[string][]migrate.Migration{}
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.Migration.Ref(), " after ", c.Migration.Depends))
		groups[c.Module] = append(groups[c.Module], *c.Migration)
	}
	if diff := cmp.Diff([]string{
		"people.0001_initial after []",
		"books.0001_initial after [people.0001_initial]",
		"people.0002_author_foreign_keys after [people.0001_initial books.0001_initial]",
	}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	g := graph(t, migrate.Group{Module: "people", Migrations: groups["people"]}, migrate.Group{Module: "books", Migrations: groups["books"]})
	if again, err := migrate.Make(g, want, migrate.MakeOptions{}); err != nil || len(again) > 0 {
		t.Errorf("Make again = %v, %v", again, err)
	}
	// A table that another module's table refers to goes after that one.
	author.ForeignKeys = nil
	want["people"] = schema.Schema{Tables: []schema.Table{author}}
	loose, err := migrate.Make(g, want, migrate.MakeOptions{})
	if err != nil || len(loose) != 1 {
		t.Fatalf("Make = %v, %v", loose, err)
	}
	groups["people"] = append(groups["people"], *loose[0].Migration)
	g = graph(t, migrate.Group{Module: "people", Migrations: groups["people"]}, migrate.Group{Module: "books", Migrations: groups["books"]})
	gone, err := migrate.Make(g, map[string]schema.Schema{"people": {}, "books": {}}, migrate.MakeOptions{})
	if err != nil || len(gone) != 2 || gone[0].Module != "books" || cmp.Diff([]migrate.Ref{{Module: "people", Name: "0003_changes"}, {Module: "books", Name: "0002_drop_book"}}, gone[1].Migration.Depends) != "" {
		t.Errorf("dropping both: %v, %v", len(gone), err)
	}
}

// modules are migrations of several modules, which grow.
type modules map[string][]migrate.Migration

func (m modules) graph(t testing.TB) *migrate.Graph {
	t.Helper()
	g, err := m.try()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (m modules) try() (*migrate.Graph, error) {
	var groups []migrate.Group
	for _, name := range slices.Sorted(maps.Keys(m)) {
		groups = append(groups, migrate.Group{Module: name, Migrations: m[name]})
	}
	return migrate.NewGraph(groups...)
}

// make adds the migrations that lead to the tables that are wanted, and returns
// their names and what they depend on.
func (m modules) make(t testing.TB, want map[string]schema.Schema, opts migrate.MakeOptions) []string {
	t.Helper()
	changes, err := migrate.Make(m.graph(t), want, opts)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range changes {
		m[c.Module] = append(m[c.Module], *c.Migration)
		out = append(out, fmt.Sprint(c.Migration.Ref(), " after ", c.Migration.Depends))
	}
	if again, err := migrate.Make(m.graph(t), want, migrate.MakeOptions{}); err != nil || len(again) > 0 {
		t.Errorf("Make again = %v, %v", again, err)
	}
	return out
}

// library returns two modules with foreign keys each way, two from authors to
// books, and a table of pairs between them.
func library() map[string]schema.Schema {
	author := table("people_author", null(number("best_id")), null(number("worst_id")))
	author.ForeignKeys = []schema.ForeignKey{
		foreignKey("people_author", "best_id", "books_book", schema.SetNull),
		foreignKey("people_author", "worst_id", "books_book", schema.SetNull),
	}
	book := table("books_book", null(number("author_id")))
	book.ForeignKeys = []schema.ForeignKey{foreignKey("books_book", "author_id", "people_author", schema.Cascade)}
	pairs := table("books_book_readers", number("book_id"), number("author_id"))
	pairs.ForeignKeys = []schema.ForeignKey{
		foreignKey("books_book_readers", "book_id", "books_book", schema.Cascade),
		foreignKey("books_book_readers", "author_id", "people_author", schema.Cascade),
	}
	return map[string]schema.Schema{"people": {Tables: []schema.Table{author}}, "books": {Tables: []schema.Table{book, pairs}}}
}

// Both modules are made at once and dropped at once, on either database,
// forward and back.
func TestModulesThatNeedEachOtherComeAndGo(t *testing.T) {
	t.Parallel()
	list := modules{"people": nil, "books": nil}
	if diff := cmp.Diff([]string{
		"people.0001_initial after []",
		"books.0001_initial after [people.0001_initial]",
		"people.0002_author_foreign_keys after [people.0001_initial books.0001_initial]",
	}, list.make(t, library(), migrate.MakeOptions{})); diff != "" {
		t.Errorf("made (-want +got)\n%s", diff)
	}
	made := list.graph(t)
	if diff := cmp.Diff([]string{
		"books.0002_drop_book_readers after [books.0001_initial]",
		"people.0003_drop_author after [people.0002_author_foreign_keys books.0002_drop_book_readers]",
		"books.0003_drop_book after [books.0002_drop_book_readers people.0003_drop_author]",
	}, list.make(t, map[string]schema.Schema{"people": {}, "books": {}}, migrate.MakeOptions{})); diff != "" {
		t.Errorf("dropped (-want +got)\n%s", diff)
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		apply(t, runner(t, db, made), migrate.Target{})
		exec(t, db, "INSERT INTO people_author (id) VALUES (1)")
		exec(t, db, "INSERT INTO books_book (id, author_id) VALUES (1, 1)")
		exec(t, db, "UPDATE people_author SET best_id = 1")
		exec(t, db, "INSERT INTO books_book_readers (book_id, author_id) VALUES (1, 1)")
		before := tables(t, db)
		r := runner(t, db, list.graph(t))
		for range 2 {
			apply(t, r, migrate.Target{})
			if left := tables(t, db); len(left) != 1 {
				t.Errorf("tables that are left: %v", left)
			}
			apply(t, r, migrate.Target{Module: "books", Name: "0001"})
			apply(t, r, migrate.Target{Module: "people", Name: "0002"})
			if diff := cmp.Diff(before, tables(t, db)); diff != "" {
				t.Errorf("after going back (-want +got)\n%s", diff)
			}
		}
		apply(t, r, migrate.Target{Module: "people", Name: "zero"})
		if empty, err := r.Empty(t.Context()); err != nil || !empty {
			t.Errorf("Empty = %v, %v", empty, err)
		}
	})
}

// A migration that takes a table's name away comes after those of another
// module that still say it, also when nothing refers to the table any more: a
// new database meets them all.
func TestTableThatOthersReferredTo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		want  schema.Schema
		opts  migrate.MakeOptions
		after string
	}{
		{"dropped", schema.Schema{}, migrate.MakeOptions{},
			"blog.0002_drop_topic after [blog.0001_initial news.0002_drop_item_topic_id]"},
		{"renamed", schema.Schema{Tables: []schema.Table{table("blog_subject")}}, migrate.MakeOptions{Renames: []migrate.Rename{{Table: "Topic", To: "Subject"}}},
			"blog.0002_rename_topic_subject after [blog.0001_initial news.0002_drop_item_topic_id]"},
	} {
		item := table("news_item", null(number("topic_id")))
		item.ForeignKeys = []schema.ForeignKey{foreignKey("news_item", "topic_id", "blog_topic", schema.Cascade)}
		list := modules{"blog": nil, "news": nil}
		want := map[string]schema.Schema{"blog": {Tables: []schema.Table{table("blog_topic")}}, "news": {Tables: []schema.Table{item}}}
		list.make(t, want, migrate.MakeOptions{})
		want["news"] = schema.Schema{Tables: []schema.Table{table("news_item")}}
		list.make(t, want, migrate.MakeOptions{})
		want["blog"] = tt.want
		if diff := cmp.Diff([]string{tt.after}, list.make(t, want, tt.opts)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

// Three modules refer to each other in a circle, and go at once.
func TestCircleOfModulesGoes(t *testing.T) {
	t.Parallel()
	want, none := map[string]schema.Schema{}, map[string]schema.Schema{}
	list := modules{}
	for i, module := range []string{"a", "b", "c"} {
		to := []string{"b", "c", "a"}[i] + "_t"
		row := table(module+"_t", null(number("to_id")))
		row.ForeignKeys = []schema.ForeignKey{foreignKey(row.Name, "to_id", to, schema.Cascade)}
		want[module], none[module], list[module] = schema.Schema{Tables: []schema.Table{row}}, schema.Schema{}, nil
	}
	list.make(t, want, migrate.MakeOptions{})
	if diff := cmp.Diff([]string{
		"a.0002_changes after [a.0001_initial]",
		"b.0002_drop_t after [b.0001_initial a.0002_changes]",
		"c.0003_drop_t after [c.0002_t_foreign_keys b.0002_drop_t]",
		"a.0003_drop_t after [a.0002_changes c.0003_drop_t]",
	}, list.make(t, none, migrate.MakeOptions{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A name that a table had before another module took it over may be used again:
// the migration comes after that one, on databases old and new. Squashing what
// takes over keeps taking over.
func TestNameThatAnotherModuleFreed(t *testing.T) {
	t.Parallel()
	list := modules{"blog": nil, "news": nil}
	post := indexed(table("blog_post", text("title", 20)), "title")
	list.make(t, one("blog", post), migrate.MakeOptions{})
	first := list.graph(t)
	item := indexed(table("news_post", text("title", 20)), "title")
	after := and(one("blog"), one("news", item))
	list.make(t, after, migrate.MakeOptions{Renames: []migrate.Rename{{Table: "blog_post", To: "news_post"}}})
	after["blog"] = schema.Schema{Tables: []schema.Table{post}}
	if diff := cmp.Diff([]string{"blog.0002_post after [blog.0001_initial news.0001_initial]"}, list.make(t, after, migrate.MakeOptions{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	after["news"] = schema.Schema{Tables: []schema.Table{indexed(table("news_post", text("title", 20), null(text("more", 9))), "title")}}
	list.make(t, after, migrate.MakeOptions{})
	change, err := migrate.Squash(list.graph(t), "news", "", "0002")
	if err != nil || !strings.Contains(string(change.Source), `From:  "blog"`) {
		t.Fatalf("Squash: %v\n%s", err, change.Source)
	}
	squashed := modules{"blog": list["blog"], "news": append([]migrate.Migration{*change.Migration}, list["news"]...)}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, g := range []*migrate.Graph{list.graph(t), squashed.graph(t)} {
			clear(t, db)
			apply(t, runner(t, db, first), migrate.Target{})
			exec(t, db, "INSERT INTO blog_post (title) VALUES ('One')")
			r := runner(t, db, g)
			apply(t, r, migrate.Target{})
			want(t, db, "SELECT title FROM news_post", "One")
			want(t, db, "SELECT count(*) FROM blog_post", "0")
			if err := r.Apply(t.Context(), migrate.Target{Module: "blog", Name: "zero"}); err != nil {
				t.Error(err)
			}
			if empty, err := r.Empty(t.Context()); err != nil || !empty {
				t.Errorf("Empty = %v, %v", empty, err)
			}
			apply(t, r, migrate.Target{})
		}
	})
}
