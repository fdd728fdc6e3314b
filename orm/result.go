package orm

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"
)

// resultKey is what the fields of a selection's results depend on.
type resultKey struct {
	result, model reflect.Type
	kinds         string
}

// resultPlans keeps how the results of selections are read.
type resultPlans struct {
	mu    sync.RWMutex
	plans map[resultKey]*plan
}

// results returns how the results of a selection are read: as if they were a
// model with a field for each column.
func (p *plan) results(s *selection) (*plan, error) {
	var room [128]byte
	sign := room[:0]
	for i, x := range s.items {
		if x.kind == exprRow {
			sign = append(append(sign, '*'), s.names[i]...)
		} else {
			k, err := p.kindOf(x)
			if err != nil {
				return nil, err
			}
			sign = binary.NativeEndian.AppendUint64(sign, uint64(uintptr(unsafe.Pointer(k.f))))
			sign = append(sign, s.nameOf(i, p)...)
		}
		sign = append(sign, ';')
	}
	for _, i := range s.sought {
		sign = strconv.AppendInt(append(sign, '+'), int64(i), 10)
	}
	kept := &p.b.selections
	kept.mu.RLock()
	r := kept.plans[resultKey{s.result, s.model, string(sign)}]
	kept.mu.RUnlock()
	if r != nil {
		return r, nil
	}
	kinds := make([]kind, len(s.items))
	for i, x := range s.items {
		if x.kind != exprRow {
			kinds[i], _ = p.kindOf(x) // as above
		}
	}
	r, err := p.newResults(s, kinds)
	if err != nil {
		return nil, fmt.Errorf("orm: Select from %s into %s: %w", p.model, s.result, err)
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.plans == nil {
		kept.plans = map[resultKey]*plan{}
	}
	kept.plans[resultKey{s.result, s.model, string(sign)}] = r
	return r, nil
}

func (p *plan) newResults(s *selection, kinds []kind) (*plan, error) {
	if s.result == listType {
		return p.newList(s, kinds)
	}
	out := &plan{model: &model{typ: s.result}, b: p.b, readers: new(sync.Pool)}
	if s.sought != nil {
		defer func() { out.withSought(p, s) }()
	}
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
		return nil, fmt.Errorf("%d expressions are selected; they go into a struct with a field for each", len(kinds))
	}
	if s.result.NumField() != len(kinds) {
		return nil, p.miscount(s, kinds)
	}
	at, err := p.fieldsFor(s, kinds)
	if err != nil {
		return nil, err
	}
	for i, k := range kinds {
		sf := s.result.Field(at[i])
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

// fieldsFor returns the index of the result's field for each item.
func (p *plan) fieldsFor(s *selection, kinds []kind) ([]int, error) {
	at, taken := make([]int, len(kinds)), make([]bool, len(kinds))
	var rest []int // items without a field of their name
	for i := range kinds {
		name := s.nameOf(i, p)
		f, ok := s.result.FieldByName(name)
		switch {
		case name != "" && ok && len(f.Index) == 1 && !taken[f.Index[0]]:
			at[i] = f.Index[0]
			taken[at[i]] = true
		case s.names[i] != "" && ok && len(f.Index) > 1:
			return nil, fmt.Errorf("field %s, which As names, is in an embedded struct; only fields of %s itself are filled", name, s.result)
		case s.names[i] != "" && ok:
			return nil, fmt.Errorf("two expressions go into the field %s", name)
		case s.names[i] != "":
			return nil, fmt.Errorf("it has no field %s, which As names", name)
		default:
			rest = append(rest, i)
		}
	}
	types := map[reflect.Type]int{}
	next := 0
	for _, i := range rest {
		for taken[next] {
			next++
		}
		at[i] = next
		taken[next] = true
		if s.items[i].kind == exprRow {
			continue
		}
		t := kinds[i].f.base
		if other, twice := types[t]; twice {
			return nil, fmt.Errorf("numbers %d and %d of what is selected are both a %s and have no field of their name; name them with orm.As, or the fields after them", other+1, i+1, t)
		}
		types[t] = i
	}
	return at, nil
}

// miscount says which fields of the struct, or which of what is selected, are
// too many.
func (p *plan) miscount(s *selection, kinds []kind) error {
	fields := make(map[string]bool)
	for i := range s.result.NumField() {
		fields[s.result.Field(i).Name] = true
	}
	var names []string
	for i := range kinds {
		name := s.nameOf(i, p)
		switch {
		case fields[name]:
			delete(fields, name)
		case s.names[i] != "":
			return fmt.Errorf("it has no field %s, which As names", name)
		case name != "":
			names = append(names, name)
		default:
			names = append(names, fmt.Sprintf("number %d", i+1))
		}
	}
	err := fmt.Sprintf("the struct has %d fields, and %d expressions are selected; each field takes one", s.result.NumField(), len(kinds))
	if len(fields) > 0 {
		err += "; nothing of the name is selected for " + strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	}
	if len(names) > 0 {
		err += "; no field has the name of " + strings.Join(names, ", ")
	}
	return errors.New(err)
}

// nameOf returns the name of the result's field that an item goes into, if
// there is one of that name: what As says, or the name of what is selected.
func (s *selection) nameOf(i int, p *plan) string {
	if i < len(s.names) && s.names[i] != "" {
		return s.names[i]
	}
	switch x := s.items[i]; {
	case x.kind == exprField:
		return x.field
	case x.kind == exprRow:
		return p.typ.Name()
	case x.kind == exprVia && len(x.args) == 1 && x.args[0] != nil && x.args[0].kind == exprField:
		return x.field + x.args[0].field
	}
	return ""
}

// isPlain reports whether a type is one value, not a struct of several.
func isPlain(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() != reflect.Struct || isNull(t) || t.ConvertibleTo(timeType) || t.ConvertibleTo(dateType) || t.ConvertibleTo(clockType) ||
		isText(t) || reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]())
}
