package database

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/volaweb/vola/fault"
)

// Config says which database to open and how.
type Config struct {
	// URL names the database: "sqlite:site.db" (a file, relative to the
	// working directory, or absolute: "sqlite:/srv/site.db") or
	// "postgres://user:password@host:5432/name?sslmode=...". The parameters are
	// those of the drivers.
	URL string
	// Drivers are the kinds of databases that can be opened.
	Drivers []Driver
	// Create makes the SQLite file when it does not exist. PostgreSQL
	// databases are never created. Defaults to false: a wrong path is an error.
	Create bool
	// MaxConns is the most connections held at a time; on SQLite the most
	// readers, beside one writer. Defaults to 8.
	MaxConns int
	// Observer, when set, is told of every statement after it ran. It is
	// called by the goroutine that ran the statement and must not use the
	// database.
	Observer func(context.Context, Statement)
}

// DB is a handle on one database and its pool of connections. It is safe for
// concurrent use. The zero value is not usable; [Open] makes one.
type DB struct {
	backend  Backend
	dialect  Dialect
	url      string
	observer func(context.Context, Statement)
	attached attachments
	open     openTxs
}

// attachments is a sync.Map. Every package that mentions a struct with one in it
// compiles the map's methods, and the interface spares it that.
type attachments interface {
	Load(key any) (any, bool)
	LoadOrStore(key, value any) (any, bool)
}

// Handle is what statements run on: a *[DB] or a *[Tx]. No other type
// implements it.
type Handle interface {
	// Query runs a statement that returns rows, which the caller must close.
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	// Exec runs a statement that returns no rows.
	Exec(ctx context.Context, query string, args ...any) (Result, error)
	// InTx runs fn in a transaction; on a Tx, in a savepoint of it.
	InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error
	root() *DB
}

// Open opens a database and checks that it answers. The caller must close it.
// Errors name the database without its password; that of a database that is
// not there is of kind [fault.NotFound].
func Open(ctx context.Context, cfg Config) (*DB, error) {
	d, err := driverOf(cfg.URL, cfg.Drivers)
	if err != nil {
		return nil, err
	}
	if cfg.MaxConns <= 0 {
		cfg.MaxConns = 8
	}
	b, err := d.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &DB{backend: b, dialect: d.Dialect(), url: RedactURL(cfg.URL), observer: cfg.Observer, attached: new(sync.Map)}, nil
}

// CheckURL returns the error with which [Open] would refuse the URL before it
// looks for the database. It opens nothing.
func CheckURL(raw string, drivers []Driver) error {
	d, err := driverOf(raw, drivers)
	if err != nil {
		return err
	}
	if c, ok := d.(URLChecker); ok {
		return c.CheckURL(raw)
	}
	return nil
}

// driverOf returns the driver for the URL's scheme.
func driverOf(raw string, drivers []Driver) (Driver, error) {
	scheme, _, ok := strings.Cut(raw, ":")
	if !ok || scheme == "" {
		return nil, fault.Newf(fault.Invalid, "database URL %q has no scheme; write %s", RedactURL(raw), wanted(drivers))
	}
	for _, d := range drivers {
		if slices.Contains(d.Schemes(), scheme) {
			return d, nil
		}
	}
	if driver := ours(scheme); driver != "" {
		return nil, fault.Newf(fault.Invalid, "no driver for database URL %q; add %s.Driver of github.com/volaweb/vola/database/%[2]s to the program's Drivers",
			RedactURL(raw), driver)
	}
	return nil, fault.Newf(fault.Invalid, "no driver for database URL %q; write %s", RedactURL(raw), wanted(drivers))
}

// ours returns the package of Vola that has the driver for the scheme, or "".
func ours(scheme string) string {
	switch scheme {
	case "postgres", "postgresql":
		return "postgres"
	case "sqlite":
		return "sqlite"
	}
	return ""
}

func wanted(drivers []Driver) string {
	var forms []string
	for _, d := range drivers {
		switch s := d.Schemes()[0]; s {
		case "sqlite":
			forms = append(forms, "sqlite:FILE")
		default:
			forms = append(forms, s+"://...")
		}
	}
	if len(forms) == 0 {
		return "one whose driver is in Config.Drivers, which is empty"
	}
	return strings.Join(forms, " or ")
}

// RedactURL returns the database URL without its password, fit for a log. Of one
// that is written so that a password may be anywhere in it, only the scheme.
func RedactURL(raw string) string {
	u, err := url.Parse(raw)
	if err == nil && u.RawQuery != "" {
		params := strings.Split(u.RawQuery, "&")
		for i, p := range params {
			params[i] = redactParam(p)
		}
		u.RawQuery = strings.Join(params, "&")
	}
	if err == nil && (u.Scheme == "sqlite" || !mayHide(u)) {
		return u.Redacted()
	}
	if scheme, _, ok := strings.Cut(raw, ":"); ok && !strings.ContainsFunc(scheme, notInScheme) {
		return scheme + ":..."
	}
	return "..."
}

// redactParam returns a parameter of a URL without its value if that is a
// password, or perhaps the end of one in which a sign was not encoded.
func redactParam(p string) string {
	key, _, ok := strings.Cut(p, "=")
	name, _ := url.QueryUnescape(key)
	secret := strings.Contains(strings.ToLower(name), "password")
	switch {
	case strings.Contains(key, "@") || !secret && strings.Contains(p, "@"):
		return p // mayHide sees that
	case !ok:
		return "xxxxx"
	case secret || strings.Contains(strings.ToLower(p), "password"):
		return key + "=xxxxx"
	}
	return p
}

// mayHide reports whether a URL may have a password where it does not belong: it
// was meant for the authority, with a sign that ends that and was not encoded, or
// it is libpq's list of keywords.
func mayHide(u *url.URL) bool {
	return u.Fragment != "" || strings.Contains(u.Opaque+u.EscapedPath()+u.RawQuery, "@") || u.Scheme == "" && strings.Contains(u.Path, "=")
}

func notInScheme(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-.", r))
}

// URL returns the URL that the database was opened with, without a password.
func (db *DB) URL() string { return db.url }

// Dialect returns the database's dialect.
func (db *DB) Dialect() Dialect { return db.dialect }

// Backend returns what the driver made; for packages that add to the database.
func (db *DB) Backend() Backend { return db.backend }

// Ping returns an error when the database does not answer, or when its file is
// not the one that was opened. It uses a connection of its own, so that it says
// nothing about how busy the others are. Observers are not told.
func (db *DB) Ping(ctx context.Context) error {
	if p, ok := db.backend.(Pinger); ok {
		return p.Ping(ctx)
	}
	rows, err := db.backend.Query(ctx, "SELECT 1", nil)
	if err != nil {
		return err
	}
	return rows.Close()
}

// Close closes all connections. Statements after that fail.
func (db *DB) Close() error { return db.backend.Close() }

func (db *DB) root() *DB { return db }

// Query runs a statement that returns rows, which the caller must close.
func (db *DB) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	if err := db.outside(ctx); err != nil {
		return nil, err
	}
	rows, err := observeQuery(ctx, db, db.backend, query, args)
	return rows, db.open.heldBy(err)
}

// Exec runs a statement that returns no rows.
func (db *DB) Exec(ctx context.Context, query string, args ...any) (Result, error) {
	if err := db.outside(ctx); err != nil {
		return Result{}, err
	}
	res, err := observeExec(ctx, db, db.backend, query, args)
	return res, db.open.heldBy(err)
}

// Root returns the database that h runs on.
func Root(h Handle) *DB { return h.root() }

// Attached returns what is kept beside the database under key, made by make on
// the first call. Packages that need something for each database (the ORM its
// plans) keep it here instead of in a variable of their own; key is a value of
// an unexported type. With a nil make it only looks, and returns nil where there
// is nothing. It is safe for concurrent use; make may run twice, one
// result is kept.
func (db *DB) Attached(key any, make func() any) any {
	if v, ok := db.attached.Load(key); ok || make == nil {
		return v
	}
	v, _ := db.attached.LoadOrStore(key, make())
	return v
}

// QueryRow runs a query and scans its first row into dest. The error is
// [ErrNoRows] when there is none; further rows are dropped.
func QueryRow(ctx context.Context, h Handle, dest []any, query string, args ...any) (err error) {
	rows, err := h.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { // what ended the rows early is told once
		if err2 := rows.Close(); err == nil || err == ErrNoRows && err2 != nil {
			err = err2
		}
	}()
	if !rows.Next() {
		return ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return fmt.Errorf("scan row: %w", err)
	}
	return nil
}
