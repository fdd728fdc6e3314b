package copydata

import (
	"context"
	"errors"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// sqliteRows is how many rows one INSERT on SQLite has.
const sqliteRows = 100

// writer writes the rows of a table into the target, a batch at a time.
type writer struct {
	dialect database.Dialect
	table   schema.Table
	columns []schema.Column
	codecs  []database.Codec
	batch   batch
}

// batch is rows that are not written yet.
type batch struct {
	args  [][]any // of each row, as the driver takes them
	keys  []string
	bytes int
}

func newWriter(d database.Dialect, t schema.Table) (*writer, error) {
	w := &writer{dialect: d, table: t, columns: stored(t)}
	for _, c := range w.columns {
		codec, err := d.Codec(c.Type)
		if err != nil {
			return nil, err
		}
		w.codecs = append(w.codecs, codec)
	}
	return w, nil
}

// check returns which of the values the target cannot store, and why.
func (w *writer) check(values []any) (column int, err error) {
	for i, v := range values {
		if err := fits(v, w.columns[i], w.dialect.Name()); err != nil {
			return i, err
		}
		if _, err := w.encode(i, v); err != nil {
			return i, err
		}
	}
	return 0, nil
}

func (w *writer) encode(i int, v any) (any, error) {
	if d, ok := v.(document); ok {
		v = d.text
	}
	if v == nil || w.codecs[i].Encode == nil {
		return v, nil
	}
	return w.codecs[i].Encode(v)
}

// add puts a row that was checked into the batch.
func (w *writer) add(values []any, key string) error {
	row := make([]any, len(values))
	for i, v := range values {
		var err error
		if row[i], err = w.encode(i, v); err != nil {
			return err
		}
		w.batch.bytes += size(v)
	}
	w.batch.args = append(w.batch.args, row)
	w.batch.keys = append(w.batch.keys, key)
	return nil
}

// write writes the batch.
func (w *writer) write(ctx context.Context, tx *database.Tx) error {
	if w.dialect.Features().Arrays {
		return w.insertArrays(ctx, tx, w.batch.args)
	}
	n := max(1, min(sqliteRows, w.dialect.Features().MaxArgs/len(w.columns)))
	for rows := w.batch.args; len(rows) > 0; {
		if len(rows) < n {
			n = 1 // one statement more for the rest, instead of one for each length
		}
		if err := w.insert(ctx, tx, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// clear makes room for the next batch.
func (w *writer) clear() {
	clear(w.batch.args)
	w.batch = batch{args: w.batch.args[:0], keys: w.batch.keys[:0]}
}

func (w *writer) into() []byte {
	b := database.AppendQuoted([]byte("INSERT INTO "), w.table.Name)
	for i, c := range w.columns {
		b = append(b, ", "...)
		if i == 0 {
			b = append(b[:len(b)-2], " ("...)
		}
		b = database.AppendQuoted(b, c.Name)
	}
	return append(b, ") "...)
}

// insert writes rows as a list of values.
func (w *writer) insert(ctx context.Context, tx *database.Tx, rows [][]any) error {
	q := append(w.into(), "VALUES "...)
	args := make([]any, 0, len(rows)*len(w.columns))
	for i, row := range rows {
		if i > 0 {
			q = append(q, ", "...)
		}
		for j := range row {
			sep := ", "
			if j == 0 {
				sep = "("
			}
			q = w.dialect.AppendPlaceholder(append(q, sep...), len(args)+j+1)
		}
		q = append(q, ')')
		args = append(args, row...)
	}
	_, err := tx.Exec(ctx, string(q), args...)
	return err
}

// insertArrays writes rows by one statement that is the same for any number of
// them: its arguments are the columns.
func (w *writer) insertArrays(ctx context.Context, tx *database.Tx, rows [][]any) error {
	q := append(w.into(), "SELECT * FROM unnest("...)
	args := make([]any, len(w.columns))
	for i, codec := range w.codecs {
		if i > 0 {
			q = append(q, ", "...)
		}
		q = w.dialect.AppendPlaceholder(append(q, "CAST("...), i+1)
		q = append(q, " AS "+codec.Cast+"[])"...)
		column := make([]any, len(rows))
		for j, row := range rows {
			column[j] = row[i]
		}
		args[i] = column
	}
	_, err := tx.Exec(ctx, string(append(q, ')')), args...)
	return err
}

// errUndo ends a transaction in which nothing is to be kept.
var errUndo = errors.New("undo")

// blame finds the row that makes the batch fail, by writing one after the other
// in a transaction that is undone.
func (w *writer) blame(ctx context.Context, to *database.DB, err error) error {
	if errors.Is(err, database.ErrConnection) || errors.Is(err, database.ErrSerialization) || ctx.Err() != nil {
		return err
	}
	var found *ValueError
	undone := to.InTxWith(ctx, unchecked, func(ctx context.Context, tx *database.Tx) error {
		for i, row := range w.batch.args {
			var one error
			if w.dialect.Features().Arrays {
				one = w.insertArrays(ctx, tx, [][]any{row})
			} else {
				one = w.insert(ctx, tx, [][]any{row})
			}
			if one != nil {
				found = &ValueError{Table: w.table.Name, Key: w.batch.keys[i], Err: one}
				break
			}
		}
		return errUndo
	})
	if found == nil || !errors.Is(undone, errUndo) || !isOfRow(found.Err) {
		return err
	}
	if e, ok := errors.AsType[*database.Error](found.Err); ok {
		found.Column = strings.Join(e.Columns, ", ")
	}
	return found
}

// isOfRow reports whether an error is about a row, and not about the room on the
// disk or the connection.
func isOfRow(err error) bool {
	if e, ok := errors.AsType[*database.Error](err); ok {
		return e.Kind != database.Connection && e.Kind != database.Serialization
	}
	text := err.Error()
	for _, state := range []string{"SQLSTATE 22", "SQLSTATE 54"} { // data exceptions, limits of the program
		if strings.Contains(text, state) {
			return true
		}
	}
	// SQLITE_TOOBIG, and what PostgreSQL says of more than a gigabyte.
	return strings.Contains(text, "too big") || strings.Contains(text, "invalid memory alloc request size")
}
