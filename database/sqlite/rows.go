package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// rows is the result of a query. It gives its connection back when it is
// closed.
type rows struct {
	engine driver.Rows
	stmt   *stmt
	values []driver.Value // of the current row
	err    error
	closed bool
	ended  ended
	conn   *conn
	pool   *pool // to which the connection goes back; nil in a transaction
	tx     *tx   // nil outside one
}

// ended is what rows know of the context of their query: whether it is over.
// Reading goes on after the call that began it, as with sql.Rows, which keeps the
// context for the same reason.
type ended interface {
	Done() <-chan struct{}
	Err() error
}

func newRows(ctx context.Context, c *conn, s *stmt, engine driver.Rows) *rows {
	// Nobody else runs the statement while its rows are read.
	if n := len(engine.Columns()); n != len(s.values) {
		s.values = make([]driver.Value, n)
	}
	return &rows{engine: engine, stmt: s, values: s.values, ended: ctx, conn: c}
}

func (r *rows) Next() bool {
	if r.closed || r.err != nil {
		return false
	}
	if r.err = r.ended.Err(); r.err != nil {
		return false
	}
	r.conn.of.work()
	before := r.conn.resume(r.ended)
	err := r.engine.Next(r.values)
	if errors.Is(err, io.EOF) {
		r.err = io.EOF
		err = nil
	}
	if err = r.conn.leave(before, err); err != nil {
		r.err = err
	}
	r.conn.of.rest()
	return r.err == nil
}

func (r *rows) Err() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

func (r *rows) Columns() ([]string, error) { return r.engine.Columns(), nil }

func (r *rows) Scan(dest ...any) error {
	if r.closed {
		return errors.New("the rows are closed")
	}
	if len(dest) != len(r.values) {
		return fmt.Errorf("the row has %d columns, and %d variables are given", len(r.values), len(dest))
	}
	for i, d := range dest {
		if err := assign(d, r.values[i]); err != nil {
			return fmt.Errorf("column %d, %q: %w", i, r.engine.Columns()[i], err)
		}
	}
	return nil
}

func (r *rows) Close() error {
	if r.closed {
		return r.Err()
	}
	r.closed = true
	clear(r.values)
	r.values = nil
	err := r.engine.Close()
	if err2 := r.stmt.release(); err == nil {
		err = err2
	}
	if r.err == nil || r.err == io.EOF {
		r.err = mapError(err)
	}
	if r.pool != nil {
		r.pool.release(r.conn, broken(r.err))
	}
	if r.tx != nil {
		r.tx.check(r.Err())
	}
	return r.Err()
}
