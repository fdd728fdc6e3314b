package vola_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	blog "github.com/volaweb/vola/examples/onepage"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// drifted is the module notes after a field was renamed, with or without
// saying so.
type drifted struct{ models []orm.Declaration }

type taggedNote struct {
	ID       int64
	Headline string `db:"size=100,was=title"`
}

type untaggedNote struct {
	ID       int64
	Headline string `db:"size=100"`
}

func (drifted) Name() string                { return "notes" }
func (d drifted) Models() []orm.Declaration { return d.models }
func (drifted) Migrations() []migrate.Migration {
	return []migrate.Migration{{Name: "0001_initial", Operations: []migrate.Operation{migrate.CreateTable{Table: schema.Table{
		Name: "notes_note",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 100}},
		},
		PrimaryKey: []string{"id"},
	}}}}}
}

func TestRenamesAreToldNeverGuessed(t *testing.T) {
	t.Parallel()
	cfg := func(d orm.Declaration) vola.Config {
		return vola.Config{Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{drifted{[]orm.Declaration{d}}}}
	}
	tagged := cfg(orm.Model[taggedNote](orm.Table("notes_note")))
	untagged := cfg(orm.Model[untaggedNote](orm.Table("notes_note")))
	run(t, tagged, nil, "makemigrations", "--dry-run").want(t, 0, "RenameColumn", `"title"`, `"headline"`)
	run(t, tagged, nil, "makemigrations", "--check").want(t, 1, "changes without migrations")
	run(t, tagged, nil, "check").want(t, 1, "the module notes have changes without migrations")
	run(t, untagged, nil, "makemigrations", "--dry-run").want(t, 1, "title", "headline", "--rename")
	run(t, untagged, nil, "makemigrations", "--dry-run", "--rename", "notes_note.title=headline").want(t, 0, "RenameColumn")
	run(t, untagged, nil, "makemigrations", "--dry-run", "--rename", "Note.Titel=Headline").want(t, 1, "--rename Note.Titel=Headline: ", "did you mean title?")
	run(t, untagged, nil, "makemigrations", "--merge", "--value", "Note.Title=0").want(t, 2, "no use for --rename and --value")
}

// TestProcessesMigrateAtOnce starts several real processes that migrate the
// same database: one does the work, the others wait, and all succeed.
func TestProcessesMigrateAtOnce(t *testing.T) {
	if url := os.Getenv(mainEnv); strings.Contains(url, ":") {
		os.Args = []string{"x", "migrate", "--database", url}
		vola.Main(vola.Config{Name: "X", Drivers: databasetest.Drivers(), Modules: []module.Module{blog.New()}})
	}
	t.Parallel()
	for kind, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			var cmds []*exec.Cmd
			var outs []*bytes.Buffer
			for range 4 {
				cmd := exec.Command(os.Args[0], "-test.run=^TestProcessesMigrateAtOnce$")
				cmd.Env = append(os.Environ(), mainEnv+"="+url)
				cmd.Dir = t.TempDir()
				out := new(bytes.Buffer)
				cmd.Stdout, cmd.Stderr = out, out
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				cmds, outs = append(cmds, cmd), append(outs, out)
			}
			for i, cmd := range cmds {
				if err := cmd.Wait(); err != nil {
					t.Errorf("process %d: %v\n%s", i, err, outs[i])
				}
			}
			run(t, site(t.TempDir()), nil, "migrate", "--list", "--database", url).want(t, 0, "[x] 0001_initial")
		})
	}
}

func TestDBShell(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	if _, err := exec.LookPath("psql"); err != nil {
		t.Skip("needs psql")
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "DATABASE_URL=" + url}
	run(t, site(t.TempDir()), env, "dbshell", "--", "-A", "-t", "-c", "SELECT 'the answer is ' || 42").want(t, 0, "the answer is 42")
	run(t, site(t.TempDir()), []string{"DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "none.db")}, "dbshell").want(t, 1, "does not exist")
}

// aged is the module notes in one of its versions.
type aged struct {
	drifted
	more []migrate.Migration
}

func (a aged) Migrations() []migrate.Migration { return append(a.drifted.Migrations(), a.more...) }

func (aged) Commands() []module.Command {
	return []module.Command{{Name: "ping", Help: "say that the site has started", Run: func(_ context.Context, env module.Env, _ []string) error {
		_, err := fmt.Fprintln(env.Stdout, "started")
		return err
	}}}
}

type firstNote struct {
	ID    int64
	Title string `db:"size=100"`
}

// The version before goes on running on a database that is newer, where the
// migration says that it may; migrations of modules that were started over are
// recorded again.
func TestVersionBeforeOnANewerDatabase(t *testing.T) {
	t.Parallel()
	for kind, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			cfg := func(version string, more ...migrate.Migration) vola.Config {
				return vola.Config{Version: version, Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{
					aged{drifted{[]orm.Declaration{orm.Model[firstNote](orm.Table("notes_note"))}}, more}}}
			}
			next := func(name string, compatible bool) migrate.Migration {
				column := schema.Column{Name: "c" + name[:4], Type: schema.Type{Kind: schema.Text}, Null: true}
				return migrate.Migration{Name: name, Depends: []migrate.Ref{{Module: "notes", Name: "0001_initial"}}, Compatible: compatible,
					Operations: []migrate.Operation{migrate.AddColumn{Table: "notes_note", Column: column}}}
			}
			old, second := cfg("1"), next("0002_more", true)
			third := next("0003_another", false)
			third.Depends[0].Name = second.Name
			run(t, cfg("2", second), nil, "migrate", "--database", url).want(t, 0, "apply notes.0002_more")
			run(t, old, nil, "ping", "--database", url).want(t, 0, "started", "the database is newer than this program: it has the migration notes.0002_more")
			run(t, old, nil, "migrate", "--database", url).want(t, 0, "nothing to do")
			run(t, old, nil, "migrate", "notes", "zero", "--database", url).want(t, 1, "applied and undone by the newer program")
			run(t, cfg("3", second, third), nil, "migrate", "--database", url).want(t, 0, "apply notes.0003_another")
			run(t, old, nil, "ping", "--database", url).want(t, 1, "run version 3 of the program, which applied it, or undo it with that: migrate notes 0001_initial")
			run(t, cfg("3", second, third), nil, "migrate", "notes", "0002", "--database", url).want(t, 0, "undo notes.0003_another")
			run(t, old, nil, "ping", "--database", url).want(t, 0, "started")
			run(t, old, nil, "migrate", "--fake", "notes", "zero", "--database", url).want(t, 0, "undo notes.0002_more", "undo notes.0001_initial")
			run(t, cfg("2", second), nil, "migrate", "--fake", "--database", url).want(t, 0, "apply notes.0002_more")
		})
	}
}
