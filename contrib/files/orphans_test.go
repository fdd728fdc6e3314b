package files_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest"
)

// each runs a test on both databases, with a clock that the test sets.
func each(t *testing.T, cfg files.Config, test func(t *testing.T, c *volatest.Client, f *files.Files, clock *time.Time)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := noon
		config, f := site(cfg)
		c := volatest.Start(t, config, volatest.Options{DB: db, Now: func() time.Time { return now }})
		models, err := orm.ModelsOf(db)
		if err == nil {
			err = models.CreateTables(t.Context(), db)
		}
		if err != nil {
			t.Fatal(err)
		}
		test(t, c, f, &now)
	})
}

func names(t *testing.T, c *volatest.Client) (out []string) {
	t.Helper()
	for info, err := range c.Site.Host().Storage.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(info.Name))
	}
	return out
}

// TestOrphans: kept are files that a row refers to, in any column, deleted or not, and new ones.
func TestOrphans(t *testing.T) {
	t.Parallel()
	each(t, files.Config{}, func(t *testing.T, c *volatest.Client, f *files.Files, clock *time.Time) {
		ctx := t.Context()
		content := jpegOf(halves(8, 8))
		for _, name := range []storage.Name{"a/file.jpg", "a/small.jpg", "a/deleted.jpg", "a/none.jpg", "z/none.pdf"} {
			store(t, c, name, content)
		}
		small := storage.Name("a/small.jpg")
		gone := photo{File: "a/deleted.jpg"}
		if err := orm.Create(ctx, c.DB, &photo{File: "a/file.jpg", Small: &small}); err != nil {
			t.Fatal(err)
		}
		if err := orm.Create(ctx, c.DB, &gone); err != nil {
			t.Fatal(err)
		}
		if err := orm.Delete(ctx, c.DB, &gone); err != nil {
			t.Fatal(err)
		}
		for _, name := range []storage.Name{"a/file.jpg", "a/none.jpg"} {
			c.Get(must(t)(f.Picture(name, 2, 2))).WantStatus(200)
		}
		store(t, c, "sizes/a/vanished.jpg/2x2.jpg", content)
		*clock = noon.Add(25 * time.Hour)
		store(t, c, "b/new.jpg", content)

		all := names(t, c)
		out, err := c.Command("orphans")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"a/none.jpg", "z/none.pdf", "sizes/a/none.jpg/2x2.jpg", "sizes/a/vanished.jpg/2x2.jpg"}
		if got := listed(out); !slices.Equal(got, want) || !strings.Contains(out, "found 4 files") {
			t.Errorf("listed %q, want %q:\n%s", got, want, out)
		}
		if got := names(t, c); !slices.Equal(got, all) {
			t.Errorf("without --delete some are gone: %q", got)
		}
		if out, err = c.Command("orphans", "--delete"); err != nil || !strings.Contains(out, "deleted 4 files") {
			t.Errorf("%s, %v", out, err)
		}
		if got, want := names(t, c), []string{"a/deleted.jpg", "a/file.jpg", "a/small.jpg", "b/new.jpg", "sizes/a/file.jpg/2x2.jpg"}; !slices.Equal(got, want) {
			t.Errorf("kept are %q, want %q", got, want)
		}
		if out, err = c.Command("orphans", "--older", "1s"); err == nil {
			t.Errorf("--older 1s: %s", out)
		}
	})
}

// listed returns the first words of lines with tabs.
func listed(out string) (names []string) {
	for line := range strings.Lines(out) {
		if name, _, ok := strings.Cut(line, "\t"); ok {
			names = append(names, name)
		}
	}
	return names
}

// TestOrphansInBatches: more files than one statement asks for.
func TestOrphansInBatches(t *testing.T) {
	t.Parallel()
	each(t, files.Config{}, func(t *testing.T, c *volatest.Client, f *files.Files, clock *time.Time) {
		for i := range 1201 {
			name := store(t, c, storage.Name(fmt.Sprintf("a/%04d.txt", i)), nil)
			if i%3 == 0 {
				if err := orm.Create(t.Context(), c.DB, &photo{File: name}); err != nil {
					t.Fatal(err)
				}
			}
		}
		*clock = noon.Add(25 * time.Hour)
		n := 0
		if err := f.Orphans(t.Context(), files.OrphanOptions{Delete: true, Found: func(storage.Info) { n++ }}); err != nil {
			t.Fatal(err)
		}
		if left := len(names(t, c)); n != 800 || left != 401 {
			t.Errorf("%d were deleted, %d are left", n, left)
		}
	})
}

// noted is a model with names of files inside JSON.
type noted struct {
	ID    int64
	Files []storage.Name `db:"json"`
}

type notes struct{ module.Base }

func (*notes) Name() string              { return "notes" }
func (*notes) Models() []orm.Declaration { return []orm.Declaration{orm.Model[noted]()} }

// answer is a model with JSON of any content and a file.
type answer struct {
	ID    int64
	Given json.RawMessage `db:"json"`
	Scan  storage.Name    `db:"size=200"`
}

// meta has JSON of any content and some whose type says what is in it.
type meta struct {
	ID   int64
	More map[string]any `db:"json"`
	Some []string       `db:"json"`
}

type survey struct{ module.Base }

func (*survey) Name() string { return "survey" }
func (*survey) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[answer](), orm.Model[meta]()}
}

// TestOrphansInJSON: the answers of a form from data have names of files in JSON, where nobody
// looks for them. They are not deleted.
func TestOrphansInJSON(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{false, true} {
		var cfg files.Config
		if kept {
			cfg.Kept = func(context.Context, []storage.Name) ([]storage.Name, error) { return nil, nil }
		}
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			f, now := files.New(cfg), noon
			c := volatest.Start(t, vola.Config{Modules: []module.Module{f, &survey{}}}, volatest.Options{DB: db, Now: func() time.Time { return now }})
			models, err := orm.ModelsOf(db)
			if err == nil {
				err = models.CreateTables(t.Context(), db)
			}
			if err != nil {
				t.Fatal(err)
			}
			store(t, c, "a/x.txt", nil)
			now = noon.Add(48 * time.Hour)
			if err := f.Orphans(t.Context(), files.OrphanOptions{}); err != nil {
				t.Error(err)
			}
			err = f.Orphans(t.Context(), files.OrphanOptions{Delete: true})
			if kept != (err == nil) || !kept && (!strings.Contains(err.Error(), "answer.Given, ") || !strings.Contains(err.Error(), "meta.More:")) {
				t.Errorf("kept %v: %v", kept, err)
			}
			if n := len(names(t, c)); kept != (n == 0) {
				t.Errorf("kept %v: %d files are left", kept, n)
			}
		})
	}
}

// TestOrphansRefuses what would delete files that are in use.
func TestOrphansRefuses(t *testing.T) {
	t.Parallel()
	f := files.New(files.Config{})
	c := volatest.New(t, vola.Config{Modules: []module.Module{f}})
	store(t, c, "a/x.txt", nil)
	if err := f.Orphans(t.Context(), files.OrphanOptions{Delete: true}); err == nil || !strings.Contains(err.Error(), "storage.Name") {
		t.Error(err)
	}
	if err := f.Orphans(t.Context(), files.OrphanOptions{}); err != nil {
		t.Error(err)
	}

	config, f := site(files.Config{})
	config.Modules = append(config.Modules, &notes{})
	volatest.New(t, config)
	if err := f.Orphans(t.Context(), files.OrphanOptions{}); err == nil || !strings.Contains(err.Error(), "noted.Files") {
		t.Error(err)
	}

	f = files.New(files.Config{Kept: func(_ context.Context, names []storage.Name) ([]storage.Name, error) {
		return slices.DeleteFunc(slices.Clone(names), func(n storage.Name) bool { return n != "a/kept.txt" }), nil
	}})
	now := noon
	c = volatest.Start(t, vola.Config{Modules: []module.Module{f, &notes{}}}, volatest.Options{Now: func() time.Time { return now }})
	store(t, c, "a/kept.txt", nil)
	store(t, c, "a/none.txt", nil)
	now = noon.Add(48 * time.Hour)
	if err := f.Orphans(t.Context(), files.OrphanOptions{Delete: true}); err != nil {
		t.Error(err)
	}
	if got := names(t, c); !slices.Equal(got, []string{"a/kept.txt"}) {
		t.Errorf("kept are %q", got)
	}
}
