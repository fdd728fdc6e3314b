package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Databases look for the rows that new rows refer to at the end of a statement.
// Many rows take several statements, how many depends on the database; so rows
// that others of the same call refer to are stored first.

// late is a reference to a row that is stored after the row that has it.
type late struct{ row, field int }

// parentsFirst returns the rows in an order in which those that others refer to
// come first, and the references for which that cannot be, because rows refer to
// each other in a circle.
func (b bulk) parentsFirst(rows []int) ([]int, []late, error) {
	refs := b.refsInside()
	if len(refs) == 0 || len(rows) < 2 {
		return rows, nil, nil
	}
	edges, forward, err := b.edges(rows, refs)
	if err != nil || !forward {
		return rows, nil, err
	}
	var (
		out   = make([]int, 0, len(rows))
		state = make(map[int]byte, len(rows)) // 1: its parents are being placed, 2: placed
		lates []late
		stack []int
		next  = make(map[int]int) // the edge to follow
	)
	for _, first := range rows {
		if state[first] == 0 {
			stack, state[first] = append(stack, first), 1
		}
		for len(stack) > 0 {
			row := stack[len(stack)-1]
			if next[row] == len(edges[row]) {
				out, state[row] = append(out, row), 2
				stack = stack[:len(stack)-1]
				continue
			}
			e := edges[row][next[row]]
			next[row]++
			switch state[e.row] {
			case 0:
				stack, state[e.row] = append(stack, e.row), 1
			case 1:
				if b.p.fields[e.field].null != notNull {
					lates = append(lates, late{row, e.field})
				}
			}
		}
	}
	return out, lates, nil
}

// refsInside returns the positions of fields that refer to rows of the model
// itself.
func (b bulk) refsInside() []int {
	var out []int
	if b.p.key == nil {
		return nil // nothing can refer to it
	}
	for i, f := range b.p.fields {
		if f.ref != nil && f.ref.model == b.p.model {
			out = append(out, i)
		}
	}
	return out
}

// edges returns for each row the others of the rows that it refers to, each with
// the field; forward says that some of those come after it.
func (b bulk) edges(rows, refs []int) (edges map[int][]late, forward bool, err error) {
	value := func(field, row int) (any, error) {
		v, err := b.p.arg(field, b.at(row))
		if err != nil {
			return nil, rowError(row, err)
		}
		return mapKey(v), nil
	}
	key := b.p.indexOf(b.p.key.name)
	place := make(map[any]int, len(rows))
	for i, r := range rows {
		v, err := value(key, r)
		if err != nil {
			return nil, false, err
		}
		place[v] = i
	}
	edges = map[int][]late{}
	for i, r := range rows {
		for _, f := range refs {
			v, err := value(f, r)
			if err != nil {
				return nil, false, err
			}
			if to, ok := place[v]; ok && v != nil && to != i {
				edges[r] = append(edges[r], late{rows[to], f})
				forward = forward || to > i
			}
		}
	}
	return edges, forward, nil
}

// without runs fn while the references are NULL in the structs.
func (b bulk) without(lates []late, fn func() error) error {
	for _, l := range lates {
		f := b.p.fields[l.field]
		v := reflect.NewAt(f.typ, unsafe.Add(b.at(l.row), f.offset)).Elem()
		before := reflect.New(f.typ).Elem()
		before.Set(v)
		v.SetZero()
		defer v.Set(before)
	}
	return fn()
}

// refer stores the references that were left out.
func (b bulk) refer(ctx context.Context, tx database.Handle, lates []late) error {
	if len(lates) == 0 {
		return nil
	}
	m, p := *b.p.model, *b.p
	m.version = nil // the rows are as new as they were
	p.model = &m
	byField := map[int][]int{}
	var fields []int
	for _, l := range lates {
		if byField[l.field] == nil {
			fields = append(fields, l.field)
		}
		byField[l.field] = append(byField[l.field], l.row)
	}
	slices.Sort(fields)
	for _, f := range fields {
		u := bulkUpdate{bulk: b, by: p.keyFields(), set: []int{f}}
		u.p = &p
		rows, err := u.inOrder(byField[f], u.by)
		if err != nil {
			return err
		}
		err = u.chunks(rows, len(u.by)+1, false, func(rows []int) error {
			n, err := u.update(ctx, tx, rows)
			if err != nil {
				return err
			}
			return b.stored("update", int(n), len(rows))
		})
		if err != nil {
			return fmt.Errorf("create %s: %w", b.p.model, err)
		}
	}
	return nil
}
