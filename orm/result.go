package orm

import (
	"database/sql"
	"fmt"
	"reflect"
)

// resultKey is what the fields of a selection's results depend on.
type resultKey struct {
	result, model reflect.Type
	kinds         string
}

// results returns how the results of a selection are read: as if they were a
// model with a field for each column.
func (p *plan) results(s *selection) (*plan, error) {
	kinds := make([]kind, len(s.items))
	key := resultKey{result: s.result, model: s.model}
	sign := make([]byte, 0, 8*len(s.items))
	for i, x := range s.items {
		if x.kind == exprRow {
			sign = append(sign, '*', 0)
			continue
		}
		k, err := p.kindOf(x)
		if err != nil {
			return nil, err
		}
		kinds[i] = k
		sign = fmt.Appendf(sign, "%p,", k.f)
	}
	key.kinds = string(sign)
	if r, ok := p.b.results.Load(key); ok {
		return r.(*plan), nil
	}
	r, err := p.newResults(s, kinds)
	if err != nil {
		return nil, fmt.Errorf("orm: Select from %s into %s: %w", p.model, s.result, err)
	}
	p.b.results.Store(key, r)
	return r, nil
}

func (p *plan) newResults(s *selection, kinds []kind) (*plan, error) {
	out := &plan{model: &model{typ: s.result}, b: p.b}
	add := func(k kind, name string, t reflect.Type, offset uintptr) error {
		f, err := k.fieldFor(name, t, offset)
		out.fields = append(out.fields, f)
		out.codecs = append(out.codecs, k.codec)
		return err
	}
	row := func(t reflect.Type, offset uintptr) error {
		if t != p.typ {
			return fmt.Errorf("a row of %s does not fit a %s", p.model, t)
		}
		for i, f := range p.fields {
			c := *f
			c.offset += offset
			out.fields = append(out.fields, &c)
			out.codecs = append(out.codecs, p.codecs[i])
		}
		return nil
	}
	if len(kinds) == 1 {
		if s.items[0].kind == exprRow && s.result == p.typ {
			return out, row(s.result, 0)
		}
		if isPlain(s.result) {
			if s.items[0].kind == exprRow {
				return nil, row(s.result, 0)
			}
			return out, add(kinds[0], s.result.String(), s.result, 0)
		}
	}
	if s.result.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%d things are selected; they go into a struct with a field for each", len(kinds))
	}
	if n := s.result.NumField(); n != len(kinds) {
		return nil, fmt.Errorf("the struct has %d fields, and %d things are selected; fields are filled in order", n, len(kinds))
	}
	for i, k := range kinds {
		sf := s.result.Field(i)
		var err error
		switch {
		case !sf.IsExported():
			return nil, fmt.Errorf("field %s is not exported", sf.Name)
		case s.items[i].kind == exprRow:
			err = row(sf.Type, sf.Offset)
		default:
			err = add(k, sf.Name, sf.Type, sf.Offset)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// isPlain reports whether a type is one value, not a struct of several.
func isPlain(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() != reflect.Struct || isNull(t) || t.ConvertibleTo(timeType) || t.ConvertibleTo(dateType) || t.ConvertibleTo(clockType) ||
		isText(t) || reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]())
}
