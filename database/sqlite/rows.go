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
	engine driver.Rows // nil if we run the statement ourselves
	stmt   *stmt
	values []driver.Value // of the current row, if the driver has it
	names  []string       // of the columns, else
	begun  bool           // its first row was read, and Next was not called
	row    bool           // there is a current row
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

// start runs a statement up to its first row. It returns nil if the driver must run it.
func (c *conn) start(ctx context.Context, s *stmt, args []driver.NamedValue) (*rows, error) {
	d := s.direct
	if !d.takes(args) {
		return nil, nil
	}
	row, err := d.begin(args)
	if err != nil {
		_ = d.reset() // it says the same
		return nil, err
	}
	if d.planned != d.timesPlanned() && !d.readColumns() {
		s.direct = nil // a table was changed
		err := d.reset()
		d.free()
		return nil, err
	}
	r := &rows{stmt: s, names: d.columns, begun: true, ended: ctx, conn: c}
	if !row {
		r.err = io.EOF
	}
	return r, nil
}

func (r *rows) Next() bool {
	begun := r.begun
	r.begun, r.row = false, false
	if r.closed || r.err != nil {
		return false
	}
	if r.err = r.ended.Err(); r.err != nil {
		return false
	}
	if begun {
		r.row = true
		return true
	}
	r.conn.of.work()
	before := r.conn.resume(r.ended)
	err := r.read()
	if errors.Is(err, io.EOF) {
		r.err = io.EOF
		err = nil
	}
	if err = r.conn.leave(before, err); err != nil {
		r.err = err
	}
	r.conn.of.rest()
	r.row = r.err == nil
	return r.row
}

// read reads the next row.
func (r *rows) read() error {
	if r.engine != nil {
		return r.engine.Next(r.values)
	}
	row, err := r.stmt.direct.step()
	if !row && err == nil {
		err = io.EOF
	}
	return err
}

func (r *rows) Err() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

func (r *rows) Columns() ([]string, error) { return r.columns(), nil }

func (r *rows) columns() []string {
	if r.engine != nil {
		return r.engine.Columns()
	}
	return r.names
}

func (r *rows) Scan(dest ...any) error {
	switch columns := r.columns(); {
	case r.closed:
		return errors.New("the rows are closed")
	case len(dest) != len(columns):
		return fmt.Errorf("the row has %d columns, and %d variables are given", len(columns), len(dest))
	case !r.row:
		return errors.New("there is no row; call Next first, and Scan if it is true")
	}
	for i, d := range dest {
		var err error
		if r.engine != nil {
			err = assign(d, r.values[i])
		} else {
			err = r.stmt.direct.scan(i, d)
		}
		if err != nil {
			return fmt.Errorf("column %d, %q: %w", i, r.columns()[i], err)
		}
	}
	return nil
}

func (r *rows) Close() error {
	if r.closed {
		return r.Err()
	}
	r.closed = true
	var err error
	if r.engine != nil {
		clear(r.values)
		r.values = nil
		err = r.engine.Close()
	} else {
		err = r.stmt.direct.reset()
	}
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
