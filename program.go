package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/linelog"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
)

// program is one run of a command.
type program struct {
	cfg    Config
	vars   variables
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// siteFlags are the flags of every command that uses the database.
type siteFlags struct {
	database string
	dev      bool
	addr     string
	listing  bool // see Options
}

func (f *siteFlags) declare(flags *flag.FlagSet) {
	declareDatabase(flags, &f.database)
}

// declareDatabase declares the flag that names another database than the
// setting does.
func declareDatabase(flags *flag.FlagSet, url *string) {
	flags.StringVar(url, "database", "", "`URL` of the database, instead of DATABASE_URL")
}

// withDatabase opens and prepares the site's database, starts its modules and
// runs fn, which learns whether the database is new. It can be so with create
// only; see openDatabase.
func (p *program) withDatabase(ctx context.Context, s *Site, f siteFlags, create bool, fn func(ctx context.Context, fresh bool) error) (err error) {
	defer s.Close()
	if err := s.needBaseURL(); err != nil {
		return cli.ConfigError{Err: err}
	}
	db, fresh, err := p.openDatabase(ctx, s, f, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.Open(ctx, db); err != nil {
		return err
	}
	if err := fn(ctx, fresh); err != nil {
		return err
	}
	s.finishMail(ctx)
	return nil
}

// named reports whether the environment or a flag says which database to use.
func (p *program) named(f siteFlags) bool {
	return p.vars.values["DATABASE_URL"] != "" || p.vars.values["DATABASE_URL"+fileSuffix] != "" || f.database != ""
}

// assemble makes the site with what the environment says.
func (p *program) assemble(f siteFlags) (*Site, error) {
	var level slog.LevelVar
	vars, err := p.withLocalKey(p.vars, f)
	if err != nil {
		return nil, err
	}
	opts := vars.withFlags(f).options()
	opts.listing = f.listing
	opts.Dev, opts.Console, opts.Log = f.dev, p.stderr, slog.New(linelog.New(p.stderr, &level))
	s, err := New(p.cfg, opts)
	if err != nil {
		return nil, cli.ConfigError{Err: err}
	}
	level.Set(s.set.LogLevel)
	return s, nil
}

// openDatabase opens the site's database and makes sure that its migrations
// are applied. With create, a database that has no tables at all is made and
// migrated; fresh reports that this was done. In every other case a migration
// that is missing is an error.
func (p *program) openDatabase(ctx context.Context, s *Site, f siteFlags, create bool) (db *database.DB, fresh bool, err error) {
	db, err = database.Open(ctx, database.Config{
		URL: s.set.DatabaseURL, Drivers: p.cfg.Drivers, Create: create, Observer: s.set.LogSQL.observer(s.opts.Log),
	})
	if errors.Is(err, fs.ErrNotExist) && !create {
		return nil, false, fmt.Errorf("%w; create it with: migrate --database %s, or by the flag --create of serve", err, database.RedactURL(s.set.DatabaseURL))
	}
	if err != nil {
		return nil, false, usageIfInvalid(err)
	}
	fresh, err = p.prepare(ctx, s.Runner(db), s.opts.Log, create, p.named(f))
	if err == nil {
		err = copydata.Unfinished(ctx, db)
	}
	if err != nil {
		return nil, false, errors.Join(err, db.Close())
	}
	return db, fresh, nil
}

// prepare makes sure that the migrations are applied, and applies them itself
// to a database without tables where that is allowed.
func (p *program) prepare(ctx context.Context, run *migrate.Runner, log *slog.Logger, create, named bool) (fresh bool, err error) {
	told := *run
	told.Log = func(format string, args ...any) { log.Warn(fmt.Sprintf(format, args...)) }
	pending, err := told.Pending(ctx)
	if err != nil || len(pending) == 0 {
		return false, err
	}
	if create {
		if fresh, err = run.Empty(ctx); err != nil {
			return false, err
		}
	}
	if !fresh {
		return false, pendingError(len(pending), pending[0].Module+" "+pending[0].Name, run.DB.URL(), named)
	}
	return true, run.Apply(ctx, migrate.Target{})
}

// openPlain opens a database without asking whether it is migrated.
func openPlain(ctx context.Context, url string, drivers []database.Driver, create bool) (*database.DB, error) {
	db, err := database.Open(ctx, database.Config{URL: url, Drivers: drivers, Create: create})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; create it with: migrate", err)
	}
	return db, usageIfInvalid(err)
}

// usageIfInvalid marks a database URL that is wrong as an error in calling the
// program.
func usageIfInvalid(err error) error {
	if fault.KindOf(err) == fault.Invalid {
		return cli.ConfigError{Err: err}
	}
	return err
}

func pendingError(n int, first, url string, named bool) error {
	command := "migrate"
	if named {
		command += " --database " + url
	}
	if n == 1 {
		return fmt.Errorf("database %s: the migration %s is not applied; run: %s", url, first, command)
	}
	return fmt.Errorf("database %s: %d migrations are not applied, the first is %s; run: %s", url, n, first, command)
}

// openPlain opens the database that url names or, if that is "", the settings,
// without asking whether it is migrated.
func (p *program) openPlain(ctx context.Context, url string, create bool) (*database.DB, error) {
	if url == "" {
		set, err := readSettings(p.cfg.Modules, p.vars.options())
		if err != nil {
			return nil, err
		}
		url = set.DatabaseURL
	}
	return openPlain(ctx, url, p.cfg.Drivers, create)
}
