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
	r, err := begun(t.tx.Query(keepConn(ctx), q, typedArgs(args)...))
	if err != nil {
		return nil, t.mapError(ctx, err)
	}
	r.ended = ctx.Err
	return r, nil
}

func (t *tx) Exec(ctx context.Context, q string, args []any) (database.Result, error) {
	tag, err := t.tx.Exec(keepConn(ctx), q, typedArgs(args)...)
	return database.Result{RowsAffected: tag.RowsAffected()}, t.mapError(ctx, err)
}

func (t *tx) Commit(ctx context.Context) error {
	defer t.lease.release()
	err := t.tx.Commit(ctx)
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return fmt.Errorf("the database undid the transaction, because a statement in it that was not run by its Tx had failed: %w", err)
	}
	return mapError(err)
}

func (t *tx) Rollback(ctx context.Context) error {
	defer t.lease.release()
	return t.mapError(ctx, t.tx.Rollback(ctx))
}

func (t *tx) Raw() any { return t.tx }

// rows fits pgx's rows to the seam.
type rows struct {
	pgx.Rows
	// peeked says that more tells of the row that Next has not yet moved to.
	peeked, more bool
	// ended, if it is not nil, tells why the statement was stopped.
	ended func() error
}

// begun waits for the first row. Some modes of pgx learn only then that the
// server refuses the statement, and who gets an error here has no rows to close.
func begun(res pgx.Rows, err error) (*rows, error) {
	if err != nil {
		return nil, err
	}
	r := &rows{Rows: res, peeked: true, more: res.Next()}
	if !r.more && res.Err() != nil {
		res.Close()
		return nil, res.Err()
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

func (r *rows) Scan(dest ...any) error { return r.mapError(r.Rows.Scan(dest...)) }
func (r *rows) Err() error             { return r.mapError(r.Rows.Err()) }

func (r *rows) mapError(err error) error {
	if err != nil && r.ended != nil {
		err = stopped(err, r.ended())
	}
	return mapError(err)
}

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
