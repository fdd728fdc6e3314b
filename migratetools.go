package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
)

// sqlMigrateCommand prints the SQL of a migration.
func (p *program) sqlMigrateCommand() command {
	var dialect string
	var back bool
	return command{bare: true, Command: module.Command{
		Name: "sqlmigrate", Args: "MODULE NAME", Help: "print the SQL of a migration",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&dialect, "dialect", "", "`name` of the dialect, sqlite or postgres, instead of the first driver's")
			flags.BoolVar(&back, "back", false, "print the SQL that undoes it")
		},
		Run: func(_ context.Context, env module.Env, args []string) error {
			if len(args) != 2 {
				return module.Usagef("sqlmigrate needs a MODULE and the NAME of a migration, or its beginning")
			}
			d, err := p.dialect(dialect)
			if err != nil {
				return err
			}
			s, err := p.graph()
			if err != nil {
				return err
			}
			m, err := s.graph.Find(args[0], args[1])
			if err != nil {
				return module.Usagef("%v", err)
			}
			stmts, err := s.graph.Statements(d, m, back)
			if err != nil {
				return err
			}
			for _, stmt := range stmts {
				fmt.Fprintf(env.Stdout, "%s;\n", stmt)
			}
			return nil
		},
	}}
}

// dialect returns the dialect of that name.
func (p *program) dialect(name string) (database.Dialect, error) {
	for _, d := range p.cfg.Drivers {
		if name == "" || d.Dialect().Name() == name {
			return d.Dialect(), nil
		}
	}
	return nil, module.Usagef("the program has no driver for the dialect %q", name)
}

// graph returns a site of which only the migrations were read.
func (p *program) graph() (*Site, error) {
	s := &Site{cfg: p.cfg, opts: Options{Environ: p.environ}}
	if err := s.readMigrations(); err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

// squashCommand replaces several migrations by one.
func (p *program) squashCommand() command {
	var f makeFlags
	return command{bare: true, Command: module.Command{
		Name: "squashmigrations", Args: "MODULE [FROM] TO", Help: "write one migration that does the work of several, for new databases",
		Flags: func(flags *flag.FlagSet) {
			flags.BoolVar(&f.dryRun, "dry-run", false, "print the file instead of writing it")
		},
		Run: func(_ context.Context, env module.Env, args []string) error {
			if len(args) < 2 || len(args) > 3 {
				return module.Usagef("squashmigrations needs a MODULE and the NAME of its last migration to squash")
			}
			s, err := p.graph()
			if err != nil {
				return err
			}
			from := ""
			if len(args) == 3 {
				from = args[1]
			}
			c, err := migrate.Squash(s.graph, args[0], from, args[len(args)-1])
			if err != nil {
				return err
			}
			return p.writeChange(env, f, c)
		},
	}}
}

// inspectCommand prints models for the tables of an existing database.
func (p *program) inspectCommand() command {
	var f siteFlags
	var opts migrate.StructOptions
	return command{bare: true, Command: module.Command{
		Name: "inspect", Args: "[TABLE...]", Help: "print Go models for the tables of an existing database",
		Flags: func(flags *flag.FlagSet) {
			f.declare(flags)
			flags.StringVar(&opts.Module, "module", "", "`name` of the module that the models are for; it is taken off the tables' names")
			flags.StringVar(&opts.Package, "package", "", "`name` of the Go package, instead of the module's")
		},
		Run: func(ctx context.Context, env module.Env, args []string) error {
			db, err := p.existing(ctx, f)
			if err != nil {
				return err
			}
			defer db.Close()
			live, err := db.Dialect().Editor().Inspect(ctx, db)
			if err != nil {
				return err
			}
			for _, name := range args {
				if _, ok := live.Table(name); !ok {
					return fmt.Errorf("there is no table %q in the database %s", name, db.URL())
				}
			}
			if len(live.Tables) == 0 {
				return fmt.Errorf("the database %s has no tables", db.URL())
			}
			opts.Tables = args
			source, notes, err := migrate.Structs(live, opts)
			if err != nil {
				return err
			}
			for _, n := range notes {
				fmt.Fprintln(env.Stderr, n)
			}
			_, err = env.Stdout.Write(source)
			return err
		},
	}}
}

// existing opens the database that the flags or the environment name, whatever
// is in it.
func (p *program) existing(ctx context.Context, f siteFlags) (*database.DB, error) {
	s := &Site{cfg: p.cfg, opts: Options{Environ: p.environ}}
	if err := s.readSettings(); err != nil {
		return nil, err
	}
	if f.database != "" {
		s.set.DatabaseURL = f.database
	}
	return p.openPlain(ctx, s, false)
}

// lint prints what is risky in the migrations of the site.
func lint(env module.Env, g *migrate.Graph) {
	for _, m := range g.Migrations() {
		for _, finding := range migrate.Lint(m) {
			fmt.Fprintf(env.Stdout, "note: %s\n", finding)
		}
	}
}

// drift compares the tables of the database with the models.
func (p *program) drift(ctx context.Context, s *Site, url string) error {
	db, err := p.existing(ctx, siteFlags{database: url})
	if err != nil {
		return err
	}
	defer db.Close()
	live, err := db.Dialect().Editor().Inspect(ctx, db)
	if err != nil {
		return err
	}
	var errs []error
	for _, line := range migrate.Drift(db.Dialect(), live, s.models.Schema()) {
		errs = append(errs, errors.New(line))
	}
	return errors.Join(errs...)
}
