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
	l, err := newLookup(h, reflect.TypeFor[T](), by.set)
	if err != nil {
		return row, false, err
	}
	if found, err := l.q.one(ctx, l.p, unsafe.Pointer(&row)); err != nil || found {
		return row, false, err
	}
	if row, err = newRow(ctx, l.p, by.set, make); err != nil {
		return row, false, err
	}
	for range maxRounds {
		if created, err = l.create(ctx, h, unsafe.Pointer(&row)); err != nil || created {
			return row, created, err
		}
		var winner T
		if found, err := l.q.one(ctx, l.p, unsafe.Pointer(&winner)); err != nil || found {
			return winner, false, err
		}
	}
	return row, false, l.p.neverStored("get or create")
}

// UpdateOrCreate gives the row with the values of by the new values of set.
// When there is none it creates one as [GetOrCreate] does, with those values
// of set that are not computed from the row's own. It returns the row as it is
// then.
func UpdateOrCreate[T any](ctx context.Context, h database.Handle, by Lookup[T], make func(context.Context) (T, error), set ...Assignment[T]) (row T, created bool, err error) {
	l, err := newLookup(h, reflect.TypeFor[T](), by.set)
	if err != nil {
		return row, false, err
	}
	changes := assigning(set)
	if len(changes) == 0 {
		return row, false, fmt.Errorf("orm: an update of %s names no column", l.p.model)
	}
	all := slices.Clone(by.set)
	for _, a := range changes {
		if slices.ContainsFunc(by.set, func(b assignment) bool { return b.field == a.field }) {
			return row, false, fieldError(l.p.model, l.p.fieldNamed(a.field), errors.New("the row is looked up by the field, which cannot be changed at the same time"))
		}
		if a.op != assignAdd && a.op != assignExpr {
			all = append(all, a)
		}
	}
	err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		q := l.q
		q.h = tx
		made := false
		for range maxRounds {
			n, err := q.update(ctx, changes, nil)
			if err != nil {
				return err
			}
			if n > 0 { // locked by the update until the end
				var zero T
				row = zero
				found, err := q.one(ctx, l.p, unsafe.Pointer(&row))
				if err == nil && !found {
					err = q.notOne(0)
				}
				return err
			}
			if !made {
				if row, err = newRow(ctx, l.p, all, make); err != nil {
					return err
				}
				made = true
			}
			if created, err = l.create(ctx, tx, unsafe.Pointer(&row)); err != nil || created {
				return err
			}
		}
		return l.p.neverStored("update or create")
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

// lookup is a Lookup of a model on a database.
type lookup struct {
	p       *plan
	columns []string
	q       query
	// room is where columns and the conditions are, if they are few.
	room struct {
		columns [2]string
		nodes   [2]node
		where   [2]*node
	}
}

// newLookup checks that the values identify one row.
func newLookup(h database.Handle, model reflect.Type, set []assignment) (*lookup, error) {
	p, err := planOf(h, model)
	if err != nil {
		return nil, err
	}
	l := &lookup{p: p, q: query{h: h, model: model, limit: -1}}
	columns, nodes, where := l.room.columns[:], l.room.nodes[:], l.room.where[:]
	if n := len(set); n > len(columns) {
		columns, nodes, where = make([]string, n), make([]node, n), make([]*node, n)
	}
	columns, where = columns[:len(set)], where[:len(set)]
	for k, a := range set {
		i := p.indexOf(a.field)
		switch {
		case i < 0:
			return nil, unknownField(p, a.field)
		case a.op != assignSet:
			return nil, fieldError(p.model, p.fields[i], errors.New("a lookup takes plain values: NULL is like no other, and what is computed is not known yet"))
		}
		if p.fields[i] == p.key && p.key.auto && a.value == any(int64(0)) {
			return nil, fieldError(p.model, p.key, errors.New("a lookup by the key 0 finds nothing: a row with it is given another"))
		}
		columns[k] = p.fields[i].column
		nodes[k] = node{op: opEq, field: a.field, value: a.value}
		where[k] = &nodes[k]
	}
	if !p.identifies(columns) {
		return nil, fmt.Errorf("orm: the lookup of %s is by %v, which is not just the columns of its key or of one unique constraint; without that two at once could both create the row", p.model, columns)
	}
	l.columns, l.q.where, l.q.deleted = columns, where, p.seenBy(columns)
	return l, nil
}

// create stores the struct at ptr, with the methods of its model, unless there
// is a row with the same values in the columns.
func (l *lookup) create(ctx context.Context, h database.Handle, ptr unsafe.Pointer) (created bool, err error) {
	err = l.p.saving(ctx, h, l.p.row(ptr), Saving{}, func(ctx context.Context, h database.Handle) (bool, bool, error) {
		err := l.check(ptr)
		if err != nil {
			return false, false, err
		}
		created, err = l.p.insert(ctx, h, ptr, l.columns)
		return true, created, err
	})
	return created && err == nil, err
}

// check refuses a new row that the lookup would not find, because a method of
// the model changed a value of it: each call would create another one, or find
// a row in its way that it does not see.
func (l *lookup) check(ptr unsafe.Pointer) error {
	if l.p.hooks == 0 {
		return nil
	}
	for _, n := range l.q.where {
		i := l.p.indexOf(n.field)
		want, err := l.p.assignArg(i, n.value)
		if err != nil {
			return err
		}
		if have, err := l.p.arg(i, ptr); err != nil || !reflect.DeepEqual(have, want) {
			f := l.p.fields[i]
			return fieldError(l.p.model, f, fmt.Errorf("the row is looked up by %s, and a method of the model made that %s", f.show(want), f.show(have)))
		}
	}
	return nil
}

// seenBy says which rows a lookup by the columns sees: the key of a row that is
// marked as deleted is still taken.
func (p *plan) seenBy(columns []string) deletedRows {
	if slices.Contains(columns, p.keys[0].column) && len(columns) == len(p.keys) {
		return deletedShown
	}
	return deletedHidden
}

// identifies reports whether no two rows have the same values in the columns.
func (m *model) identifies(columns []string) bool {
	return slices.ContainsFunc(m.unique, func(unique []string) bool {
		return len(unique) == len(columns) && !slices.ContainsFunc(unique, func(c string) bool { return !slices.Contains(columns, c) })
	})
}

// findUnique lists the columns of the key and of each unique constraint.
func (m *model) findUnique() {
	m.unique = append(m.unique, m.keyColumns())
	for _, f := range m.fields {
		if f.tag.unique {
			m.unique = append(m.unique, []string{f.column})
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
		m.unique = append(m.unique, names)
	}
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
