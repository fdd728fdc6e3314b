package dbloader_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/templates/dbloader"
)

func prepare(t *testing.T, db *database.DB) *dbloader.Loader {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "site", Models: []orm.Declaration{dbloader.Model()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(orm.Use(db, models), models.CreateTables(t.Context(), db)); err != nil {
		t.Fatal(err)
	}
	return dbloader.New(func() *database.DB { return db })
}

func TestLoad(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		loader := prepare(t, db)
		if err := dbloader.Put(t.Context(), db, "blog/post.html", "stored"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"none.html", "", "../etc/passwd", "' OR 1=1 --", "blog/post.htm_"} {
			if src, err := loader.Load(name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Load(%q) = %+v, %v", name, src, err)
			}
		}
		files := templates.Memory{"blog/post.html": "in memory", "base.html": "base"}
		for _, tt := range []struct {
			chain templates.Chain
			want  string
		}{{templates.Chain{loader, files}, "stored"}, {templates.Chain{files, loader}, "in memory"}} {
			if src, err := tt.chain.Load("blog/post.html"); err != nil || src.Text != tt.want {
				t.Errorf("got %+v, %v; want %s", src, err, tt.want)
			}
		}
		_, err := templates.Chain{loader, files}.Load("none.html")
		if want := `template "none.html" not found; tried none.html in the database, none.html in memory`; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		got, err := templates.Chain{files, loader}.Files()
		if want := "[{base.html [base.html in memory]} {blog/post.html [blog/post.html in memory blog/post.html in the database]}]"; err != nil || fmt.Sprint(got) != want {
			t.Errorf("files: %v, %v; want %s", got, err, want)
		}
	})
}

// TestEditsAreSeen renders a page whose base is in the database, before and
// after each way to change it.
func TestEditsAreSeen(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		loader, ctx := prepare(t, db), t.Context()
		page := templates.Page[string]("page.html")
		set, err := templates.New(templates.Config{
			Loaders: []templates.Loader{loader, templates.Memory{"page.html": "{{extends `base.html`}}{{block `x` .}}{{.}}{{end}}", "base.html": "file {{block `x` .}}{{end}}"}},
			Pages:   []templates.Checked{page},
		})
		if err != nil {
			t.Fatal(err)
		}
		execute := func(query string) func() error {
			return func() error { _, err := db.Exec(ctx, query); return err }
		}
		steps := []struct {
			name string
			do   func() error
			want string
		}{
			{"nothing", func() error { return nil }, "file x"},
			{"added", func() error { return dbloader.Put(ctx, db, "base.html", "one {{block `x` .}}{{end}}") }, "one x"},
			{"edited", func() error { return dbloader.Put(ctx, db, "base.html", "two {{block `x` .}}{{end}}") }, "two x"},
			{"edited in a transaction", func() error {
				return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					return dbloader.Put(ctx, tx, "base.html", "tx {{block `x` .}}{{end}}")
				})
			}, "tx x"},
			{"edited by SQL", execute("UPDATE vola_template SET body = 'three {{block `x` .}}{{end}}'"), "three x"},
			{"edited with an error", func() error { return dbloader.Put(ctx, db, "base.html", "{{block `x` .}}{{end}}{{.Nope}}") }, "three x"},
			{"deleted", execute("DELETE FROM vola_template"), "file x"},
		}
		for _, step := range steps {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			var out strings.Builder
			if err := set.Render(ctx, &out, page.Data("x")); err != nil || out.String() != step.want {
				t.Errorf("%s: %q, %v; want %q", step.name, &out, err, step.want)
			}
			if wrong := step.name == "edited with an error"; (set.Err() != nil) != wrong {
				t.Errorf("%s: Err is %v", step.name, set.Err())
			}
		}
		if _, err := db.Exec(ctx, "DROP TABLE vola_template"); err != nil {
			t.Fatal(err)
		}
		if _, err := loader.Load("base.html"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a database without the table has no such template: %v", err)
		}
		var out strings.Builder
		if err := set.Render(ctx, &out, page.Data("x")); err != nil || out.String() != "file x" {
			t.Errorf("without the table: %q, %v", &out, err)
		}
	})
}
