package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
)

// migrateCommand applies, undoes or lists migrations.
func (p *program) migrateCommand() command {
	var f siteFlags
	var plan, list, fake, fakeInitial, verify bool
	var scratch string
	return command{bare: true, Command: module.Command{
		Name: "migrate", Args: "[MODULE [NAME]]", Help: "bring the database to the newest migrations, or those of MODULE to NAME (zero: none)",
		Flags: func(flags *flag.FlagSet) {
			f.declare(flags)
			flags.BoolVar(&plan, "plan", false, "print what would be done and do nothing")
			flags.BoolVar(&list, "list", false, "list all migrations and which are applied")
			flags.BoolVar(&fake, "fake", false, "record migrations as applied, or as not applied, without doing anything")
			flags.BoolVar(&verify, "verify", false, "try what is pending on a copy of the database: forward, back and forward again")
			flags.StringVar(&scratch, "scratch", "", "`URL` of an empty PostgreSQL database to use for --verify")
			flags.BoolVar(&fakeInitial, "fake-initial", false, "record a module's first migration as applied when its tables exist")
		},
		Run: func(ctx context.Context, env module.Env, args []string) error {
			target, err := p.target(args)
			if err != nil {
				return err
			}
			s, err := p.assemble(f)
			if err != nil {
				return err
			}
			if target.Name != "" && target.Name != "zero" {
				if _, err := s.graph.Find(target.Module, target.Name); err != nil {
					return module.Usagef("%v", err)
				}
			}
			// Listing and planning do not make a database.
			db, err := p.openPlain(ctx, s, !plan && !list && !verify)
			if err != nil {
				return err
			}
			defer db.Close()
			run := s.Runner(db)
			run.Fake, run.FakeInitial = fake, fakeInitial
			run.Log = func(format string, args ...any) { fmt.Fprintf(env.Stdout, format+"\n", args...) }
			switch {
			case verify:
				return p.verify(ctx, env, run, scratch)
			case list:
				status, err := run.List(ctx)
				if err != nil {
					return err
				}
				return migrate.WriteList(env.Stdout, status)
			case plan:
				moves, err := run.Plan(ctx, target)
				if err != nil {
					return err
				}
				return migrate.WritePlan(env.Stdout, moves)
			}
			return p.apply(ctx, env, run, target)
		},
	}}
}

func (p *program) apply(ctx context.Context, env module.Env, run *migrate.Runner, target migrate.Target) error {
	moves, err := run.Plan(ctx, target)
	if err != nil {
		return err
	}
	switch {
	case len(moves) == 0 && target.Name == "":
		fmt.Fprintln(env.Stdout, "nothing to do: all migrations are applied")
		return nil
	case len(moves) == 0:
		fmt.Fprintf(env.Stdout, "nothing to do: the module %s is at %s already\n", target.Module, target.Name)
		return nil
	}
	return run.Apply(ctx, target)
}

// verify tries the pending migrations on a copy of the database.
func (p *program) verify(ctx context.Context, env module.Env, run *migrate.Runner, scratch string) (err error) {
	if b, ok := run.DB.Backend().(database.Backuper); ok {
		if scratch != "" {
			return module.Usagef("--scratch is for PostgreSQL; this database is copied into a file of its own")
		}
		dir, err := os.MkdirTemp("", "vola-verify-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "copy.db")
		if err := b.Backup(ctx, file); err != nil {
			return err
		}
		scratch = "sqlite:" + (&url.URL{Path: file}).EscapedPath()
	}
	if scratch == "" {
		return module.Usagef("migrate --verify needs an empty database to try things on: --scratch postgres://...")
	}
	copied, err := database.Open(ctx, database.Config{URL: scratch, Drivers: p.cfg.Drivers})
	if err != nil {
		return usageIfInvalid(err)
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	moves, err := run.Plan(ctx, migrate.Target{})
	if err != nil {
		return err
	}
	if len(moves) == 0 {
		fmt.Fprintln(env.Stdout, "nothing to try: all migrations are applied")
		return nil
	}
	fmt.Fprintln(env.Stdout, "on a copy:")
	log := run.Log
	run.Log = func(format string, args ...any) { log("  "+format, args...) }
	if err := migrate.Verify(ctx, run, copied); err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, "the pending migrations went forward, back and forward again on a copy, and lost nothing")
	return nil
}

// target reads the arguments MODULE and NAME.
func (p *program) target(args []string) (migrate.Target, error) {
	var t migrate.Target
	switch len(args) {
	case 2:
		t.Module, t.Name = args[0], args[1]
	case 1:
		t.Module = args[0]
	case 0:
		return t, nil
	default:
		return t, module.Usagef("migrate takes a module and the name of a migration, but got %q", args)
	}
	return t, p.checkModule(t.Module)
}

// checkModule returns an error that names the modules when there is none of
// that name.
func (p *program) checkModule(name string) error {
	var known []string
	for _, m := range p.cfg.Modules {
		if m.Name() == name {
			return nil
		}
		known = append(known, m.Name())
	}
	hint := nearest.Hint(name, known)
	if hint == "" && len(known) > 0 {
		hint = "; the modules are " + strings.Join(known, ", ")
	}
	return module.Usagef("there is no module %q%s", name, hint)
}

// openPlain opens the database without asking whether it is migrated.
func (p *program) openPlain(ctx context.Context, s *Site, create bool) (*database.DB, error) {
	db, err := database.Open(ctx, database.Config{URL: s.set.DatabaseURL, Drivers: p.cfg.Drivers, Create: create})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; create it with: migrate", err)
	}
	return db, usageIfInvalid(err)
}
