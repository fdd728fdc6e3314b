package forms

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/internal/nearest"
)

// How many rows a form may have.
const (
	defaultRows = 100 // if the declaration does not say how many
	maxRows     = 1000
)

// maxDepth is how deep rows are in each other: rows may have rows.
const maxDepth = 2

// rowsPlan is what a field says that has rows: a slice of structs.
type rowsPlan struct {
	plan               *plan
	key, position      []int // fields of a row: what tells it from others, and its place; nil for none
	least, most, extra int
	ordered            bool
	one                string // what people call a row
}

// isRows reports whether a type is a slice of structs that are not values.
func isRows(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return false
	}
	switch t.Elem() {
	case reflect.TypeFor[File](), reflect.TypeFor[civil.Date](), reflect.TypeFor[civil.Clock](), reflect.TypeFor[time.Time]():
		return false
	}
	return true
}

// readRows reads the declaration of a field with rows.
func (p *fieldPlan) readRows(t reflect.Type, part part, depth int) (err error) {
	if depth == maxDepth {
		return fmt.Errorf("rows are in rows at most once, and this is deeper")
	}
	r := &rowsPlan{most: defaultRows, extra: 1, one: part.field.Tag.Get("row")}
	p.kind, p.base, p.optional, p.widget, p.rows = group, t.Elem(), true, "rows", r
	err = fieldrules.EachWord(part.tag, func(key, value string, has bool) error {
		n, bad := strconv.Atoi(value)
		number := has && bad == nil && n >= 0 && n <= maxRows
		switch {
		case key == "name" && has:
			return p.setName(value)
		case key == "ordered" && !has:
			r.ordered = true
		case key == "min" && number:
			r.least, p.optional = n, n == 0
		case key == "max" && number && n > 0:
			r.most = n
		case key == "extra" && number:
			r.extra = n
		case slices.Contains([]string{"min", "max", "extra"}, key):
			return fmt.Errorf("%s=%s is not a number of rows; a form has at most %d", key, value, maxRows)
		default:
			return fmt.Errorf("the word %q of its tag is not known%s", key, nearest.Hint(key, []string{"name", "min", "max", "extra", "ordered"}))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.least > r.most {
		return fmt.Errorf("min=%d is more than max=%d", r.least, r.most)
	}
	if p.label == "" {
		return errors.New(`it has no label, which people and screen readers need; write label:"..."`)
	}
	if r.one == "" {
		r.one = p.label
	}
	return r.readRow(t.Elem(), part.rows, depth+1)
}

// readRow reads the declaration of a row, and takes from it the key and the position, which
// nobody fills in.
func (r *rowsPlan) readRow(t reflect.Type, named []Part, depth int) error {
	all, err := partsOf(t, named)
	if err != nil {
		return err
	}
	var parts []part
	for _, part := range all {
		k, ok := kindOf(part.field.Type)
		switch part.tag {
		case "key":
			if !ok || k != whole && k != text {
				return fmt.Errorf("form %v: field %s: a key is a whole number or a text", t, part.field.Name)
			}
			r.key = part.field.Index
		case "position":
			if !ok || k != whole {
				return fmt.Errorf("form %v: field %s: a position is a whole number", t, part.field.Name)
			}
			r.position, r.ordered = part.field.Index, true
		default:
			parts = append(parts, part)
		}
	}
	r.plan, err = planOfFields(t, parts, depth)
	return err
}
