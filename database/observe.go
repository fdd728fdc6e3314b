package database

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Statement is one statement that ran, as told to observers.
type Statement struct {
	SQL  string
	Args []any // must not be changed or kept
	// Caller is the file:line outside Vola's data layer that asked for it.
	Caller   string
	Started  time.Time
	Duration time.Duration // until the last row was read
	Rows     int64         // read or affected
	Err      error
}

type observerKey struct{}

// Observe returns a context under which every statement, on any database, is
// told to fn after it ran, as well as to the observers that ctx already has.
// fn is called by the goroutine that ran the statement; statements of several
// goroutines may call it at once.
func Observe(ctx context.Context, fn func(context.Context, Statement)) context.Context {
	if outer, ok := ctx.Value(observerKey{}).(func(context.Context, Statement)); ok {
		inner := fn
		fn = func(ctx context.Context, s Statement) { outer(ctx, s); inner(ctx, s) }
	}
	return context.WithValue(ctx, observerKey{}, fn)
}

// observers returns who is to be told of a statement, or nil.
func observers(ctx context.Context, db *DB) func(context.Context, Statement) {
	fn, _ := ctx.Value(observerKey{}).(func(context.Context, Statement))
	switch {
	case fn == nil:
		return db.observer
	case db.observer == nil:
		return fn
	}
	return func(ctx context.Context, s Statement) { db.observer(ctx, s); fn(ctx, s) }
}

func observeExec(ctx context.Context, db *DB, c Conn, query string, args []any) (Result, error) {
	tell := observers(ctx, db)
	if tell == nil {
		return c.Exec(ctx, query, args)
	}
	s := Statement{SQL: query, Args: args, Caller: callerLine(), Started: time.Now()}
	res, err := c.Exec(ctx, query, args)
	s.Duration, s.Rows, s.Err = time.Since(s.Started), res.RowsAffected, err
	tell(ctx, s)
	return res, err
}

func observeQuery(ctx context.Context, db *DB, c Conn, query string, args []any) (Rows, error) {
	tell := observers(ctx, db)
	if tell == nil {
		return c.Query(ctx, query, args)
	}
	s := Statement{SQL: query, Args: args, Caller: callerLine(), Started: time.Now()}
	rows, err := c.Query(ctx, query, args)
	if err != nil {
		s.Duration, s.Err = time.Since(s.Started), err
		tell(ctx, s)
		return nil, err
	}
	return &observedRows{Rows: rows, done: func(n int64, err error) {
		s.Duration, s.Rows, s.Err = time.Since(s.Started), n, err
		tell(ctx, s)
	}}, nil
}

// observedRows counts the rows read and tells when it is closed.
type observedRows struct {
	Rows
	n    int64
	done func(int64, error)
}

func (r *observedRows) Next() bool {
	if !r.Rows.Next() {
		return false
	}
	r.n++
	return true
}

func (r *observedRows) Close() error {
	err := r.Rows.Close()
	if r.done != nil {
		r.done(r.n, err)
		r.done = nil
	}
	return err
}

// callerLine returns the file:line of the nearest caller outside the data layer.
func callerLine() string {
	var pcs [24]uintptr
	return lineOf(pcs[:runtime.Callers(3, pcs[:])])
}

func lineOf(pcs []uintptr) string {
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if !inDataLayer(f.Function) {
			return f.File + ":" + strconv.Itoa(f.Line)
		}
		if !more {
			return ""
		}
	}
}

// inDataLayer tells the frames of this package and of the packages built
// directly on it from those of their users, tests included.
func inDataLayer(function string) bool {
	const module = "github.com/volaweb/vola/"
	rest, ok := strings.CutPrefix(function, module)
	if !ok {
		return function == "" || strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "iter.")
	}
	pkg, _, _ := strings.Cut(rest, ".")
	switch pkg {
	case "database", "orm", "migrate", "module", "database/sqlite", "database/postgres", "database/internal/ddl":
		return true
	}
	return false
}
