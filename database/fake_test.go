package database_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
)

// fake is a driver that writes down what it is asked for and fails where a test
// says so. It shows what package database does at the seam.
type fake struct {
	mu  sync.Mutex
	log []string
	// fail returns the error of what is asked for: a statement, "begin", "commit"
	// or "rollback". Nil is for none.
	fail func(what string) error
	// rows are how many a query returns, ends the error after them.
	rows int
	ends error
	// cfg and opts are those of the last Open and Begin.
	cfg  database.Config
	opts database.TxOptions
}

func (f *fake) do(ctx context.Context, what string) error {
	if err := ctx.Err(); err != nil {
		what += " with a context that is done"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, what)
	if f.fail == nil || what == "open" {
		return nil
	}
	return f.fail(what)
}

// did returns what was asked for since the last call.
func (f *fake) did() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := strings.Join(f.log, "; ")
	f.log = nil
	return out
}

// failing makes these fail, with an error of their name.
func (f *fake) failing(what ...string) {
	f.fail = func(asked string) error {
		if slices.Contains(what, asked) {
			return errors.New(asked + " failed")
		}
		return nil
	}
}

func (f *fake) Schemes() []string         { return []string{"fake"} }
func (f *fake) Dialect() database.Dialect { return nil }

func (f *fake) Open(ctx context.Context, cfg database.Config) (database.Backend, error) {
	f.cfg = cfg
	return fakeBackend{f}, f.do(ctx, "open")
}

type fakeBackend struct{ *fake }

func (b fakeBackend) Begin(ctx context.Context, opts database.TxOptions) (database.BackendTx, error) {
	b.opts = opts
	return fakeTx(b), b.do(ctx, "begin")
}

func (b fakeBackend) Raw() any     { return nil }
func (b fakeBackend) Close() error { return b.do(context.Background(), "close") }

func (b fakeBackend) Query(ctx context.Context, query string, args []any) (database.Rows, error) {
	if err := b.do(ctx, query); err != nil {
		return nil, err
	}
	return &fakeRows{left: b.rows, ends: b.ends}, nil
}

func (b fakeBackend) Exec(ctx context.Context, query string, args []any) (database.Result, error) {
	return database.Result{RowsAffected: int64(len(args))}, b.do(ctx, query)
}

type fakeTx struct{ *fake }

func (t fakeTx) Commit(ctx context.Context) error   { return t.do(ctx, "commit") }
func (t fakeTx) Rollback(ctx context.Context) error { return t.do(ctx, "rollback") }
func (t fakeTx) Raw() any                           { return nil }

func (t fakeTx) Query(ctx context.Context, query string, args []any) (database.Rows, error) {
	return fakeBackend(t).Query(ctx, query, args)
}

func (t fakeTx) Exec(ctx context.Context, query string, args []any) (database.Result, error) {
	return fakeBackend(t).Exec(ctx, query, args)
}

// fakeRows have a number of rows, and no columns.
type fakeRows struct {
	left int
	ends error
}

func (r *fakeRows) Next() bool {
	r.left--
	return r.left >= 0
}

func (r *fakeRows) Scan(dest ...any) error {
	if len(dest) > 0 {
		return errors.New("there are no columns")
	}
	return nil
}

func (r *fakeRows) Columns() ([]string, error) { return nil, nil }
func (r *fakeRows) Err() error                 { return r.ends }
func (r *fakeRows) Close() error               { return r.ends }

// open returns a database of the fake driver.
func (f *fake) open(t *testing.T) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: "fake:x", Drivers: []database.Driver{f}})
	if err != nil {
		t.Fatal(err)
	}
	f.did()
	return db
}
