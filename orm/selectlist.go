package orm

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"
)

// listType is the result of selections into a list of values.
var listType = reflect.TypeFor[[]any]()

// newList returns how a list of values is read: into a struct made for it, with
// a pointer to each value, nil for NULL.
func (p *plan) newList(s *selection, kinds []kind) (*plan, error) {
	fields := make([]reflect.StructField, len(kinds))
	for i, k := range kinds {
		t := p.typ
		if s.items[i].kind != exprRow {
			t = reflect.PointerTo(k.f.base)
		}
		fields[i] = reflect.StructField{Name: "F" + strconv.Itoa(i), Type: t}
	}
	typ := reflect.StructOf(fields)
	out := &plan{model: &model{typ: typ}, b: p.b}
	for i, k := range kinds {
		sf := typ.Field(i)
		if s.items[i].kind == exprRow {
			for j, f := range p.fields {
				c := *f
				c.offset += sf.Offset
				out.fields, out.codecs = append(out.fields, &c), append(out.codecs, p.codecs[j])
			}
			continue
		}
		f, err := k.fieldFor(sf.Name, sf.Type, sf.Offset)
		if err != nil {
			return nil, err
		}
		out.fields, out.codecs = append(out.fields, f), append(out.codecs, k.codec)
	}
	if s.sought != nil {
		out.withSought(p, s)
	}
	return out, nil
}

// withSought makes results be read together with the fields of the model that are
// sought: into a struct of both.
func (p *plan) withSought(from *plan, s *selection) {
	both := reflect.StructOf([]reflect.StructField{{Name: "Result", Type: p.typ}, {Name: "Row", Type: from.typ}})
	for _, i := range s.sought {
		f := *from.fields[i]
		f.offset += both.Field(1).Offset
		p.fields, p.codecs = append(p.fields, &f), append(p.codecs, from.codecs[i])
	}
	m := *p.model
	m.typ = both
	p.model = &m
}

// delivered returns rows that were read as the results that they are for.
func (s *selection) delivered(rows rowset) span {
	if s.result != listType && s.sought == nil {
		return rows.span
	}
	out := reflect.MakeSlice(reflect.SliceOf(s.result), rows.n, rows.n)
	for i := range rows.n {
		v := reflect.NewAt(rows.plan.typ, rows.at(i)).Elem()
		if s.sought != nil {
			v = v.Field(0)
		}
		if s.result == listType {
			v = reflect.ValueOf(listOf(v))
		}
		out.Index(i).Set(v)
	}
	return span{out.UnsafePointer(), rows.n}
}

// listOf returns the values in a struct that newList made.
func listOf(v reflect.Value) []any {
	list := make([]any, v.NumField())
	for i := range list {
		switch f := v.Field(i); {
		case f.Kind() != reflect.Pointer:
			list[i] = f.Interface()
		case !f.IsNil():
			list[i] = f.Elem().Interface()
		}
	}
	return list
}

// Seek returns size results, beginning where the cursor leads, as
// [Query.Seek] does: the order is that of the query, completed by the key,
// whether its columns are selected or not. Groups, Distinct and unions cannot
// be sought.
//
//go:noinline
func (s *Selection[R]) Seek(ctx context.Context, cursor string, size int) (Slice[R], error) {
	rows, prev, next, err := (*selection)(s).seek(ctx, cursor, size)
	if err != nil {
		return Slice[R]{}, err
	}
	return Slice[R]{Items: sliceOf[R](rows), Prev: prev, Next: next}, nil
}

func (s *selection) seek(ctx context.Context, cursor string, size int) (out span, prev, next string, err error) {
	c := s.own()
	if c.err != nil {
		return out, "", "", c.err
	}
	if c.distinct || len(c.unions) > 0 || c.grouped() {
		return out, "", "", fmt.Errorf("orm: Seek in a selection from %s: groups, Distinct and unions cannot be sought", c.model)
	}
	at, err := c.query.seek(cursor, size)
	if err != nil {
		return out, "", "", err
	}
	for _, o := range at.orders {
		c.sought = append(c.sought, at.p.indexOf(o.field))
	}
	var rows rowset
	if err := c.read(ctx, func(r rowset) { rows = r }); err != nil {
		return out, "", "", err
	}
	more := rows.n > size
	rows.n = min(rows.n, size)
	if at.at.back {
		rows.reverse()
	}
	if rows.n > 0 {
		row := rows.plan.typ.Field(1).Offset
		if prev, next, err = at.cursors(unsafe.Add(rows.at(0), row), unsafe.Add(rows.at(rows.n-1), row), more); err != nil {
			return out, "", "", err
		}
	}
	return c.delivered(rows), prev, next, nil
}
