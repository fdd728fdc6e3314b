package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate/migratecmd"
)

// checkCommand finds the errors that can be found without a database, and,
// when asked, where a database is not as the models say.
func (p *program) checkCommand() cli.Command {
	var url string
	var notes bool
	var deploy deployFlags
	return cli.Command{
		Name: "check", Help: "look for errors in models, migrations, routes, templates and settings",
		Flags: func(flags *flag.FlagSet) {
			flags.BoolVar(&notes, "notes", false, "print notes too, which are not errors: of migrations, and what in templates cannot be checked")
			deploy.declare(flags)
			flags.StringVar(&url, "database", "", "compare the tables of the database at `URL` with the models too; with --deploy: look at it instead of that of DATABASE_URL")
		},
		Run: func(ctx context.Context, args []string) error {
			if err := deploy.check(); err != nil {
				return err
			}
			var f siteFlags
			if deploy.on {
				f.database = url
			}
			s, err := p.assemble(f)
			if err != nil {
				return failed{err}
			}
			if deploy.on {
				return p.checkDeploy(ctx, s, deploy)
			}
			for _, unknown := range s.doubtfulSettings() {
				fmt.Fprintf(p.stdout, "warning: %s\n", unknown)
			}
			if s.set.SecretKey == "" && p.named(f) {
				fmt.Fprintln(p.stdout, "warning: serve does not start without --dev, as SECRET_KEY is not set; make one with: openssl rand -hex 32")
			}
			if err := s.needBaseURL(); err != nil {
				fmt.Fprintf(p.stdout, "warning: serve does not start without --dev: %v\n", err)
			}
			if notes {
				migratecmd.Lint(p.stdout, s.graph)
				for _, unknown := range s.pages.set.Unchecked() {
					fmt.Fprintf(p.stdout, "note: %s\n", unknown)
				}
			}
			errs := []error{migratecmd.Unmigrated(s.cfg.Modules, s.models, s.graph), s.checkAddr(), s.checkDatabaseURL()}
			if url != "" {
				errs = append(errs, p.drift(ctx, s, url))
			}
			if err := errors.Join(errs...); err != nil {
				return failed{err}
			}
			fmt.Fprintf(p.stdout, "no errors in %s, %s, %s\n",
				count(len(p.cfg.Modules), "module"), count(len(s.Routes()), "route"), count(len(s.pages.cfg.Pages), "page"))
			return nil
		},
	}
}

// checkAddr returns why nothing can listen on the setting ADDR. That the port
// is in use is no error: by the site itself, perhaps.
func (s *Site) checkAddr() error {
	host, port, err := net.SplitHostPort(s.set.Addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("setting ADDR: %w", listenError(s.set.Addr, err))
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return fmt.Errorf("setting ADDR: %w", listenError(s.set.Addr, err))
	}
	return listener.Close()
}

// checkDatabaseURL returns why no database can be opened with the setting
// DATABASE_URL.
func (s *Site) checkDatabaseURL() error {
	if err := database.CheckURL(s.set.DatabaseURL, s.cfg.Drivers); err != nil {
		return fmt.Errorf("setting DATABASE_URL: %w", err)
	}
	return nil
}

// count writes a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// failed hides that an error is one of configuration: check did its work.
type failed struct{ err error }

func (f failed) Error() string { return f.err.Error() }

// drift compares the tables of a database with the models.
func (p *program) drift(ctx context.Context, s *Site, url string) error {
	db, err := p.openPlain(ctx, url, false)
	if err != nil {
		return err
	}
	defer db.Close()
	return migratecmd.Drift(ctx, db, s.models)
}
