// Package dbloader keeps templates in a database table, so that they can be
// edited while the site runs: in the admin, say. An edit is seen on the next
// request.
//
// The table, vola_template, belongs to the module that lists it among its
// models, and comes with its migrations:
//
//	func (s *Site) Models() []orm.Declaration {
//		return []orm.Declaration{dbloader.Model()}
//	}
//
// Templates from a database are programs: whoever can edit them can read all
// that the pages they are used on are given, and put scripts on those pages.
// They cannot run code on the server beyond the methods and functions that
// templates have.
package dbloader

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
)

// Template is a template file as a row.
type Template struct {
	ID      int64
	Name    string    `db:"size=200,unique"` // as templates name it: "blog/post.html"
	Body    string    `form:"textarea"`
	Version int64     // of the row; counted up by Put
	Changed time.Time `db:"auto_now"`
}

// table is the same in every program, as the loader does not know whose model
// it is.
const table = "vola_template"

// Model declares [Template], for the models of a module.
func Model() orm.Declaration { return orm.Model[Template](orm.Table(table)) }

// Loader is a [templates.Loader] of the rows of [Template] in a database. It
// tells a [templates.Set] when they have changed, and can list them. It may be
// used by several goroutines.
type Loader struct {
	db func() *database.DB
	// Timeout bounds how long the database is waited for. Defaults to 10
	// seconds.
	Timeout time.Duration
}

var (
	_ templates.Lister    = (*Loader)(nil)
	_ templates.Versioned = (*Loader)(nil)
)

// New returns a loader of the templates in a database, which must be used with
// [Model] among its models. db is called whenever the database is needed; as
// long as it returns nil, there are no templates. A module passes the database
// of its host, which is opened after the templates are read:
//
//	dbloader.New(func() *database.DB { return host.DB })
func New(db func() *database.DB) *Loader { return &Loader{db: db} }

// columns describes the fields that are asked for; it is not exported, as the
// generated descriptors of a model are.
var columns = orm.Describe[columnFields]()

type columnFields struct {
	Name    *orm.Text[*Template, string]
	Body    *orm.Text[*Template, string]
	Version *orm.Number[*Template, int64]
}

// bounded returns a context that ends with the timeout.
func (l *Loader) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := l.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	return context.WithTimeout(ctx, timeout)
}

// Load returns the template of that name.
func (l *Loader) Load(name string) (templates.Source, error) {
	ctx, cancel := l.bounded(context.Background())
	defer cancel()
	origin := name + " in the database"
	db := l.db()
	if db == nil {
		return templates.Source{}, fmt.Errorf("%s: %w", origin, fs.ErrNotExist)
	}
	row, err := orm.From[Template](db).Where(columns.Name.Eq(name)).First(ctx)
	switch {
	case errors.Is(err, orm.ErrNotFound):
		return templates.Source{}, fmt.Errorf("%s: %w", origin, fs.ErrNotExist)
	case err != nil:
		return templates.Source{}, err
	}
	return templates.Source{Name: name, Text: row.Body, Origin: origin}, nil
}

// Names returns the names of all templates in the database.
func (l *Loader) Names() ([]string, error) {
	ctx, cancel := l.bounded(context.Background())
	defer cancel()
	db := l.db()
	if db == nil {
		return nil, nil
	}
	return orm.Select[string](orm.From[Template](db).OrderBy(columns.Name.Asc()), columns.Name).All(ctx)
}

// Version returns a text that changes when a row is added, removed or edited.
// It reads no template, but asks the database once; ctx must not belong to a
// transaction on it.
func (l *Loader) Version(ctx context.Context) (string, error) {
	ctx, cancel := l.bounded(ctx)
	defer cancel()
	db := l.db()
	if db == nil {
		return "", nil
	}
	var rows, versions, newest, length int64
	var changed string
	query := `SELECT count(*), coalesce(sum(version), 0), coalesce(max(id), 0), coalesce(sum(length(body)), 0), coalesce(cast(max(changed) AS text), '') FROM ` + table
	if err := database.QueryRow(ctx, db, []any{&rows, &versions, &newest, &length, &changed}, query); err != nil {
		return "", fmt.Errorf("version of the templates in the database: %w", err)
	}
	return fmt.Sprint(rows, versions, newest, length, changed), nil
}

// Put writes a template, new or not. h is the database, or a transaction on it.
func Put(ctx context.Context, h database.Handle, name, body string) error {
	_, _, err := orm.UpdateOrCreate(ctx, h, orm.By(columns.Name.Set(name)),
		func(context.Context) (Template, error) { return Template{Name: name, Body: body, Version: 1}, nil },
		columns.Body.Set(body), columns.Version.Increment(1))
	if err != nil {
		return fmt.Errorf("store template %q: %w", name, err)
	}
	return nil
}
