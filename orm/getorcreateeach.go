package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// GetOrCreateEach is [GetOrCreate] for several values of one unique field: it
// returns the rows in the order of the values, and creates those that are not
// there: with that value, and in all other fields the model's defaults or zero
// values. A value that is given twice has the same row twice.
//
//	tags, err := orm.GetOrCreateEach(ctx, db, Tags.Name.Set, "soup", "quick")
//	...
//	err = Recipes.Tags.Set(ctx, db, &recipe, tags...)
//
// Rows that are there cost one statement for all of them; those that are not,
// what GetOrCreate costs. They are created in the order of the values as the
// database sorts them, so that two transactions with the same values wait for
// each other in one direction only. On an error, the rows that were created
// before it stay, unless h is a transaction that is rolled back.
func GetOrCreateEach[T, V any](ctx context.Context, h database.Handle, set func(V) AssignmentOf[*T], values ...V) ([]*T, error) {
	if len(values) == 0 {
		return nil, nil
	}
	lookups := make([]*lookup, len(values))
	for k, v := range values {
		l, err := newLookup(h, reflect.TypeFor[T](), []assignment{set(v).a})
		if err != nil {
			return nil, err
		}
		lookups[k] = l
	}
	keys, found, err := readEach(ctx, lookups)
	if err != nil {
		return nil, err
	}
	missing, err := missingInOrder(lookups, keys, found)
	if err != nil {
		return nil, err
	}
	for _, k := range missing {
		row, _, err := GetOrCreate(ctx, h, By(set(values[k])), nil)
		if err != nil {
			return nil, err
		}
		found[keys[k]] = unsafe.Pointer(&row)
	}
	rows := make([]*T, len(values))
	for k := range values {
		rows[k] = (*T)(found[keys[k]])
	}
	return rows, nil
}

// missingInOrder returns the positions of the lookups whose rows were not found,
// one for each value, in the order of the values: a row that is created locks
// its value until the transaction ends.
func missingInOrder(lookups []*lookup, keys []any, found map[any]unsafe.Pointer) ([]int, error) {
	p, field := lookups[0].p, lookups[0].field()
	f := p.fields[p.indexOf(field)]
	var missing []int
	values := make(map[int]any)
	seen := make(map[any]bool)
	for k, l := range lookups {
		if found[keys[k]] != nil || seen[keys[k]] {
			continue
		}
		seen[keys[k]] = true
		v, err := f.convert(l.q.where[0].value)
		if err != nil {
			return nil, fieldError(p.model, f, err)
		}
		missing, values[k] = append(missing, k), v
	}
	slices.SortStableFunc(missing, func(a, b int) int { return f.compare(values[a], values[b]) })
	return missing, nil
}

// field returns the field that rows are looked up by, the first if there are
// several.
func (l *lookup) field() string { return l.q.where[0].field }

// readEach reads the rows of lookups by the same field, in one statement. It
// returns the value that each of them looks for, in a form that can be
// compared, and the rows by it.
func readEach(ctx context.Context, lookups []*lookup) (keys []any, found map[any]unsafe.Pointer, err error) {
	first := lookups[0]
	field := first.field()
	i := first.p.indexOf(field)
	var values []any
	for _, l := range lookups {
		if l.field() != field {
			return nil, nil, fmt.Errorf("orm: GetOrCreateEach of %s looks up one value by %s and another by %s; all go by one field", first.p.model, field, l.field())
		}
		key, err := first.p.assignArg(i, l.q.where[0].value)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, mapKey(key))
		values = append(values, l.q.where[0].value)
	}
	q := first.q
	q.where = []*node{compareField(field, opIn, values)}
	s, err := q.all(ctx)
	if err != nil {
		return nil, nil, err
	}
	found = make(map[any]unsafe.Pointer, len(lookups))
	rows := rowset{first.p, s}
	for k := range rows.len() {
		at := rows.at(k)
		key, err := first.p.arg(i, at)
		if err != nil {
			return nil, nil, err
		}
		found[mapKey(key)] = at
	}
	return keys, found, nil
}
