// Package migratecmd has the commands of a site that write, apply and show
// migrations: makemigrations, migrate, sqlmigrate, squashmigrations and
// inspect. They work on a [Project], which says what they need of a site.
package migratecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// Project is what the commands need of a site.
type Project struct {
	Modules []module.Module
	Drivers []database.Driver
	// Version is that of the program, which is recorded with each migration
	// that is applied.
	Version string
	// Check returns what is wrong with the site as a whole: migrate changes no
	// database for a program that cannot start.
	Check func() error
	// Open opens the database of the site or, if url is not "", that one,
	// whatever is in it. create makes one that does not exist.
	Open func(ctx context.Context, url string, create bool) (*database.DB, error)
	// Source returns the folder with the source of a module's package, "" if
	// it is not part of this project, and its import path.
	Source func(m module.Module) (dir, path string)
	// Stdin is asked for answers if it is a terminal.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Commands returns the commands, each of which can be run once.
func (p *Project) Commands() []cli.Command {
	return []cli.Command{p.migrateCommand(), p.makeCommand(), p.sqlCommand(), p.squashCommand(), p.inspectCommand()}
}

// models and graph read the models and the migrations of the modules, without
// the rest of the site: its templates may be broken at the time.
func (p *Project) models() (*orm.Models, error) {
	models, err := module.Models(p.Modules)
	if err != nil {
		return nil, cli.ConfigError{Err: err}
	}
	return models, nil
}

func (p *Project) graph() (*migrate.Graph, error) {
	g, err := migrate.NewGraph(module.MigrationGroups(p.Modules)...)
	if err != nil {
		return nil, cli.ConfigError{Err: err}
	}
	return g, nil
}

// dialect returns the dialect of that name.
func (p *Project) dialect(name string) (database.Dialect, error) {
	for _, d := range p.Drivers {
		if name == "" || d.Dialect().Name() == name {
			return d.Dialect(), nil
		}
	}
	return nil, cli.Usagef("the program has no driver for the dialect %q", name)
}

// checkModule returns an error that names the modules if there is none of that
// name.
func (p *Project) checkModule(name string) error {
	var known []string
	for _, m := range p.Modules {
		if m.Name() == name {
			return nil
		}
		known = append(known, m.Name())
	}
	hint := nearest.Hint(name, known)
	if hint == "" && len(known) > 0 {
		hint = "; the modules are " + strings.Join(known, ", ")
	}
	return cli.Usagef("there is no module %q%s", name, hint)
}

// dir returns the folder of a module's migrations.
func (p *Project) dir(name string) (string, error) {
	for _, m := range p.Modules {
		if m.Name() != name {
			continue
		}
		dir, path := p.Source(m)
		if dir == "" {
			return "", fmt.Errorf("module %s: the source of its package %s is not below the go.mod of this folder; run makemigrations in the project that has it", name, path)
		}
		return filepath.Join(dir, "migrations"), nil
	}
	return "", fmt.Errorf("there is no module %q", name)
}

// Unmigrated returns an error if the models of the modules are not what their
// migrations lead to. Questions that only a person can answer are changes too.
func Unmigrated(modules []module.Module, models *orm.Models, g *migrate.Graph) error {
	changes, err := migrate.Make(g, wanted(modules, models), migrate.MakeOptions{Tagged: renamed(models)})
	if err == nil && len(changes) == 0 {
		return nil
	}
	what := "the models"
	if len(changes) > 0 {
		what = "the models of the module " + changes[0].Module
	}
	return fmt.Errorf("%s have changes without migrations; run: makemigrations", what)
}

// wanted returns the tables that each module's models need.
func wanted(modules []module.Module, models *orm.Models) map[string]schema.Schema {
	want := map[string]schema.Schema{}
	for _, m := range modules {
		_, hasModels := module.As[module.HasModels](m)
		_, hasMigrations := module.As[module.HasMigrations](m)
		if hasModels || hasMigrations {
			want[m.Name()] = models.ModuleSchema(m.Name())
		}
	}
	return want
}

// renamed returns the renames that the models' tags say. Those that a migration
// has made already are skipped later.
func renamed(models *orm.Models) []migrate.Rename {
	var out []migrate.Rename
	for _, r := range models.Renamed() {
		out = append(out, migrate.Rename{Table: r.Table, Column: r.From, To: r.To})
	}
	return out
}

// Lint prints what is risky in migrations.
func Lint(w io.Writer, g *migrate.Graph) {
	for _, m := range g.Migrations() {
		for _, finding := range migrate.Lint(m) {
			fmt.Fprintf(w, "note: %s\n", finding)
		}
	}
}

// Drift returns an error for each difference between the tables of a database
// and the models.
func Drift(ctx context.Context, db *database.DB, models *orm.Models) error {
	live, err := db.Dialect().Editor().Inspect(ctx, db)
	if err != nil {
		return err
	}
	var errs []error
	for _, line := range migrate.Drift(db.Dialect(), live, models.Schema()) {
		errs = append(errs, errors.New(line))
	}
	return errors.Join(errs...)
}
