package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Lookup is the values by which [GetOrCreate] and [UpdateOrCreate] find their
// row: made by [By].
type Lookup[M any] struct{ set []assignment }

// By returns the lookup of the row with those values. Its columns must be just
// those of the primary key or of one unique constraint of the model: it is the
// constraint that decides between several who create the row at once.
func By[M any](values ...Assignment[M]) Lookup[M] {
	var l Lookup[M]
	for _, v := range values {
		l.set = append(l.set, v.a)
	}
	return l
}

// LookupBy declares that rows of the model are looked up by these fields, of
// those Go names, in [GetOrCreate] and [UpdateOrCreate]:
//
//	orm.Model[Post](orm.LookupBy("Blog", "Slug"), orm.Unique("Blog", "Slug"))
//
// [NewModels] then refuses to start a program whose model has no unique
// constraint for it. A lookup that is not declared is refused when it is first
// used.
func LookupBy(fields ...string) ModelOption { return lookupBy(fields) }

type lookupBy []string

func (l lookupBy) declare(d *Declaration) { d.lookups = append(d.lookups, l) }

// checkLookups refuses declared lookups that no constraint covers.
func (m *model) checkLookups(lookups []lookupBy) []error {
	var errs []error
	for _, l := range lookups {
		var columns []string
		for _, name := range l {
			f := m.fieldNamed(name)
			if f == nil {
				errs = append(errs, m.mistake("", fmt.Errorf("orm.LookupBy names %s, which is no field of it", name)))
				continue
			}
			columns = append(columns, f.column)
		}
		if len(columns) == len(l) && !m.identifies(columns) {
			errs = append(errs, m.mistake("", fmt.Errorf("rows are looked up by %s, but no unique constraint is of just those fields, so that two at once could both create the row; add orm.Unique(%s)",
				strings.Join(l, ", "), `"`+strings.Join(l, `", "`)+`"`)))
		}
	}
	return errs
}

// maxRounds is how often GetOrCreate looks again when the row that was in its
// way is gone before it can be read. Each round another process must have
// deleted the row at just the wrong moment.
const maxRounds = 100

// GetOrCreate returns the row with the values of by. When there is none it
// calls make once for the fields of a new one, sets the values of by in it, and
// stores it; created tells. However many do it at the same time, inside
// transactions or not, one of them creates the row and none gets an error for
// it. In a transaction of PostgreSQL that is repeatable read or serializable,
// another's commit can make it fail with [database.ErrSerialization], as any
// statement there; such transactions are to be tried again. A nil make stores a
// row with the values of by and the model's defaults.
func GetOrCreate[T any](ctx context.Context, h database.Handle, by Lookup[T], make func(context.Context) (T, error)) (row T, created bool, err error) {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return row, false, err
	}
	columns, conditions, err := p.lookup(by.set)
	if err != nil {
		return row, false, err
	}
	q := Query[T]{h: h, where: conditions, limit: -1, deleted: p.seenBy(columns)}
	var fresh *T // made once, however often it has to be stored
	for range maxRounds {
		row, err := q.Get(ctx)
		if !errors.Is(err, ErrNotFound) {
			return row, false, err
		}
		if fresh == nil {
			if row, err = newRow(ctx, p, by.set, make); err != nil {
				return row, false, err
			}
			fresh = &row
		}
		inserted, err := createUnless(ctx, h, p, fresh, columns)
		if err != nil || inserted {
			return *fresh, inserted, err
		}
	}
	return row, false, fmt.Errorf("get or create %s: the row was created and deleted by others %d times in a row", p.model, maxRounds)
}

// UpdateOrCreate gives the row with the values of by the new values of set.
// When there is none it creates one as [GetOrCreate] does, with those values
// of set that are not computed from the row's own. It returns the row as it is
// then.
func UpdateOrCreate[T any](ctx context.Context, h database.Handle, by Lookup[T], set []Assignment[T], make func(context.Context) (T, error)) (row T, created bool, err error) {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return row, false, err
	}
	columns, conditions, err := p.lookup(by.set)
	if err != nil {
		return row, false, err
	}
	if len(set) == 0 {
		return row, false, fmt.Errorf("orm: an update of %s names no column", p.model)
	}
	all := slices.Clone(by.set)
	for _, a := range set {
		if a.a.op != assignAdd && a.a.op != assignExpr {
			all = append(all, a.a)
		}
	}
	err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		q := Query[T]{h: tx, where: conditions, limit: -1, deleted: p.seenBy(columns)}
		made := false
		for range maxRounds {
			n, err := q.Update(ctx, set...)
			if err != nil {
				return err
			}
			if n > 0 {
				row, err = q.Get(ctx) // locked by the update until the end
				return err
			}
			if !made {
				if row, err = newRow(ctx, p, all, make); err != nil {
					return err
				}
				made = true
			}
			if created, err = createUnless(ctx, tx, p, &row, columns); err != nil || created {
				return err
			}
		}
		return fmt.Errorf("update or create %s: the row was created and deleted by others %d times in a row", p.model, maxRounds)
	})
	return row, created && err == nil, err
}

// newRow makes the fields of a new row.
func newRow[T any](ctx context.Context, p *plan, set []assignment, make func(context.Context) (T, error)) (row T, err error) {
	if make == nil {
		err = p.setDefaults(unsafe.Pointer(&row))
	} else {
		row, err = make(ctx)
	}
	if err != nil {
		return row, err
	}
	p.stamp(unsafe.Pointer(&row), true)
	for _, a := range set {
		if err := p.assign(unsafe.Pointer(&row), a); err != nil {
			return row, err
		}
	}
	return row, p.born(ctx, &row)
}

// createUnless stores row, with the methods of its model, unless there is one
// with the same values in the columns.
func createUnless[T any](ctx context.Context, h database.Handle, p *plan, row *T, columns []string) (created bool, err error) {
	err = p.saving(ctx, h, row, Saving{}, func(ctx context.Context, h database.Handle) (bool, bool, error) {
		var err error
		created, err = p.insert(ctx, h, unsafe.Pointer(row), columns)
		return true, created, err
	})
	return created && err == nil, err
}

// seenBy says which rows a lookup by the columns sees: the key of a row that is
// marked as deleted is still taken.
func (p *plan) seenBy(columns []string) deletedRows {
	if slices.Contains(columns, p.keys[0].column) && len(columns) == len(p.keys) {
		return deletedShown
	}
	return deletedHidden
}

// lookup checks that the values identify one row, and returns their columns
// and the conditions on them.
func (p *plan) lookup(set []assignment) (columns []string, conditions []*node, err error) {
	for _, a := range set {
		i := p.indexOf(a.field)
		switch {
		case i < 0:
			return nil, nil, unknownField(p, a.field)
		case a.op != assignSet:
			return nil, nil, fieldError(p.model, p.fields[i], errors.New("a lookup takes plain values: NULL is like no other, and what is computed is not known yet"))
		}
		columns = append(columns, p.fields[i].column)
		conditions = append(conditions, &node{op: opEq, field: a.field, value: a.value})
	}
	if !p.identifies(columns) {
		return nil, nil, fmt.Errorf("orm: the lookup of %s is by %v, which is not just the columns of its key or of one unique constraint; without that two at once could both create the row", p.model, columns)
	}
	return columns, conditions, nil
}

// identifies reports whether no two rows have the same values in the columns.
func (m *model) identifies(columns []string) bool {
	same := func(other []string) bool {
		return len(other) == len(columns) && !slices.ContainsFunc(other, func(c string) bool { return !slices.Contains(columns, c) })
	}
	if same(m.keyColumns()) {
		return true
	}
	for _, f := range m.fields {
		if f.tag.unique && same([]string{f.column}) {
			return true
		}
	}
	for _, x := range m.indexes {
		if !x.isConstraint() {
			continue
		}
		_, parts := x.on(m)
		var names []string
		for _, c := range parts {
			names = append(names, c.Column)
		}
		if same(names) {
			return true
		}
	}
	return false
}

// assign sets a field of the struct at ptr.
func (p *plan) assign(ptr unsafe.Pointer, a assignment) error {
	i := p.indexOf(a.field)
	if i < 0 {
		return unknownField(p, a.field)
	}
	f := p.fields[i]
	v := reflect.NewAt(f.typ, unsafe.Add(ptr, f.offset)).Elem()
	if a.op == assignNull {
		if f.null == notNull {
			return fieldError(p.model, f, errors.New("the column cannot be NULL"))
		}
		v.SetZero()
		return nil
	}
	switch f.null {
	case nullPointer:
		v.Set(reflect.New(f.typ.Elem()))
		v = v.Elem()
	case nullStruct:
		v.FieldByName("Valid").SetBool(true)
		v = v.FieldByName("V")
	}
	if f.ref != nil {
		v.SetZero()
		v = v.FieldByName("ID")
	}
	value := reflect.ValueOf(a.value)
	if !value.IsValid() || !value.CanConvert(v.Type()) {
		return fieldError(p.model, f, fmt.Errorf("a %T does not fit a field of type %s", a.value, v.Type()))
	}
	v.Set(value.Convert(v.Type()))
	return nil
}
