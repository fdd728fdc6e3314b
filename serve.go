package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/linelog"
	"github.com/volaweb/vola/migrate/migratecmd"
)

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
)

func (p *program) serveCommand() cli.Command {
	var f siteFlags
	var create, noDemo, noWork bool
	return cli.Command{
		Name: "serve", Help: "answer requests",
		Flags: func(flags *flag.FlagSet) {
			f.declare(flags)
			flags.StringVar(&f.addr, "addr", "", "`address` to listen on, instead of ADDR (127.0.0.1:8000); port 0 takes a free one")
			flags.BoolVar(&f.dev, "dev", false, "show causes on error pages, reread templates and static files")
			flags.BoolVar(&create, "create", false, "create and migrate the database when it has no tables")
			flags.BoolVar(&noDemo, "no-demo", false, "put no first content into a new database")
			flags.BoolVar(&noWork, "no-work", false, "leave jobs and other work in the background to another process, which runs the command work")
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
			s.listening(listener.Addr())
			if err := p.needKey(s, f, listener.Addr()); err != nil {
				return err
			}
			// The default database is created on the first start, one that
			// somebody named with --create only.
			return p.withDatabase(ctx, s, f, create || !p.named(f), func(ctx context.Context, fresh bool) error {
				if fresh && !noDemo {
					if err := s.Seed(ctx); err != nil {
						return err
					}
				}
				return p.serve(ctx, s, listener, noWork)
			})
		},
	}
}

// warn tells what is probably not as it was meant.
func (s *Site) warn(addr net.Addr) {
	for _, unknown := range s.doubtfulSettings() {
		s.opts.Log.Warn(unknown)
	}
	if isLoopback(addr) {
		return
	}
	if s.opts.Dev {
		s.opts.Log.Warn("with --dev everybody who reaches the address sees causes and sources, and at /_dev/mail/ all mails, also links to log in; listen on 127.0.0.1", "addr", addr.String())
	}
	switch {
	case s.set.BaseURL != "":
	case s.set.AllowedHosts == "":
		s.opts.Log.Warn("people on other machines reach the site by a name that it does not answer to, and get 421: set BASE_URL, such as https://example.org", "addr", addr.String())
	default:
		s.opts.Log.Warn("links that must be absolute are wrong for everybody else: set BASE_URL", "base_url", baseURLOf(addr))
	}
}

// serve answers requests until ctx is done, then finishes those that run, and the work beside them.
func (p *program) serve(ctx context.Context, s *Site, listener net.Listener, noWork bool) (err error) {
	// In development the line about a request is there when its answer is.
	if log, ok := s.opts.Log.Handler().(*linelog.Handler); ok && !s.opts.Dev {
		defer log.Hold()()
	}
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog:    slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return s.baseContext(ctx) },
	}
	server.RegisterOnShutdown(s.stopStreams)
	defer s.compressStatic(ctx)()
	fmt.Fprintf(p.stdout, "%s is at %s/ with the database %s\n", p.cfg.Name, baseURLOf(listener.Addr()), database.RedactURL(s.set.DatabaseURL))
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	worked, endWork := s.workBeside(ctx, noWork)
	defer func() { err = errors.Join(err, endWork()) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-worked:
	case <-ctx.Done():
	}
	s.mails.mustEnd = time.Now().Add(endTimeout - time.Second)
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
