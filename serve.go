package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
	"github.com/volaweb/vola/migrate/migratecmd"
)

// siteFlags are the flags of every command that uses the database.
type siteFlags struct {
	database string
	create   bool
	dev      bool
	noDemo   bool
	serve    bool // the command is serve
	addr     string
}

func (f *siteFlags) declare(flags *flag.FlagSet) {
	declareDatabase(flags, &f.database)
}

// declareDatabase declares the flag that names another database than the
// setting does.
func declareDatabase(flags *flag.FlagSet, url *string) {
	flags.StringVar(url, "database", "", "`URL` of the database, instead of DATABASE_URL")
}

// Timeouts of the server. middleware.Work extends those of reading and writing
// by what the setting REQUEST_TIMEOUT or the route says.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 120 * time.Second
	// drainTimeout is how long requests may go on after the signal to stop.
	drainTimeout = 20 * time.Second
	maxHeader    = 64 << 10 // bytes
	// maxURL leaves room for a search for 10,000 characters of any script, as a
	// browser escapes them.
	maxURL = 32 << 10 // bytes
)

func (p *program) serveCommand() cli.Command {
	var f siteFlags
	f.serve = true
	return cli.Command{
		Name: "serve", Help: "answer requests",
		Flags: func(flags *flag.FlagSet) {
			f.declare(flags)
			flags.StringVar(&f.addr, "addr", "", "`address` to listen on, instead of ADDR (127.0.0.1:8000); port 0 takes a free one")
			flags.BoolVar(&f.dev, "dev", false, "show causes on error pages, reread templates and static files")
			flags.BoolVar(&f.create, "create", false, "create and migrate the database when it has no tables")
			flags.BoolVar(&f.noDemo, "no-demo", false, "put no first content into a new database")
		},
		Run: func(ctx context.Context, args []string) error {
			s, err := p.assemble(f)
			if err != nil {
				return err
			}
			if err := migratecmd.Unmigrated(s.cfg.Modules, s.models, s.graph); err != nil {
				s.opts.Log.Warn(err.Error())
			}
			// The address is taken first: nothing is written for a site that
			// cannot be reached.
			listener, err := net.Listen("tcp", s.set.Addr)
			if err != nil {
				return listenError(s.set.Addr, err)
			}
			defer listener.Close()
			s.warn(listener.Addr())
			if s.host.Site.BaseURL == "" {
				s.host.Site.BaseURL = baseURLOf(listener.Addr())
			}
			return p.withDatabase(ctx, s, f, func(ctx context.Context) error { return p.serve(ctx, s, listener) })
		},
	}
}

// warn tells what is probably not as it was meant.
func (s *Site) warn(addr net.Addr) {
	for _, unknown := range s.unknownSettings() {
		s.opts.Log.Warn(unknown)
	}
	if isLoopback(addr) {
		return
	}
	if s.opts.Dev {
		s.opts.Log.Warn("with --dev everybody who reaches the address sees causes and sources; listen on 127.0.0.1", "addr", addr.String())
	}
	if s.set.BaseURL == "" {
		s.opts.Log.Warn("links that must be absolute are wrong for everybody else: set BASE_URL", "base_url", baseURLOf(addr))
	}
}

// withDatabase opens and prepares the site's database, starts its modules and
// runs fn.
func (p *program) withDatabase(ctx context.Context, s *Site, f siteFlags, fn func(context.Context) error) (err error) {
	defer s.Close()
	db, fresh, err := p.openDatabase(ctx, s, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.Open(ctx, db); err != nil {
		return err
	}
	if fresh && !f.noDemo {
		if err := s.Seed(ctx); err != nil {
			return err
		}
	}
	return fn(ctx)
}

// assemble makes the site with what the environment says.
func (p *program) assemble(f siteFlags) (*Site, error) {
	var level slog.LevelVar
	s, err := New(p.cfg, Options{
		Environ: p.environ, Dev: f.dev,
		Log: slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: &level})),
	})
	if err != nil {
		return nil, cli.ConfigError{Err: err}
	}
	level.Set(s.set.LogLevel)
	if f.database != "" {
		s.set.DatabaseURL = f.database
	}
	if f.addr != "" {
		s.set.Addr = f.addr
	}
	return s, nil
}

// openDatabase opens the site's database and makes sure that its migrations
// are applied. A database that has no tables at all is made and migrated on
// the first start: when serve runs with the default URL or with --create.
// fresh reports that this was done. In every other case a migration that is
// missing is an error.
func (p *program) openDatabase(ctx context.Context, s *Site, f siteFlags) (db *database.DB, fresh bool, err error) {
	_, named := p.environ["DATABASE_URL"]
	first := f.serve && (f.create || !named && f.database == "")
	db, err = database.Open(ctx, database.Config{
		URL: s.set.DatabaseURL, Drivers: p.cfg.Drivers, Create: first, Observer: s.set.LogSQL.observer(s.opts.Log),
	})
	if errors.Is(err, fs.ErrNotExist) && !first {
		other := ""
		if f.serve {
			other = ", or by the flag --create of serve"
		}
		return nil, false, fmt.Errorf("%w; create it with: migrate --database %s%s", err, database.RedactURL(s.set.DatabaseURL), other)
	}
	if err != nil {
		return nil, false, usageIfInvalid(err)
	}
	fresh, err = p.prepare(ctx, s.Runner(db), s.opts.Log, first, named || f.database != "")
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
func (p *program) prepare(ctx context.Context, run *migrate.Runner, log *slog.Logger, first, named bool) (fresh bool, err error) {
	told := *run
	told.Log = func(format string, args ...any) { log.Warn(fmt.Sprintf(format, args...)) }
	pending, err := told.Pending(ctx)
	if err != nil || len(pending) == 0 {
		return false, err
	}
	if first {
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

// usageIfInvalid marks a database URL that is wrong as a mistake in calling the
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

// serve answers requests until ctx is done, then finishes those that run.
func (p *program) serve(ctx context.Context, s *Site, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog:    slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	server.RegisterOnShutdown(s.stopStreams)
	fmt.Fprintf(p.stdout, "%s is at %s/ with the database %s\n", p.cfg.Name, baseURLOf(listener.Addr()), database.RedactURL(s.set.DatabaseURL))
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		server.Close()
		return fmt.Errorf("stop: some requests were still running after %v and were cut off", drainTimeout)
	}
	return nil
}

// listenError says in one sentence why the address cannot be used.
func listenError(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("the address %s is in use by another program; stop it, or choose another with --addr", addr)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("the address %s may not be used by this user; choose a port from 1024 with --addr", addr)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return cli.ConfigError{Err: fmt.Errorf("cannot listen on %s: %s; write --addr HOST:PORT", addr, strings.TrimPrefix(err.Error(), "listen tcp: "))}
}
