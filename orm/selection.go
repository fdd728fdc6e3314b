package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// selection is a Selection without its type.
type selection struct {
	query
	result   reflect.Type
	items    []*expr
	names    []string // of items, given by As; "" for the others
	distinct bool
	// sought are the fields of the model that are read besides, for a cursor.
	sought []int
	// unions are joined after it; then order, limit and offset are of them
	// together, and order is by place.
	unions []union
	places []int
	// beside is what is looked for among the results, in another query.
	beside *expr
}

type union struct {
	all bool
	s   *selection
}

var errZeroSelection = errors.New("orm: a selection is the zero Selection; make it with orm.Select")

// own returns a copy to change.
func (s *selection) own() *selection {
	if s == nil {
		return &selection{query: query{limit: -1, err: errZeroSelection}}
	}
	c := *s
	return &c
}

func (s *selection) union(all bool, others []*selection) *selection {
	c := s.own()
	if len(c.unions) == 0 {
		// The first keeps its own order and limits, as the others do.
		inner := *c
		*c = selection{query: query{h: c.h, model: c.model, limit: -1, timeout: c.timeout, err: c.err}, result: c.result, items: c.items, names: c.names, unions: []union{{true, &inner}}}
	}
	c.unions = slices.Clip(c.unions)
	for _, o := range others {
		if o == nil {
			c.err = errors.Join(c.err, errZeroSelection)
			continue
		}
		c.unions = append(c.unions, union{all, o})
		c.err = errors.Join(c.err, o.err)
		if len(o.items) != len(c.items) {
			c.err = errors.Join(c.err, fmt.Errorf("orm: a union of selections of %d and %d columns", len(c.items), len(o.items)))
		}
		if o.h != c.h {
			c.err = errors.Join(c.err, errOtherHandle)
		}
	}
	return c
}

var errOtherHandle = errors.New("orm: a query within another is on another database or transaction; make both with the same handle")

func (s *selection) orderByPlaces(places []int) *selection {
	c := s.own()
	c.places = slices.Clone(places)
	if len(c.unions) == 0 {
		c.err = errors.Join(c.err, errors.New("orm: OrderBy by places is for unions; order the query that is given to Select"))
	}
	for _, n := range places {
		if n == 0 || n > len(c.items) || -n > len(c.items) {
			c.err = errors.Join(c.err, fmt.Errorf("orm: an order by place %d, and %d things are selected", n, len(c.items)))
		}
	}
	return c
}

// all returns all results.
func (s *selection) all(ctx context.Context) (out span, err error) {
	if s == nil {
		return out, errZeroSelection
	}
	err = s.iterate(ctx, 0, func(rows span) bool {
		out = rows
		return true
	})
	return out, err
}

// only reads the first result into the R at ptr, and is an error if there is
// none, or if there are as many as most.
func (s *selection) only(ctx context.Context, most int, ptr unsafe.Pointer) error {
	c := s.own()
	if c.limit < 0 || c.limit > most {
		c.limit = most
	}
	rows, err := c.all(ctx)
	switch {
	case err != nil:
		return err
	case rows.n == 0:
		return fmt.Errorf("%w in a selection of %s", ErrNotFound, c.model)
	case rows.n > 1:
		return fmt.Errorf("%w in a selection of %s", ErrMultiple, c.model)
	}
	reflect.NewAt(c.result, ptr).Elem().Set(reflect.NewAt(c.result, rows.first).Elem())
	return nil
}

// iterate calls yield with so many results at a time, or with all if size is 0,
// until it returns false. The results are overwritten after that.
func (s *selection) iterate(ctx context.Context, size int, yield func(span) bool) error {
	if s == nil {
		return errZeroSelection
	}
	return s.readBatches(ctx, size, func(rows rowset) bool { return yield(s.delivered(rows)) })
}

// read calls yield with all rows as they were read.
func (s *selection) read(ctx context.Context, yield func(rowset)) error {
	return s.readBatches(ctx, 0, func(rows rowset) bool {
		yield(rows)
		return true
	})
}

func (s *selection) readBatches(ctx context.Context, size int, yield func(rowset) bool) error {
	p, text, args, err := s.text()
	if err != nil {
		return err
	}
	results, err := p.results(s)
	if err != nil {
		return err
	}
	ctx, cancel := s.limited(ctx)
	defer cancel()
	rows, err := s.h.Query(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("select from %s: %w", p.model, err)
	}
	defer rows.Close()
	b := rowBuffer{rowset: rowset{plan: results}, expect: capacity(s.limit)}
	if size > 0 {
		b.expect = size
	}
	rd := results.newReader()
	for rows.Next() {
		if err := rd.scan(rows, b.next()); err != nil {
			return orNull(err)
		}
		if b.n != size {
			continue
		}
		if !yield(b.rowset) {
			return nil
		}
		b.empty()
	}
	rd.release()
	if err := rows.Close(); err != nil {
		return fmt.Errorf("select from %s: %w", p.model, err)
	}
	if size == 0 {
		yield(b.rowset)
	}
	return nil
}

// orNull adds what to do to an error of reading NULL. It has no type, but all
// drivers name it.
func orNull(err error) error {
	if strings.Contains(err.Error(), "NULL") {
		return fmt.Errorf("%w (a field of what may be NULL is a pointer or a sql.Null)", err)
	}
	return err
}
