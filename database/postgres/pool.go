package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/volaweb/vola/database"
)

// lease is a connection of the pool while it is in use.
type lease struct {
	*pgxpool.Conn
	gate *gate
}

// release gives the connection back, once.
func (l *lease) release() {
	if l.Conn != nil {
		_ = settle(l.Conn.Conn().PgConn()) // a connection that is lost is closed, and the pool drops it
		l.Conn.Release()
		l.Conn = nil
		l.gate.leave()
	}
}

// acquire takes a connection out of the pool. Where the server has no more
// connections for us it waits for one that the pool has.
func (b *backend) acquire(ctx context.Context) (*lease, error) {
	for {
		if err := b.gate.enter(ctx); err != nil {
			return nil, err
		}
		c, err := b.pool.Acquire(ctx)
		if err == nil {
			return &lease{c, b.gate}, nil
		}
		b.gate.leave()
		stat := b.pool.Stat()
		have := int(stat.AcquiredConns() + stat.IdleConns())
		if have == 0 || !noMore(err) {
			return nil, err
		}
		b.gate.shrink(have)
	}
}

// noMore reports whether a connection was refused because there are too many:
// by the server, or by the system, of files that this program may have open.
func noMore(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "53300" || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// idleCheck is after which time an idle connection is asked whether it works, and
// idleLook after which time it is looked at whether it has ended. Before that it
// is as good as one that is in use: to look is a system call for each statement.
const (
	idleCheck = time.Second
	idleLook  = time.Millisecond
)

// shouldPing reports whether to ask a connection whether it works before it is
// used: one that was idle for long, and one from which something came without
// being asked for, such as the end.
func shouldPing(_ context.Context, p pgxpool.ShouldPingParams) bool {
	return p.IdleDuration > idleCheck || p.IdleDuration > idleLook && hasInput(p.Conn.PgConn().Conn())
}

// mayRepeat reports whether a statement may be sent again after err: if it was
// never sent, if the server did not begin it, or if it reads and its connection
// was lost.
func mayRepeat(q string, err error) bool {
	return pgconn.SafeToRetry(err) || planChanged(err) || reads(q) && errors.Is(mapError(err), database.ErrConnection)
}

// reads reports whether a statement is a SELECT that calls nothing but functions
// which are known to change nothing: any other may write, and must not run
// twice. WITH may hold other statements.
func reads(q string) bool {
	q = strings.TrimLeft(q, " \t\r\n(")
	fields := strings.Fields(strings.ToLower(q))
	if len(fields) == 0 || fields[0] != "select" || slices.Contains(fields, "into") {
		return false
	}
	for i := range len(q) {
		if q[i] == '(' && !harmless(lastWord(q[:i])) {
			return false
		}
	}
	return true
}

// lastWord returns the name that s ends in, "" if it ends in something else. A
// quoted name is one with its quotes.
func lastWord(s string) string {
	s = strings.TrimRight(s, " \t\r\n")
	i := len(s)
	for i > 0 {
		c := s[i-1]
		if !(c == '_' || c == '"' || c == '.' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			break
		}
		i--
	}
	return s[i:]
}

// harmless reports whether a word before a parenthesis calls nothing that
// changes anything.
func harmless(word string) bool {
	switch strings.ToLower(word) {
	case "", "select", "from", "where", "and", "or", "not", "in", "any", "all", "exists", "as", "on", "by", "over", "filter", "values",
		"when", "then", "else", "union", "having", "lateral", "join", "materialized",
		"count", "sum", "min", "max", "avg", "coalesce", "nullif", "greatest", "least", "cast", "abs", "round", "trunc", "mod",
		"lower", "upper", "trim", "btrim", "length", "char_length", "substr", "substring", "strpos", "position", "left", "right", "concat", "starts_with",
		"extract", "date_part", "date_trunc", "timezone", "to_char", "row_number", "rank", "dense_rank", "unnest", "generate_series",
		"numeric", "varchar", "char", "decimal", "jsonb_typeof", "jsonb_extract_path", "jsonb_extract_path_text":
		return true
	}
	return false
}

// Query runs a statement on a connection of the pool, and again on another one
// if that was lost before it gave a row. As all may have been lost, it is run
// as often as the pool has connections, and once more.
func (b *backend) Query(ctx context.Context, q string, args []any) (database.Rows, error) {
	args = typedArgs(args)
	for tries := b.gate.max; ; tries-- {
		l, err := b.acquire(ctx)
		if err != nil {
			return nil, mapError(err) // no connection is available
		}
		r, err := begun(ctx, func() (pgx.Rows, error) { return l.Query(ctx, q, args...) })
		if err == nil {
			return &pooledRows{rows: r, lease: l}, nil
		}
		l.release()
		if tries <= 0 || ctx.Err() != nil || !mayRepeat(q, err) {
			return nil, mapError(err)
		}
	}
}

// Exec runs a statement on a connection of the pool, and again on another one
// if it was never sent, or not begun.
func (b *backend) Exec(ctx context.Context, q string, args []any) (database.Result, error) {
	tries := b.gate.max + 1
	run := func() (tag pgconn.CommandTag, err error) {
		tries--
		l, err := b.acquire(ctx)
		if err != nil {
			tries = 0
			return tag, err
		}
		defer l.release()
		tag, err = l.Exec(ctx, q, args...)
		return tag, stopError(ctx.Err, err)
	}
	args = typedArgs(args)
	tag, err := run()
	for tries > 0 && err != nil && (pgconn.SafeToRetry(err) || planChanged(err)) && ctx.Err() == nil {
		tag, err = run()
	}
	return database.Result{RowsAffected: tag.RowsAffected()}, mapError(err)
}

// begin starts a transaction. That it is started again on another connection, if
// the first was lost, changes nothing: there was no statement in it.
func (b *backend) begin(ctx context.Context, opts pgx.TxOptions) (*tx, error) {
	tries := b.gate.max + 1
	run := func() (*tx, error) {
		tries--
		l, err := b.acquire(ctx)
		if err != nil {
			tries = 0
			return nil, err
		}
		t, err := l.BeginTx(ctx, opts)
		if err != nil {
			l.release()
			return nil, stopError(ctx.Err, err)
		}
		return &tx{t, l}, nil
	}
	t, err := run()
	for tries > 0 && err != nil && errors.Is(mapError(err), database.ErrConnection) && ctx.Err() == nil {
		t, err = run()
	}
	return t, err
}

// pooledRows are rows whose connection goes back to the pool after the last.
type pooledRows struct {
	*rows
	lease *lease
}

func (r *pooledRows) Next() bool {
	more := r.rows.Next()
	if !more {
		r.lease.release()
	}
	return more
}

func (r *pooledRows) Close() error {
	err := r.rows.Close()
	r.lease.release()
	return err
}
