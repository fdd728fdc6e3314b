// Package module is the contract between a site and the parts it is made of.
//
// A [Module] is an installable part: a blog, a forum, log-in. It has a name;
// everything else it may bring (models, routes, templates, commands) it
// brings by having a method of one of the small interfaces of this package.
// What a module needs at run time it gets as a [Host] when it is started.
// Modules are values that the site lists; nothing is registered behind its
// back, and two sites in one process may have the same kinds of modules.
package module

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// Module is a part of a site.
type Module interface {
	// Name is a word of lower-case letters, digits and underscores that no
	// other module of the site has: it begins the names of the module's tables
	// and routes ("blog_post", "blog:index") and is its folder of templates.
	Name() string
}

// Starter is a module that needs a [Host]. Start is called once, before the
// first request and before the module's commands, with an open database whose
// migrations are applied. Work that goes on until the site stops runs in
// goroutines that end when ctx is done.
type Starter interface {
	Start(ctx context.Context, h *Host) error
}

// Preparer is a module that works with what other modules of the site declare, such as jobs. Prepare is
// called once, when the site is assembled and before the database is opened: h.DB is nil, and h.Modules
// has all modules. The error says what is wrong with their declarations.
type Preparer interface {
	Prepare(h *Host) error
}

// Worker is a module with work that goes on beside requests. It is begun by the commands serve and work,
// and not by others, nor by tests.
type Worker interface {
	// Work works until ctx is done. Then it ends what it has begun, within 20 seconds, and returns. It
	// is called once, after Start of all modules. An error ends the program.
	Work(ctx context.Context) error
}

// Seeder is a module with content to begin with. Seed is called after Start,
// only when the database was made just now, and not when the person who starts
// the site says --no-demo. It must not add to a table that has rows.
type Seeder interface {
	Seed(ctx context.Context, h *Host) error
}

// HasModels is a module that stores something.
type HasModels interface {
	Models() []orm.Declaration
}

// HasMigrations is a module whose tables are made by migrations: the All
// function of its package migrations, which "makemigrations" writes.
type HasMigrations interface {
	Migrations() []migrate.Migration
}

// HasRoutes is a module that answers requests. Its routes stand below the
// prefix "/name/", or the one given to [At], and their names after "name:".
type HasRoutes interface {
	Routes(r *web.Router)
}

// HasPages is a module that renders templates: all its pages, so that they can
// be checked before the site starts.
type HasPages interface {
	Pages() []templates.Checked
}

// HasForms is a module with forms: all of them, so that their declarations can be checked
// before the site starts.
type HasForms interface {
	Forms() []forms.Checked
}

// HasTemplates is a module that brings template files. Their names should
// begin with the module's own, as in blog/post.html. The project's own files
// go before them. An embed.FS may be returned as it is: if there is a folder
// "templates" at its root, the files are those in it.
type HasTemplates interface {
	Templates() fs.FS
}

// HasLoaders is a module with template files that are not known when the
// program is built, such as a theme in a zip archive or rows of the database.
// They go before the project's own files, in the order of the modules.
//
// h.DB is nil when the files are read first: the site checks its templates
// before it opens the database. A loader that is a [templates.Versioned] is
// asked before each page whether its files have changed.
type HasLoaders interface {
	Loaders(h *Host) []templates.Loader
}

// HasMessages is a module that brings translations of its texts: a file for each
// language, such as de.po (see package i18n). The project's own go before them. An
// embed.FS may be returned as it is: if there is a folder "messages" at its root, the
// files are those in it.
type HasMessages interface {
	Messages() fs.FS
}

// HasFuncs is a module that brings functions for all templates. They must be safe for
// concurrent use, and one that depends on the request takes its context first (see
// [templates.Config]).
type HasFuncs interface {
	Funcs() map[string]any
}

// HasStatic is a module that brings style sheets, pictures and the like,
// served below /static/. Names should begin with the module's own. The
// project's own files go before them. An embed.FS may be returned as it is: if
// there is a folder "static" at its root, the files are those in it.
type HasStatic interface {
	Static() fs.FS
}

// HasMiddleware is a module that wraps every request of the site: the first is outermost. It
// stands inside the site's own, so that the request has its session, its language and its
// deadline, and outside the Middleware of the program. It is called before Start.
type HasMiddleware interface {
	Middleware() []web.Middleware
}

// HasSessions is a module that keeps the sessions of the site, such as auth; one module of a
// site may be. It is called once, with an open database.
type HasSessions interface {
	SessionStore(h *Host) sessions.Store
}

// Permission is something that users may be allowed to do.
type Permission struct {
	// Name begins with the module's, as in "shop.change_product".
	Name string
	// Help says in a few words what it allows.
	Help string
}

// Internal is a model whose rows only the program uses, such as sessions: a site has no
// permissions to view, add, change and delete them.
type Internal interface {
	// Internal does nothing.
	Internal()
}

// HasPermissions is a module with permissions beside those to view, add, change and delete
// its models but for the [Internal] ones, which a site has without it.
type HasPermissions interface {
	// Permissions returns them by their names without that of the module: "refund_order".
	Permissions() []Permission
}

// HasSettings is a module that can be configured from the environment.
// Settings returns a pointer to a struct, whose fields say by the tags of
// github.com/caarlos0/env which variable they are read from, after the
// module's name: in the module blog, the field tagged `env:"TITLE"` is read
// from BLOG_TITLE. It is filled before Start. A field tagged `secret:"true"`
// is never printed.
type HasSettings interface {
	Settings() any
}

// HasCommands is a module with commands of its own for the command line.
type HasCommands interface {
	Commands() []Command
}

// HasChecks is a module that can find its own errors.
type HasChecks interface {
	// Checks returns what is wrong; it is called before Start, without a
	// database.
	Checks() []error
}

// HasDerived is a module with tables that its migrations make with SQL of their
// own, and whose rows follow from others: an index for searching, say. The
// command copy-data does not copy them, but has them filled in the new database.
type HasDerived interface {
	Derived() []Derived
}

// Derived is tables whose rows follow from others.
type Derived struct {
	Tables []string
	// Fill empties the tables and fills them again. It is called without Start,
	// on any database that the site can use.
	Fill func(ctx context.Context, tx *database.Tx) error
}

// Command is one command of the program. Commands are values: Flags and Run
// usually share variables of the function that returns the Command.
type Command struct {
	Name string // one word; "blog import" is the command import of the module blog
	// Args are the arguments as the usage line shows them: "DIR", "[FILE...]",
	// "MODULE [NAME]". Words in brackets may be left out, one with dots may be
	// repeated; another number of arguments is an error before Run.
	Args string
	Help string // one line, without a full stop
	// Flags declares the command's flags. Nil means none.
	Flags func(*flag.FlagSet)
	// Run runs the command. The error is printed and makes the exit status 1;
	// a [UsageError] makes it 2.
	Run func(ctx context.Context, env Env, args []string) error
}

// Env is what a command has beside its arguments.
type Env struct {
	Host   *Host
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// UsageError is the error of a command that was called in the wrong way.
type UsageError struct{ Message string }

// Error returns the message.
func (e *UsageError) Error() string { return e.Message }

// Usagef returns a [UsageError] with a message as in [fmt.Sprintf].
func Usagef(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

// At returns m with its routes below prefix, which begins and ends with a
// slash, instead of "/name/".
func At(prefix string, m Module) Module { return &mounted{m, prefix} }

type mounted struct {
	Module
	prefix string
}

// Prefix returns the prefix of the module's routes.
func Prefix(m Module) string {
	if at, ok := m.(*mounted); ok {
		return at.prefix
	}
	return "/" + m.Name() + "/"
}

// As returns the module as one of the interfaces of this package, without what
// [At] wraps it in.
func As[T any](m Module) (T, bool) {
	if at, ok := m.(*mounted); ok {
		return As[T](at.Module)
	}
	t, ok := m.(T)
	return t, ok
}

// CheckNames reports modules whose name is not one, or another's.
func CheckNames(modules []Module) []error {
	var errs []error
	seen := map[string]bool{}
	for _, m := range modules {
		name := m.Name()
		switch {
		case !isName(name):
			errs = append(errs, fmt.Errorf("module %T is called %q; a name is a lower-case letter, then letters, digits and underscores", unwrap(m), name))
		case seen[name]:
			errs = append(errs, fmt.Errorf("two modules are called %q; give one another name", name))
		}
		seen[name] = true
		if p := Prefix(m); !strings.HasPrefix(p, "/") || !strings.HasSuffix(p, "/") {
			errs = append(errs, fmt.Errorf("module %s is mounted at %q; a prefix begins and ends with a slash", name, p))
		}
	}
	return errs
}

func unwrap(m Module) Module {
	if at, ok := m.(*mounted); ok {
		return unwrap(at.Module)
	}
	return m
}

func isName(s string) bool {
	for i, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '_') {
			continue
		}
		return false
	}
	return s != "" && len(s) <= 30
}
