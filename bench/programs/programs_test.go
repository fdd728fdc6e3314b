package programs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	entdialect "entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	. "github.com/volaweb/vola/bench/ormpeers"
	"github.com/volaweb/vola/bench/peers/ent"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/orm"
)

// TestSameResults runs all programs, each library on a database of its own, and
// compares after each run what was returned and what is in the tables.
func TestSameResults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := filepath.Join(dir, "vola.sqlite")
	db := openVola(t, first)
	seed(t, db)
	paths := []string{first, filepath.Join(dir, "ent.sqlite"), filepath.Join(dir, "bun.sqlite")}
	for _, path := range paths[1:] {
		if _, err := db.Exec(t.Context(), "VACUUM INTO '"+path+"'"); err != nil {
			t.Fatal(err)
		}
	}
	client := ent.NewClient(ent.Driver(entsql.OpenDB(entdialect.SQLite, openSQL(t, paths[1]))))
	bunDB := bun.NewDB(openSQL(t, paths[2]), sqlitedialect.New())
	bunDB.RegisterModel((*bunPair)(nil))
	tables := []*database.DB{db, openVola(t, paths[1]), openVola(t, paths[2])}

	for _, p := range All() {
		for _, args := range p.Runs {
			want := call(t, p.Vola, db, args)
			if got := call(t, p.Ent, client, args); got != want {
				t.Errorf("%s%v: ent gives\n%s\nVola\n%s", p.Function, args, got, want)
			}
			if got := call(t, p.Bun, bunDB, args); got != want {
				t.Errorf("%s%v: bun gives\n%s\nVola\n%s", p.Function, args, got, want)
			}
			rows := dump(t, tables[0])
			for i, name := range []string{"ent", "bun"} {
				if got := dump(t, tables[i+1]); got != rows {
					t.Fatalf("%s%v: %s leaves\n%s\nVola\n%s", p.Function, args, name, got, rows)
				}
			}
			t.Logf("%s%v: %s", p.Function, args, want)
		}
	}
}

// call runs a program and returns its results as a text that is the same for
// all libraries.
func call(t *testing.T, program, handle any, args []any) string {
	t.Helper()
	in := []reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(handle)}
	f := reflect.ValueOf(program)
	for i, a := range args {
		v := reflect.ValueOf(a)
		if !f.Type().IsVariadic() {
			v = v.Convert(f.Type().In(i + 2)) // bun numbers pages by int64
		}
		in = append(in, v)
	}
	out := f.Call(in)
	last := len(out) - 1
	if err, _ := out[last].Interface().(error); err != nil {
		if errors.Is(err, orm.ErrNotFound) || ent.IsNotFound(err) || errors.Is(err, sql.ErrNoRows) || errors.Is(err, errNoPage) {
			return "not found"
		}
		return "refused"
	}
	var texts []string
	for _, v := range out[:last] {
		texts = append(texts, describe(v.Interface()))
	}
	return strings.Join(texts, "; ")
}

// describe returns a result as a text that is the same for all libraries.
func describe(v any) string {
	switch v := v.(type) {
	case Post:
		p := seenPost{ID: v.ID, Title: v.Title, Slug: v.Slug, Body: v.Body, AuthorID: v.Author.ID, Published: v.Published, Hits: v.Hits, Pinned: v.Pinned}
		if v.Author.Loaded() {
			p.Author = v.Author.Row().Name
		}
		if v.Topics.Loaded() {
			p.Topics = names(v.Topics.Rows(), func(t Topic) string { return t.Name })
		}
		return p.text(v.Note)
	case *ent.Post:
		if v == nil {
			v = &ent.Post{}
		}
		p := seenPost{ID: v.ID, Title: v.Title, Slug: v.Slug, Body: v.Body, AuthorID: v.AuthorID, Published: v.Published, Hits: v.Hits, Pinned: v.Pinned}
		if v.Edges.Author != nil {
			p.Author = v.Edges.Author.Name
		}
		p.Topics = names(v.Edges.Topics, func(t *ent.Topic) string { return t.Name })
		return p.text(v.Note)
	case bunPost:
		p := seenPost{ID: v.ID, Title: v.Title, Slug: v.Slug, Body: v.Body, AuthorID: v.AuthorID, Published: v.Published, Hits: v.Hits, Pinned: v.Pinned}
		if v.Author != nil {
			p.Author = v.Author.Name
		}
		p.Topics = names(v.Topics, func(t bunTopic) string { return t.Name })
		return p.text(v.Note)
	case Author:
		return fmt.Sprint(v.ID, v.Name, v.Username)
	case *ent.Author:
		return fmt.Sprint(v.ID, v.Name, v.Username)
	case bunAuthor:
		return fmt.Sprint(v.ID, v.Name, v.Username)
	case Topic:
		return fmt.Sprint(v.ID, v.Name)
	case *ent.Topic:
		return fmt.Sprint(v.ID, v.Name)
	case bunTopic:
		return fmt.Sprint(v.ID, v.Name)
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice {
		var texts []string
		for i := range list.Len() {
			texts = append(texts, describe(list.Index(i).Interface()))
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return fmt.Sprintf("%v", v)
}

// seenPost is a post of any library.
type seenPost struct {
	ID                int64
	Title, Slug, Body string
	AuthorID          int64
	Published         time.Time
	Hits              int64
	Pinned            bool
	Author            string   // the name, if loaded
	Topics            []string // if loaded and if there are any, sorted
}

func (p seenPost) text(note *string) string {
	p.Published = p.Published.UTC()
	text := fmt.Sprintf("%+v", p)
	if note != nil {
		text += *note
	}
	return text
}

func names[T any](topics []T, name func(T) string) (out []string) {
	for _, t := range topics {
		out = append(out, name(t))
	}
	slices.Sort(out)
	return out
}

// dump returns all rows of a database as a text.
func dump(t *testing.T, db *database.DB) string {
	t.Helper()
	authors, err := orm.From[Author](db).OrderBy(Authors.ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	topics, err := orm.From[Topic](db).OrderBy(Topics.ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	posts, err := volaWithRelations(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return describe(authors) + describe(topics) + describe(posts)
}

// seed makes the tables and gives them a few rows.
func seed(t *testing.T, db *database.DB) {
	t.Helper()
	ctx := t.Context()
	models, err := orm.ModelsOf(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := models.CreateTables(ctx, db); err != nil {
		t.Fatal(err)
	}
	err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return fill(ctx, tx) })
	if err != nil {
		t.Fatal(err)
	}
}

func fill(ctx context.Context, tx *database.Tx) error {
	authors := []Author{{Name: "Ann", Username: "ann"}, {Name: "Bob", Username: "bob"}, {Name: "Cleo", Username: "cleo"}}
	topics := []Topic{{Name: "go"}, {Name: "sql"}, {Name: "css"}}
	if err := errors.Join(orm.CreateAll(ctx, tx, authors), orm.CreateAll(ctx, tx, topics)); err != nil {
		return err
	}
	for n := 1; n <= 12; n++ {
		post := Post{
			Title: fmt.Sprint("Post ", n), Slug: fmt.Sprint("post-", n), Body: "Text.", Author: orm.RefTo[Author](authors[n%3].ID),
			Published: time.Date(2026, 1, n*7%13+1, 12, 0, 0, 0, time.UTC), Hits: int64(n * 5), Pinned: n%4 == 0,
		}
		if n%5 == 0 {
			note := "remastered"
			post.Note = &note
		}
		if err := orm.Create(ctx, tx, &post); err != nil {
			return err
		}
		if n == 7 {
			continue // a post about nothing
		}
		if err := Posts.Topics.Add(ctx, tx, &post, &topics[n%3], &topics[(n+1)%3]); err != nil {
			return err
		}
	}
	return nil
}

func openVola(t *testing.T, path string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{
		URL: "sqlite:" + path, Drivers: []database.Driver{sqlite.Driver}, Create: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, models); err != nil {
		t.Fatal(err)
	}
	return db
}

// openSQL opens a database for the other libraries, with Vola's settings.
func openSQL(t *testing.T, path string) *sql.DB {
	t.Helper()
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_time_format=sqlite"
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)"} {
		dsn += "&_pragma=" + url.QueryEscape(p)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
