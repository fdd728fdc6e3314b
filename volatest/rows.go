package volatest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
)

// maxDeep is how many rows are made because each is needed by the one before.
const maxDeep = 5

// Make stores a row of T and returns it. The test says what matters to it, in
// functions that run one after the other; all other columns get values that can
// be stored:
//
//	ann := volatest.Make(t, c.DB, func(a *Author) { a.Name = "Ann" })
//	volatest.Make(t, c.DB, func(p *Post) { p.Author = orm.RefTo[Author](ann.ID) })
//
// The n-th row of a model that a database gets from this package has, in each
// column that cannot be NULL and has no value by itself,
//
//   - its default, if that is a number, text or a bool; else
//   - the first choice, if its type has choices; else
//   - a value made of n: the text "full-name-7" in a column full_name, cut to "7"
//     in base 36 if that is too long for it; the number 7; the day, hour or second
//     7 after the beginning of the year 2000; a uuid that ends with 7; false; the
//     zero value of a JSON document. A type with a Scan of its own scans that,
//     and is zero if it refuses it.
//
// A column that is unique, by itself or with others, has no default and takes its
// choices, or false and true, in turn.
//
// Columns that can be NULL are NULL, names of stored files are empty, as there is
// no such file, and keys that the database numbers, times of creation and change,
// versions and computed columns are as orm.Create leaves them. There is nothing random:
// the same test makes the same rows.
//
// The functions given to [Defaults] run before those of the test. A reference
// that cannot be NULL and that none of them has set gets a row of its own, made
// by the same rules, and so on for at most 5 rows. If they need each other in a
// circle, or a unique column of few values has none left, the test ends, with
// the names of the models and fields.
//
// The row is stored by orm.CreateAny, so methods of the model such as Validate
// run. h is a database or a transaction. It is safe for concurrent use.
func Make[T any](t testing.TB, h database.Handle, set ...func(row *T)) T {
	t.Helper()
	row, err := makeRow(t.Context(), h, set...)
	if err != nil {
		t.Fatalf("volatest: make a row of %v: %v", reflect.TypeFor[T](), err)
	}
	return row
}

// MakeN is [Make] for count rows; the functions are given the index of the row,
// from 0. A negative count ends the test.
func MakeN[T any](t testing.TB, h database.Handle, count int, set ...func(i int, row *T)) []T {
	t.Helper()
	if count < 0 {
		t.Fatalf("volatest: make %d rows of %v: the number is negative", count, reflect.TypeFor[T]())
	}
	var rows []T
	for i := range count {
		var one []func(*T)
		for _, f := range set {
			one = append(one, func(row *T) { f(i, row) })
		}
		row, err := makeRow(t.Context(), h, one...)
		if err != nil {
			t.Fatalf("volatest: make row %d of %d of %v: %v", i, count, reflect.TypeFor[T](), err)
		}
		rows = append(rows, row)
	}
	return rows
}

// Defaults says what the rows of T are like that [Make] stores in the database
// of h from now on, also those that are made because another refers to them. n
// is the number of the row, from 1. Functions of the test run after it, and
// those of several calls in their order.
//
//	volatest.Defaults(c.DB, func(n int, p *Post) { p.Slug = fmt.Sprintf("post-%d", n) })
func Defaults[T any](h database.Handle, set func(n int, row *T)) {
	s := seriesOf(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	typ := reflect.TypeFor[T]()
	s.defaults[typ] = append(s.defaults[typ], func(n int, row any) { set(n, row.(*T)) })
}

func makeRow[T any](ctx context.Context, h database.Handle, set ...func(row *T)) (row T, err error) {
	models, err := orm.ModelsOf(h)
	if err != nil {
		return row, err
	}
	m := &maker{ctx: ctx, h: h, models: models, series: seriesOf(h)}
	err = m.store(&row, nil, func() {
		for _, f := range set {
			f(&row)
		}
	})
	return row, err
}

// series is kept beside a database: how many rows of each model were made, and
// what they are like.
type series struct {
	mu       sync.Mutex
	made     map[reflect.Type]int
	defaults map[reflect.Type][]func(n int, row any)
}

type seriesKey struct{}

func seriesOf(h database.Handle) *series {
	return database.Root(h).Attached(seriesKey{}, func() any {
		return &series{made: map[reflect.Type]int{}, defaults: map[reflect.Type][]func(int, any){}}
	}).(*series)
}

// next counts a row.
func (s *series) next(t reflect.Type) (n int, defaults []func(n int, row any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[t]++
	return s.made[t], s.defaults[t]
}

// maker makes one row, and those that it needs.
type maker struct {
	ctx    context.Context // lifetime: of one call of Make
	h      database.Handle
	models *orm.Models
	series *series
}

// link is a field of a model that needs a row of another.
type link struct {
	model reflect.Type
	field string
}

// store fills in row, a pointer to the struct of a model, and stores it. above
// are the links that lead to it; set is what the test says.
func (m *maker) store(row any, above []link, set func()) error {
	v := reflect.ValueOf(row).Elem()
	fields, err := m.models.Fields(v.Type())
	if err != nil {
		return err
	}
	n, defaults := m.series.next(v.Type())
	for _, f := range fields {
		if f.Null || f.Auto || f.Generated || f.AutoNow || f.AutoNowAdd || f.Version || f.References != nil ||
			f.Type == reflect.TypeFor[storage.Name]() { // there is no such file
			continue
		}
		field := v.FieldByName(f.Name)
		if !field.CanSet() {
			return fmt.Errorf("%v has no field %s that can be set; is the name in two embedded structs?", v.Type(), f.Name)
		}
		if err := fill(field, f, n); err != nil {
			return along(above, v.Type(), fmt.Errorf("%v, field %s: %w", v.Type(), f.Name, err))
		}
	}
	for _, f := range defaults {
		f(n, row)
	}
	set()
	for _, f := range fields {
		if f.References == nil || f.Null {
			continue
		}
		if key := v.FieldByName(f.Name).FieldByName("ID"); key.IsZero() {
			made, err := m.referred(f.References, append(above[:len(above):len(above)], link{v.Type(), f.Name}))
			if err != nil {
				return err
			}
			key.Set(made)
		}
	}
	return along(above, v.Type(), orm.CreateAny(m.ctx, m.h, row))
}

// referred makes a row that another refers to, and returns its key.
func (m *maker) referred(model reflect.Type, above []link) (reflect.Value, error) {
	for i, l := range above {
		if l.model == model {
			return reflect.Value{}, along(above[i:], model, errors.New("rows that need each other cannot be made up; set one of the references, or let it be NULL"))
		}
	}
	if len(above) > maxDeep {
		return reflect.Value{}, along(above, model, fmt.Errorf("at most %d rows are made for one; make one of these by itself and set the reference to it", maxDeep))
	}
	row := reflect.New(model)
	if err := m.store(row.Interface(), above, func() {}); err != nil {
		return reflect.Value{}, err
	}
	fields, err := m.models.Fields(model)
	if err != nil {
		return reflect.Value{}, err
	}
	for _, f := range fields {
		if f.Key {
			key := row.Elem().FieldByName(f.Name)
			if f.References != nil {
				key = key.FieldByName("ID")
			}
			return key, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("%v has no key", model)
}

// along puts before an error how a row of to came to be made.
func along(links []link, to reflect.Type, err error) error {
	if err == nil || len(links) == 0 {
		return err
	}
	var steps []string
	for i, l := range links {
		next := to
		if i+1 < len(links) {
			next = links[i+1].model
		}
		steps = append(steps, fmt.Sprintf("%v.%s needs a row of %v", l.model, l.field, next))
	}
	return fmt.Errorf("%s: %w", strings.Join(steps, ", "), err)
}
