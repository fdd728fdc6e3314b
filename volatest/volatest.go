// Package volatest runs a whole site inside a test: its real modules, routes
// and templates over a fresh, migrated database, without a socket.
//
//	c := volatest.New(t, site())
//	c.Get("/blog/").WantStatus(200).WantCount("article", 10)
//	c.WantStatements(4)
//
// [Make] stores rows for it, of which the test says only what matters. Requests,
// forms and checks of pages are those of package web/webtest.
package volatest

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/web/webtest"
)

// Client drives one site. Its requests may only be made by one goroutine; DB
// may be used by several.
type Client struct {
	*webtest.Client
	// Site is the site as it was assembled and started.
	Site *vola.Site
	// DB is the site's database, for what the test puts there and looks for.
	DB *database.DB

	t          testing.TB
	modules    []module.Module
	outbox     *mail.Outbox // nil where the test set MAIL_URL
	seen       string       // the ID of the last mail of the test before, see For
	statements databasetest.Statements
}

// Options change what New does. The zero value is what most tests want.
type Options struct {
	// DB is the database to use; it is migrated. Defaults to a new SQLite
	// database of the test's own.
	DB *database.DB
	// Seed lets the modules put their first content into the database.
	// Defaults to false: it stays empty.
	Seed bool
	// Dev starts the site as for development.
	Dev bool
	// Environ are the site's settings. Without SECRET_KEY there is one that is the same
	// for all tests, without STORAGE_URL files are kept in memory, and without MAIL_URL
	// mails are (see [Client.Mails]).
	// Without ALLOWED_HOSTS the site answers to every host, and without BASE_URL it is at
	// http://example.test.
	Environ map[string]string
	// Now is the site's clock. Defaults to time.Now.
	Now func() time.Time
	// Log receives the site's messages. Defaults to the test's own log.
	Log io.Writer
}

// New starts the site on an empty SQLite database with all migrations applied.
// An error in any part of it ends the test. The site is stopped when the test
// ends.
//
// Where cfg has neither Dir nor Templates nor Static, as in the test of a single
// module, the site has the templates and static files of the project: those in
// the nearest folder above that of the test, within the Go module, that also
// has a package main.
func New(t testing.TB, cfg vola.Config) *Client {
	t.Helper()
	return Start(t, cfg, Options{})
}

// Start is New with options.
func Start(t testing.TB, cfg vola.Config, opts Options) *Client {
	t.Helper()
	ctx := context.Background()
	if opts.Log == nil {
		opts.Log = t.Output()
	}
	if opts.DB == nil {
		opts.DB = databasetest.SQLite(t)
	}
	cfg = inProject(cfg)
	cfg.Drivers = databasetest.Drivers()
	environ := map[string]string{"SECRET_KEY": "the key of all sites in tests: it is not secret", "ALLOWED_HOSTS": "*", "BASE_URL": baseURL}
	maps.Copy(environ, opts.Environ)
	var files storage.Storage
	if environ["STORAGE_URL"] == "" {
		memory := storage.NewMemory()
		if opts.Now != nil {
			memory.Now = opts.Now
		}
		files = memory
	}
	var outbox *mail.Outbox
	var mailer mail.Sender
	if environ["MAIL_URL"] == "" {
		outbox = &mail.Outbox{Max: maxMails, Now: opts.Now}
		mailer = outbox
	}
	site, err := vola.New(cfg, vola.Options{
		Environ: environ, Storage: files, Mailer: mailer, Dev: opts.Dev, Now: opts.Now,
		Log: slog.New(slog.NewTextHandler(opts.Log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Runner(opts.DB).Apply(ctx, migrate.Target{}); err != nil {
		t.Fatal(err)
	}
	if err := site.Open(ctx, opts.DB); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	if opts.Seed {
		if err := site.Seed(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return (&Client{Site: site, DB: opts.DB, t: t, modules: cfg.Modules, outbox: outbox}).Another()
}

// Another returns a client of the same site with cookies of its own, as another browser has
// them. It may be used by another goroutine.
func (c *Client) Another() *Client { return c.with(c.t, c.seen) }

// For returns a client of the same site for another test, such as a subtest, or one that uses the
// site when the test before is over: with cookies of its own, and of the mails it has those that are
// sent from now on. The rows in the database are what they are.
func (c *Client) For(t testing.TB) *Client {
	t.Helper()
	seen := c.seen
	if c.outbox != nil {
		if err := c.Site.WaitMail(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all := c.outbox.Messages(); len(all) > 0 {
			seen = all[len(all)-1].ID
		}
	}
	return c.with(t, seen)
}

func (c *Client) with(t testing.TB, seen string) *Client {
	c = &Client{Client: webtest.New(t, c.Site), Site: c.Site, DB: c.DB, t: t, modules: c.modules, outbox: c.outbox, seen: seen}
	c.OnRequest(func(r *http.Request) *http.Request {
		c.statements.Reset()
		return r.WithContext(c.statements.Observe(r.Context()))
	})
	return c
}

// Each runs a test as two subtests with a site of their own: on SQLite, and on
// PostgreSQL as [databasetest.Each] says. site makes the configuration of each,
// with modules of its own: a module belongs to one site.
func Each(t *testing.T, site func() vola.Config, test func(t *testing.T, c *Client)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) { test(t, Start(t, site(), Options{DB: db})) })
}

// Command runs a command of one of the site's modules, with flags and arguments
// as on the command line, and returns what it printed and its error. The
// name is that of the command alone, or with its module before it, as in
// "shop stock". It ends the test if no module has such a command, or several
// have. For commands of every site, such as migrate, there is vola.Run.
func (c *Client) Command(name string, args ...string) (stdout string, err error) {
	c.t.Helper()
	return c.CommandIn("", name, args...)
}

// CommandIn is Command with a text on its standard input.
func (c *Client) CommandIn(stdin, name string, args ...string) (stdout string, err error) {
	c.t.Helper()
	var all []string
	var found []module.Command
	for _, m := range c.modules {
		if has, ok := module.As[module.HasCommands](m); ok {
			for _, command := range has.Commands() {
				full := m.Name() + " " + command.Name
				all = append(all, full)
				if name == command.Name || name == full {
					found = append(found, command)
				}
			}
		}
	}
	switch len(found) {
	case 0:
		c.t.Fatalf("no module of the site has a command %q; the commands of its modules are: %s "+
			"(commands of every site, such as migrate, are run by vola.Run)", name, cmp.Or(strings.Join(all, ", "), "none"))
	case 1:
	default:
		c.t.Fatalf("%d modules of the site have a command %q; put the name of the module before it: %s", len(found), name, strings.Join(all, ", "))
	}
	command := found[0]
	var out strings.Builder
	env := module.Env{Host: c.Site.Host(), Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: c.t.Output()}
	p := &cli.Program{Stdout: &out, Stderr: c.t.Output(), Commands: []cli.Command{{
		Name: command.Name, Args: command.Args, Flags: command.Flags,
		Run: func(ctx context.Context, args []string) error { return command.Run(ctx, env, args) },
	}}}
	err = p.Run(c.t.Context(), append([]string{command.Name}, args...))
	return out.String(), err
}

// Statements returns the SQL statements of the last request.
func (c *Client) Statements() []database.Statement { return c.statements.All() }

// WantStatements fails the test unless the last request ran exactly n SQL
// statements, and lists those it ran.
func (c *Client) WantStatements(n int) {
	c.t.Helper()
	c.statements.Want(c.t, n)
}
