package orm

import (
	"context"
	"reflect"
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
// what GetOrCreate costs. On an error, the rows that were created before it
// stay, unless h is a transaction that is rolled back.
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
	rows := make([]*T, len(values))
	for k, v := range values {
		at, ok := found[keys[k]]
		if !ok {
			row, _, err := GetOrCreate(ctx, h, By(set(v)), nil)
			if err != nil {
				return nil, err
			}
			at = unsafe.Pointer(&row)
			found[keys[k]] = at
		}
		rows[k] = (*T)(at)
	}
	return rows, nil
}

// readEach reads the rows of lookups by the same field, in one statement. It
// returns the value that each of them looks for, in a form that can be
// compared, and the rows by it.
func readEach(ctx context.Context, lookups []*lookup) (keys []any, found map[any]unsafe.Pointer, err error) {
	first := lookups[0]
	field := first.q.where[0].field
	i := first.p.indexOf(field)
	var values []any
	for _, l := range lookups {
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
