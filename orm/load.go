package orm

import (
	"context"
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

// load loads relations of the rows: one statement for each relation, whatever
// the number of rows.
func load(ctx context.Context, h database.Handle, s rowset, relations []prefetch) error {
	for _, r := range relations {
		var err error
		if f := s.plan.fieldNamed(r.field); f != nil && f.ref != nil {
			err = loadOne(ctx, h, s, f, r)
		} else if f := s.plan.manyNamed(r.field); f != nil {
			err = loadMany(ctx, h, s, f, r)
		} else {
			err = unknownField(s.plan, r.field)
		}
		if err != nil {
			return fmt.Errorf("load %s.%s: %w", s.plan.model, r.field, err)
		}
	}
	return nil
}

// loadOne loads the rows that a foreign key refers to.
func loadOne(ctx context.Context, h database.Handle, s rowset, f *field, r prefetch) error {
	target := s.plan.b.plans[f.ref.target]
	keys := make([]any, s.len()) // of each row, nil for NULL
	var distinct []any
	seen := map[any]int{}
	for i := range s.len() {
		k, err := s.plan.arg(s.plan.indexOf(f.name), s.at(i))
		if err != nil {
			return err
		}
		if keys[i] = k; k == nil {
			continue
		}
		if _, ok := seen[k]; !ok {
			seen[k] = -1
			distinct = append(distinct, k)
		}
	}
	if len(distinct) == 0 {
		return nil
	}
	arg, err := target.listArg(distinct)
	if err != nil {
		return err
	}
	text, err := relatedText(target, r, 'r', func(w *writer) {
		w.str("SELECT ")
		w.str(target.selectList)
		w.str(" FROM ")
		w.name(target.table)
		w.str(" t0 WHERE ")
		w.inList("t0", target.key.column)
	})
	if err != nil {
		return err
	}
	found, err := fetch(ctx, h, target, nil, text, arg)
	if err != nil {
		return err
	}
	if err := load(ctx, h, found, r.nested); err != nil {
		return err
	}
	keyAt := target.indexOf(target.key.name)
	for i := range found.len() {
		k, err := target.arg(keyAt, found.at(i))
		if err != nil {
			return err
		}
		seen[k] = i
	}
	for i, k := range keys {
		if k == nil || seen[k] < 0 {
			continue
		}
		at := unsafe.Add(s.at(i), f.offset)
		if f.null == nullPointer {
			at = *(*unsafe.Pointer)(at)
		}
		ref := reflect.NewAt(f.refType(), at).Interface().(anyRef)
		ref.setRow(found.slice.Index(seen[k]).Addr().Interface())
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

// loadMany loads the rows that a many-to-many relation leads to, together with
// the keys of the rows that they belong to.
func loadMany(ctx context.Context, h database.Handle, s rowset, f *manyField, r prefetch) error {
	target := s.plan.b.plans[f.target]
	keyAt := s.plan.indexOf(s.plan.key.name)
	keys := make([]any, s.len())
	for i := range s.len() {
		var err error
		if keys[i], err = s.plan.arg(keyAt, s.at(i)); err != nil {
			return err
		}
	}
	arg, err := s.plan.listArg(keys)
	if err != nil {
		return err
	}
	text, err := relatedText(target, r, 'm', func(w *writer) {
		w.str("SELECT ")
		w.col("p", f.near)
		w.str(", ")
		w.str(target.selectList)
		w.str(" FROM ")
		w.name(f.table)
		w.str(" p JOIN ")
		w.name(target.table)
		w.str(" t0 ON ")
		w.col("t0", target.key.column)
		w.str(" = ")
		w.col("p", f.far)
		w.str(" WHERE ")
		w.inList("p", f.near)
		if len(r.orders) == 0 {
			w.str(" ORDER BY ")
			w.col("p", "id")
			return
		}
		w.orderBy(target, "t0", r.orders)
	}, f.table, f.near)
	if err != nil {
		return err
	}
	var owners []any
	owner := reflect.New(s.plan.key.base)
	found, err := fetchEach(ctx, h, target, owner.Interface(), func() error {
		k, err := s.plan.convertArg(keyAt, owner.Elem().Interface())
		owners = append(owners, k)
		return err
	}, text, arg)
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
	for i, k := range keys {
		rows := reflect.MakeSlice(reflect.SliceOf(f.target), 0, len(byOwner[k]))
		for _, j := range byOwner[k] {
			rows = reflect.Append(rows, found.slice.Index(j))
		}
		reflect.NewAt(f.typ, unsafe.Add(s.at(i), f.offset)).Interface().(anyMany).setRows(rows.Interface())
	}
	return nil
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

// relatedText returns the text of a statement that loads related rows.
func relatedText(target *plan, r prefetch, kind byte, write func(*writer), more ...string) (string, error) {
	b := &binder{}
	b.mark(kind, target.table)
	for _, m := range more {
		b.mark('.', m)
	}
	b.orders(target, r.orders)
	if b.err != nil {
		return "", b.err
	}
	return target.b.texts.get(b.shape, func() (string, error) {
		w := &writer{dialect: target.b.dialect}
		write(w)
		return string(w.b), nil
	})
}

func fetch(ctx context.Context, h database.Handle, p *plan, lead any, text string, args ...any) (rowset, error) {
	return fetchEach(ctx, h, p, lead, nil, text, args...)
}

// fetchEach reads rows of a model that is only known at run time; lead, when
// not nil, receives the first column, and each is called after each row.
func fetchEach(ctx context.Context, h database.Handle, p *plan, lead any, each func() error, text string, args ...any) (rowset, error) {
	rows, err := h.Query(ctx, text, args...)
	if err != nil {
		return rowset{}, err
	}
	defer rows.Close()
	var r *reader
	if lead != nil {
		r = p.newReader(lead)
	} else {
		r = p.newReader()
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
	return rowset{p, slice}, rows.Close()
}
