package orm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/volaweb/vola/database"
)

// SQLQuery is a query in the program's own SQL, made by [FromSQL].
type SQLQuery[R any] sqlQuery

// sqlQuery is an SQLQuery without its type.
type sqlQuery struct {
	h      database.Handle
	result reflect.Type
	sql    string
	args   []any
}

// FromSQL reads the rows of a SELECT, or of a WITH that ends in one, into an R
// each:
//
//	top, err := orm.FromSQL[Post](db, `
//		WITH best AS (SELECT id FROM blog_post ORDER BY hits DESC LIMIT ?)
//		SELECT p.* FROM blog_post p JOIN best ON best.id = p.id`, 10).All(ctx)
//
// Each column of the result goes into the field of that column's name: of a
// model, into the field stored in it, of another struct, into the field whose
// name in snake case it is. A column without a field is an error; a field
// without a column keeps its zero value. A single column may be read into a
// plain value, such as an int64.
//
// Each ? stands for the next of args, as in [Raw]; values are handed over in
// the form in which the database stores their Go type. The SQL is the program's
// own, for the databases that it uses; never put what a user typed into it.
func FromSQL[R any](h database.Handle, sql string, args ...any) *SQLQuery[R] {
	return &SQLQuery[R]{h, reflect.TypeFor[R](), sql, args}
}

// All returns all rows; if there are none, an empty slice and no error.
//
//go:noinline
func (q *SQLQuery[R]) All(ctx context.Context) ([]R, error) {
	var out span
	err := (*sqlQuery)(q).iterate(ctx, 0, func(rows span) bool {
		out = rows
		return true
	})
	if err != nil {
		return nil, err
	}
	return sliceOf[R](out), nil
}

// First returns the first row; the error is [ErrNotFound] if there is none.
//
//go:noinline
func (q *SQLQuery[R]) First(ctx context.Context) (row R, err error) {
	err = fmt.Errorf("%w in the result of SQL", ErrNotFound)
	if failed := (*sqlQuery)(q).iterate(ctx, 1, func(rows span) bool {
		row, err = *(*R)(rows.first), nil
		return false
	}); failed != nil {
		err = failed
	}
	return row, err
}

// Iter returns the rows one by one, as Iter of a [Selection] does.
//
//go:noinline
func (q *SQLQuery[R]) Iter(ctx context.Context) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		err := (*sqlQuery)(q).iterate(ctx, 1, func(rows span) bool { return yield(*(*R)(rows.first), nil) })
		if err != nil {
			var zero R
			yield(zero, err)
		}
	}
}

// iterate calls yield with so many rows at a time, or with all if size is 0,
// until it returns false. The rows are overwritten after that.
func (q *sqlQuery) iterate(ctx context.Context, size int, yield func(span) bool) error {
	if q == nil || q.h == nil {
		return errors.New("orm: the query has no database; make it with orm.FromSQL")
	}
	b, err := bindingOf(q.h)
	if err != nil {
		return err
	}
	text, args, err := b.rawSQL(q.sql, q.args)
	if err != nil {
		return err
	}
	rows, err := q.h.Query(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	p, err := b.columnsPlan(q.result, columns)
	if err != nil {
		return err
	}
	buf := rowBuffer{rowset: rowset{plan: p}, expect: size}
	rd := p.newReader()
	for rows.Next() {
		ptr := buf.next()
		if err := rd.scan(rows, ptr); err != nil {
			return err
		}
		if p.hooks&hookInit == 0 {
			// nothing to run
		} else if err := p.initRow(ctx, p.row(ptr)); err != nil {
			return err
		}
		if buf.n != size {
			continue
		}
		if !yield(buf.span) {
			return nil
		}
		buf.empty()
	}
	if err := rows.Close(); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	if size == 0 {
		yield(buf.span)
	}
	return nil
}

// ExecSQL runs a statement in the program's own SQL that returns no rows, and
// returns how many rows it affected:
//
//	n, err := orm.ExecSQL(ctx, db, "UPDATE blog_post SET hits = hits + 1 WHERE published < ?", now)
//
// Arguments and the SQL are as in [FromSQL].
func ExecSQL(ctx context.Context, h database.Handle, sql string, args ...any) (int64, error) {
	b, err := bindingOf(h)
	if err != nil {
		return 0, err
	}
	text, encoded, err := b.rawSQL(sql, args)
	if err != nil {
		return 0, err
	}
	res, err := h.Exec(ctx, text, encoded...)
	if err != nil {
		return 0, fmt.Errorf("exec: %w", err)
	}
	return res.RowsAffected, nil
}

// rawSQL returns the program's own SQL with the database's placeholders, and
// the arguments in the form in which the database stores them.
func (b *binding) rawSQL(sql string, args []any) (string, []any, error) {
	pieces, err := splitRaw(sql)
	if err == nil && len(pieces)-1 != len(args) {
		err = fmt.Errorf("has %d question marks, and %d args are given", len(pieces)-1, len(args))
	}
	if err != nil {
		return "", nil, fmt.Errorf("orm: the SQL %.60q %w", sql, err)
	}
	w := b.newText()
	out := make([]any, len(args))
	for i, piece := range pieces {
		w.Str(piece)
		if i == len(args) {
			break
		}
		w.Arg()
		if args[i] == nil {
			continue
		}
		k, err := b.kindOfType(reflect.TypeOf(args[i]))
		if err == nil {
			out[i], err = k.encode(args[i])
		}
		if err != nil {
			return "", nil, fmt.Errorf("orm: argument %d of SQL: %w", i+1, err)
		}
	}
	return string(w.B), out, nil
}

// columnsPlan returns how rows with those columns are read into a type.
func (b *binding) columnsPlan(t reflect.Type, columns []string) (*plan, error) {
	out := &plan{model: &model{typ: t}, b: b}
	from := b.plans[t]
	if from == nil && len(columns) == 1 && isPlain(t) {
		k, err := b.kindOfType(t)
		if err != nil {
			return nil, err
		}
		out.fields, out.codecs = append(out.fields, k.f), append(out.codecs, k.codec)
		return out, nil
	}
	if from == nil {
		var err error
		if from, err = b.structPlan(t); err != nil {
			return nil, err
		}
	}
	out.hooks = from.hooks
	for _, c := range columns {
		found := false
		for i, f := range from.fields {
			if f.column == c {
				out.fields, out.codecs, found = append(out.fields, f), append(out.codecs, from.codecs[i]), true
			}
		}
		if !found {
			return nil, fmt.Errorf("orm: the SQL gives a column %q, and %s has no field for it", c, t)
		}
	}
	return out, nil
}

// structPlan returns the fields of a struct that is no model.
func (b *binding) structPlan(t reflect.Type) (*plan, error) {
	if p, ok := b.results.Load(t); ok {
		return p.(*plan), nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("orm: the SQL gives several columns, and a %s is one value", t)
	}
	p := &plan{model: &model{typ: t}, b: b}
	var errs []error
	p.addFields(t, nil, 0, &errs)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	for _, f := range p.fields {
		c, err := b.dialect.Codec(f.store)
		if err != nil {
			return nil, err
		}
		p.codecs = append(p.codecs, c)
	}
	b.results.Store(t, p)
	return p, nil
}
