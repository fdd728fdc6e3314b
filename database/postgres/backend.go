package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/volaweb/vola/database"
)

type backend struct {
	pool *pgxpool.Pool
	gate *gate
	ping pinger
}

func newBackend(pool *pgxpool.Pool) *backend {
	return &backend{pool: pool, gate: newGate(int(pool.Config().MaxConns)), ping: pinger{busy: make(chan struct{}, 1)}}
}

// Shell returns psql with the connection as the environment describes it.
func (b *backend) Shell() (name string, args, environ []string) {
	c := b.pool.Config().ConnConfig
	return "psql", nil, []string{
		"PGHOST=" + c.Host, "PGPORT=" + strconv.Itoa(int(c.Port)), "PGDATABASE=" + c.Database,
		"PGUSER=" + c.User, "PGPASSWORD=" + c.Password,
	}
}

func (b *backend) Begin(ctx context.Context, opts database.TxOptions) (database.BackendTx, error) {
	var po pgx.TxOptions
	if opts.ReadOnly {
		po.AccessMode = pgx.ReadOnly
	}
	switch opts.Isolation {
	case sql.LevelDefault:
	case sql.LevelReadUncommitted, sql.LevelReadCommitted:
		po.IsoLevel = pgx.ReadCommitted
	case sql.LevelRepeatableRead, sql.LevelSnapshot:
		po.IsoLevel = pgx.RepeatableRead
	case sql.LevelSerializable:
		po.IsoLevel = pgx.Serializable
	default:
		return nil, fmt.Errorf("postgres has no isolation level %v", opts.Isolation)
	}
	t, err := b.begin(ctx, po)
	if err != nil {
		return nil, mapError(err)
	}
	return t, nil
}

// Raw returns the *pgxpool.Pool.
func (b *backend) Raw() any { return b.pool }

func (b *backend) Close() error {
	b.ping.close()
	b.pool.Close()
	return nil
}

type tx struct {
	tx    pgx.Tx
	lease *lease
}

func (t *tx) Query(ctx context.Context, q string, args []any) (database.Rows, error) {
	if err := settle(t.tx.Conn().PgConn()); err != nil {
		return nil, mapError(err)
	}
	r, err := begun(ctx, func() (pgx.Rows, error) { return t.tx.Query(ctx, q, typedArgs(args)...) })
	if err != nil {
		return nil, t.mapError(err)
	}
	return r, nil
}

func (t *tx) Exec(ctx context.Context, q string, args []any) (database.Result, error) {
	if err := settle(t.tx.Conn().PgConn()); err != nil {
		return database.Result{}, mapError(err)
	}
	tag, err := t.tx.Exec(ctx, q, typedArgs(args)...)
	return database.Result{RowsAffected: tag.RowsAffected()}, t.mapError(stopError(ctx.Err, err))
}

func (t *tx) Commit(ctx context.Context) error {
	defer t.lease.release()
	err := settle(t.tx.Conn().PgConn())
	if err == nil {
		err = stopError(ctx.Err, t.tx.Commit(ctx))
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return fmt.Errorf("the database undid the transaction, because a statement in it that was not run by its Tx had failed: %w", err)
	}
	return mapError(err)
}

func (t *tx) Rollback(ctx context.Context) error {
	defer t.lease.release()
	err := settle(t.tx.Conn().PgConn())
	if err == nil {
		err = stopError(ctx.Err, t.tx.Rollback(ctx))
	}
	return t.mapError(err)
}

// mapError gives an error of the transaction its kind: if its connection is
// closed, whatever the driver was about to do on it, that of a lost one.
func (t *tx) mapError(err error) error {
	err = inTxError(err)
	if _, known := errors.AsType[*database.Error](err); err == nil || known || !t.tx.Conn().IsClosed() ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &database.Error{Kind: database.Connection, Cause: err}
}

func (t *tx) Raw() any { return t.tx }

// rows fits pgx's rows to the seam.
type rows struct {
	pgx.Rows
	// peeked says that more tells of the row that Next has not yet moved to.
	peeked, more bool
	contextErr   func() error // of the statement's context
}

// begun waits for the first row. Some modes of pgx learn only then that the
// server refuses the statement, and who gets an error here has no rows to close.
func begun(ctx context.Context, query func() (pgx.Rows, error)) (*rows, error) {
	res, err := query()
	if err != nil {
		return nil, stopError(ctx.Err, err)
	}
	r := &rows{Rows: res, peeked: true, more: res.Next(), contextErr: ctx.Err}
	if !r.more && res.Err() != nil {
		res.Close()
		return nil, stopError(ctx.Err, res.Err())
	}
	return r, nil
}

func (r *rows) Next() bool {
	if r.peeked {
		r.peeked = false
		return r.more
	}
	return r.Rows.Next()
}

func (r *rows) Scan(dest ...any) error { return mapError(r.Rows.Scan(dest...)) }
func (r *rows) Err() error             { return mapError(stopError(r.contextErr, r.Rows.Err())) }

func (r *rows) Columns() ([]string, error) {
	var names []string
	for _, f := range r.FieldDescriptions() {
		names = append(names, f.Name)
	}
	return names, nil
}

func (r *rows) Close() error {
	r.Rows.Close()
	return r.Err()
}
