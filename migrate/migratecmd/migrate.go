package migratecmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate"
)

// migrateCommand applies, undoes or lists migrations.
func (p *Project) migrateCommand() cli.Command {
	var url string
	var plan, list, fake, fakeInitial, verify bool
	var scratch string
	return cli.Command{
		Name: "migrate", Args: "[MODULE [NAME]]", Help: "bring the database to the newest migrations, or those of MODULE to NAME (zero: none)",
		Flags: func(flags *flag.FlagSet) {
			declareDatabase(flags, &url)
			flags.BoolVar(&plan, "plan", false, "print what would be done and do nothing")
			flags.BoolVar(&list, "list", false, "list all migrations and which are applied")
			flags.BoolVar(&fake, "fake", false, "record migrations as applied, or as not applied, without doing anything")
			flags.BoolVar(&verify, "verify", false, "try what is pending on a copy of the database: forward, back and forward again")
			flags.StringVar(&scratch, "scratch", "", "`URL` of an empty PostgreSQL database to use for --verify")
			flags.BoolVar(&fakeInitial, "fake-initial", false, "record a module's first migration as applied when its tables exist")
		},
		Run: func(ctx context.Context, args []string) error {
			target, err := p.target(args)
			if err != nil {
				return err
			}
			if err := p.Check(); err != nil {
				return err
			}
			g, err := p.graph()
			if err != nil {
				return err
			}
			if target.Name != "" && target.Name != "zero" {
				if _, err := g.Find(target.Module, target.Name); err != nil {
					return cli.Usagef("%v", err)
				}
			}
			// Listing and planning do not make a database.
			db, err := p.Open(ctx, url, !plan && !list && !verify)
			if err != nil {
				return err
			}
			defer db.Close()
			run := &migrate.Runner{DB: db, Graph: g, Version: p.Version}
			run.Fake, run.FakeInitial = fake, fakeInitial
			run.Log = func(format string, args ...any) { fmt.Fprintf(p.Stdout, format+"\n", args...) }
			switch {
			case verify:
				return p.verify(ctx, run, scratch)
			case list:
				status, err := run.List(ctx)
				if err != nil {
					return err
				}
				return migrate.WriteList(p.Stdout, status)
			case plan:
				moves, err := run.Plan(ctx, target)
				if err != nil {
					return err
				}
				return migrate.WritePlan(p.Stdout, moves)
			}
			return p.apply(ctx, run, target)
		},
	}
}

func (p *Project) apply(ctx context.Context, run *migrate.Runner, target migrate.Target) error {
	moves, err := run.Plan(ctx, target)
	if err != nil {
		return err
	}
	switch {
	case len(moves) == 0 && target.Name == "":
		fmt.Fprintln(p.Stdout, "nothing to do: all migrations are applied")
		return nil
	case len(moves) == 0:
		fmt.Fprintf(p.Stdout, "nothing to do: the module %s is at %s already\n", target.Module, target.Name)
		return nil
	}
	return run.Apply(ctx, target)
}

// verify tries the pending migrations on a copy of the database.
func (p *Project) verify(ctx context.Context, run *migrate.Runner, scratch string) (err error) {
	if b, ok := run.DB.Backend().(database.Backuper); ok {
		if scratch != "" {
			return cli.Usagef("--scratch is for PostgreSQL; this database is copied into a file of its own")
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
		return cli.Usagef("migrate --verify needs an empty database to try things on: --scratch postgres://...")
	}
	copied, err := p.Open(ctx, scratch, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	moves, err := run.Plan(ctx, migrate.Target{})
	if err != nil {
		return err
	}
	if len(moves) == 0 {
		fmt.Fprintln(p.Stdout, "nothing to try: all migrations are applied")
		return nil
	}
	fmt.Fprintln(p.Stdout, "on a copy:")
	log := run.Log
	run.Log = func(format string, args ...any) { log("  "+format, args...) }
	if err := migrate.Verify(ctx, run, copied); err != nil {
		return err
	}
	fmt.Fprintln(p.Stdout, "the pending migrations went forward, back and forward again on a copy, and lost nothing")
	return nil
}

// target reads the arguments MODULE and NAME.
func (p *Project) target(args []string) (migrate.Target, error) {
	var t migrate.Target
	switch len(args) {
	case 2:
		t.Module, t.Name = args[0], args[1]
	case 1:
		t.Module = args[0]
	case 0:
		return t, nil
	}
	return t, p.checkModule(t.Module)
}

// declareDatabase declares the flag that names another database than the
// setting does.
func declareDatabase(flags *flag.FlagSet, url *string) {
	flags.StringVar(url, "database", "", "`URL` of the database, instead of DATABASE_URL")
}
