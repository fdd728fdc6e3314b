package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// rowset is a slice of structs of a model, without its static type.
type rowset struct {
	plan  *plan
	slice reflect.Value // addressable elements
}

func rowsOf[T any](p *plan, items []T) rowset {
	return rowset{p, reflect.ValueOf(items)}
}

func (s rowset) len() int { return s.slice.Len() }

func (s rowset) at(i int) unsafe.Pointer { return s.slice.Index(i).Addr().UnsafePointer() }

// keys returns the encoded values of a field of every row, nil for NULL, and
// each value once.
func (s rowset) keys(f *field) (all, distinct []any, err error) {
	at := s.plan.indexOf(f.name)
	all = make([]any, s.len())
	seen := map[any]bool{}
	for i := range all {
		if all[i], err = s.plan.arg(at, s.at(i)); err != nil {
			return nil, nil, err
		}
		if k := all[i]; k != nil && !seen[k] {
			seen[k] = true
			distinct = append(distinct, k)
		}
	}
	return all, distinct, nil
}

// load loads relations of the rows: one statement for each relation, whatever
// the number of rows.
func load(ctx context.Context, h database.Handle, s rowset, relations []prefetch) error {
	for _, r := range relations {
		if err := loadRelation(ctx, h, s, r); err != nil {
			return fmt.Errorf("load %s.%s: %w", s.plan.model, r.field, err)
		}
	}
	return nil
}

func loadRelation(ctx context.Context, h database.Handle, s rowset, r prefetch) error {
	switch {
	case r.back != nil:
		return fmt.Errorf("there is no field to load %s into; give %s a field of type orm.HasMany[%s]", r.back, s.plan.model, r.back)
	case r.limits && r.limit < 0:
		return fmt.Errorf("limit %d is negative", r.limit)
	}
	via, err := s.plan.routeOf(r.field)
	if err != nil {
		return err
	}
	if via.forward != nil {
		return loadForward(ctx, h, s, via, r)
	}
	return loadMany(ctx, h, s, via, r)
}

// loadForward loads the rows that a foreign key refers to.
func loadForward(ctx context.Context, h database.Handle, s rowset, via route, r prefetch) error {
	f, target := via.forward, via.target
	keys, distinct, err := s.keys(f)
	if err != nil || len(distinct) == 0 {
		return err
	}
	arg, err := target.listArg(distinct)
	if err != nil {
		return err
	}
	text, err := target.b.texts.get(append([]byte("r\x00"), target.table...), func() (string, error) {
		w := &writer{dialect: target.b.dialect}
		w.str("SELECT ")
		w.str(target.selectList)
		w.str(" FROM ")
		w.name(target.table)
		w.str(" t0 WHERE ")
		w.inList("t0", target.key.column)
		return string(w.b), nil
	})
	if err != nil {
		return err
	}
	found, err := fetch(ctx, h, target, nil, nil, text, arg)
	if err != nil {
		return err
	}
	if err := load(ctx, h, found, r.nested); err != nil {
		return err
	}
	foundKeys, _, err := found.keys(target.key)
	if err != nil {
		return err
	}
	at := make(map[any]int, len(foundKeys))
	for i, k := range foundKeys {
		at[k] = i
	}
	for i, k := range keys {
		j, ok := at[k]
		if !ok {
			continue
		}
		ptr := unsafe.Add(s.at(i), f.offset)
		if f.null == nullPointer {
			ptr = *(*unsafe.Pointer)(ptr)
		}
		ref := reflect.NewAt(f.refType(), ptr).Interface().(anyRef)
		ref.setRow(found.slice.Index(j).Addr().Interface())
	}
	return nil
}

// refType returns the RefKey type of a foreign key.
func (f *field) refType() reflect.Type {
	if f.null == nullPointer {
		return f.typ.Elem()
	}
	return f.typ
}

// loadMany loads the rows that a relation leads to, together with the keys of
// the rows that they belong to.
func loadMany(ctx context.Context, h database.Handle, s rowset, via route, r prefetch) error {
	target, key := via.target, s.plan.key
	keys, distinct, err := s.keys(key)
	if err != nil {
		return err
	}
	list, err := s.plan.listArg(distinct)
	if err != nil {
		return err
	}
	b := &binder{}
	b.mark('m', s.plan.table)
	b.mark('.', r.field)
	b.args = append(b.args, list)
	for _, n := range r.where {
		b.node(target, n)
	}
	b.orders(target, r.orders)
	if r.limits {
		b.shape = append(b.shape, 'l')
		b.args = append(b.args, r.limit)
	}
	if b.err != nil {
		return b.err
	}
	text, err := target.b.texts.get(b.shape, func() (string, error) {
		w := &writer{dialect: target.b.dialect}
		w.loadMany(via, r)
		return string(w.b), nil
	})
	if err != nil {
		return err
	}
	var owners []any
	owner := reflect.New(key.base)
	found, err := fetch(ctx, h, target, owner.Interface(), func() error {
		k, err := s.plan.convertArg(s.plan.indexOf(key.name), owner.Elem().Interface())
		owners = append(owners, k)
		return err
	}, text, b.args...)
	if err != nil {
		return err
	}
	if err := load(ctx, h, found, r.nested); err != nil {
		return err
	}
	byOwner := map[any][]int{}
	for i, k := range owners {
		byOwner[k] = append(byOwner[k], i)
	}
	rel := s.plan.relationNamed(r.field)
	for i, k := range keys {
		rows := reflect.MakeSlice(reflect.SliceOf(rel.target), 0, len(byOwner[k]))
		for _, j := range byOwner[k] {
			rows = reflect.Append(rows, found.slice.Index(j))
		}
		reflect.NewAt(rel.typ, unsafe.Add(s.at(i), rel.offset)).Interface().(relationField).setRows(rows.Interface())
	}
	return nil
}

// loadMany writes the statement that loads related rows: the owner's key, then
// the row. With a limit for each owner the rows are numbered within it first.
func (w *writer) loadMany(via route, r prefetch) {
	target := via.target
	ownerAlias, ownerColumn := "t0", ""
	if via.pairs != nil {
		ownerAlias, ownerColumn = "p", via.pairs.near
	} else {
		ownerColumn = via.reverse.column
	}
	order := func() {
		switch {
		case len(r.orders) > 0:
			w.orderBy(target, "t0", r.orders)
		case via.pairs != nil:
			w.str(" ORDER BY ")
			w.col("p", via.pairs.order)
		default:
			w.str(" ORDER BY ")
			w.col("t0", target.key.column)
		}
	}
	w.str("SELECT ")
	if r.limits {
		w.str("* FROM (SELECT ")
	}
	w.col(ownerAlias, ownerColumn)
	w.str(" AS owner_key, ")
	w.b = target.appendColumnsAs(w.b, "t0")
	if r.limits {
		w.str(", row_number() OVER (PARTITION BY ")
		w.col(ownerAlias, ownerColumn)
		order()
		w.str(") AS owner_row")
	}
	w.str(" FROM ")
	if via.pairs != nil {
		w.name(via.pairs.table)
		w.str(" p JOIN ")
		w.name(target.table)
		w.str(" t0 ON ")
		w.col("t0", target.key.column)
		w.str(" = ")
		w.col("p", via.pairs.far)
	} else {
		w.name(target.table)
		w.str(" t0")
	}
	w.str(" WHERE ")
	w.inList(ownerAlias, ownerColumn)
	for _, n := range r.where {
		w.str(" AND ")
		w.node(target, "t0", n)
	}
	if !r.limits {
		order()
		return
	}
	w.str(") n WHERE owner_row <= ")
	w.arg()
	w.str(" ORDER BY owner_row")
}

// appendColumnsAs is appendColumns with the columns' plain names as labels, so
// that a query around it can take them.
func (p *plan) appendColumnsAs(b []byte, alias string) []byte {
	for i, f := range p.fields {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, p.codecs[i].SelectPrefix...)
		b = append(b, alias...)
		b = append(b, '.')
		b = database.AppendQuoted(b, f.column)
		if p.codecs[i].SelectPrefix != "" {
			b = append(b, " AS "...)
			b = database.AppendQuoted(b, f.column)
		}
	}
	return b
}

// inList writes the condition that a column is in the list that is the next
// argument.
func (w *writer) inList(alias, column string) {
	w.col(alias, column)
	if w.dialect.Name() == "sqlite" {
		w.str(" IN (SELECT value FROM json_each(")
		w.arg()
		w.str("))")
		return
	}
	w.str(" = ANY(")
	w.arg()
	w.str(")")
}

// fetch reads rows of a model that is only known at run time; lead, when not
// nil, receives the first column, and each is called after each row. Columns
// behind those of the model are dropped.
func fetch(ctx context.Context, h database.Handle, p *plan, lead any, each func() error, text string, args ...any) (s rowset, err error) {
	rows, err := h.Query(ctx, text, args...)
	if err != nil {
		return rowset{}, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var r *reader
	if lead != nil {
		r = p.newReader(lead)
	} else {
		r = p.newReader()
	}
	columns, err := rows.Columns()
	if err != nil {
		return rowset{}, err
	}
	for len(r.dests) < len(columns) {
		r.dests = append(r.dests, new(any))
	}
	slice := reflect.MakeSlice(reflect.SliceOf(p.typ), 0, 16)
	zero := reflect.Zero(p.typ)
	for rows.Next() {
		slice = reflect.Append(slice, zero)
		if err := r.scan(rows, slice.Index(slice.Len()-1).Addr().UnsafePointer()); err != nil {
			return rowset{}, err
		}
		if each == nil {
			continue
		}
		if err := each(); err != nil {
			return rowset{}, err
		}
	}
	return rowset{p, slice}, rows.Err()
}
