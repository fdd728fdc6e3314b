package orm

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// ReplaceAll makes rows the related rows of owner, all of them, in one
// transaction: it is how a form with a group of repeated fields is stored.
//
//	err := orm.ReplaceAll(ctx, db, Recipes.Amounts, &recipe, amounts)
//
// Each row is given the reference to owner, which must have been stored, and a
// new one its key. A row whose key is that of a
// related row is stored in it, with all its fields, as by [Save]; the others are
// created, as by [CreateAll]; related rows that are not among rows are deleted,
// as by [Query.Delete]. A row with a key that the database numbers, and that no
// related row has, is [ErrNotFound]: rows of another owner are not taken over.
// So is an owner that is not stored. The model of the rows must have a key of one
// column.
//
// The owner is locked until the transaction ends, so of several who replace its
// rows at once the last one's rows stay. After an error rows have the keys and
// versions that they had before. First rows are deleted, then those that are there
// are stored one by one in the order of rows, then the new ones are created. So
// two related rows cannot exchange the values of a unique constraint: that is
// [database.ErrUnique].
func ReplaceAll[M, T any](ctx context.Context, h database.Handle, relation *Reverse[*M, *T], owner *M, rows []T) error {
	if relation == nil || owner == nil {
		return fmt.Errorf("orm: replace rows of %s: the relation or the owner is nil", reflect.TypeFor[T]())
	}
	var forget func()
	err := h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		r, err := newReplacement(ctx, tx, relation.r, reflect.TypeFor[M](), unsafe.Pointer(owner))
		if err != nil {
			return err
		}
		b := bulkOf(r.p, rows)
		forget = b.identities()
		updated, created, err := r.divide(b)
		if err != nil {
			return err
		}
		if _, err := r.others(b, updated).delete(ctx, nil); err != nil {
			return err
		}
		for _, i := range updated {
			if err := Save(ctx, tx, &rows[i], ForceUpdate); err != nil {
				return fmt.Errorf("row %d: %w", i, err)
			}
		}
		if len(created) == len(rows) {
			return CreateAll(ctx, tx, rows)
		}
		fresh := make([]T, len(created))
		for k, i := range created {
			fresh[k] = rows[i]
		}
		err = CreateAll(ctx, tx, fresh)
		for k, i := range created {
			rows[i] = fresh[k]
		}
		return err
	})
	if err != nil && forget != nil {
		forget()
	}
	return err
}

// replacement is what ReplaceAll knows of the rows that there are.
type replacement struct {
	p        *plan // of the rows
	fk       *field
	owner    any // its key
	key      int // the field that is the rows' key
	existing map[any]bool
	q        *query // for the related rows
}

// newReplacement locks the owner and its related rows, and reads their keys.
func newReplacement(ctx context.Context, tx *database.Tx, rel related, model reflect.Type, owner unsafe.Pointer) (*replacement, error) {
	p, err := planOf(tx, model)
	if err != nil {
		return nil, err
	}
	via, err := p.route(&node{field: rel.field, more: operands{back: rel.back}.pointer()})
	if err != nil {
		return nil, err
	}
	r := &replacement{p: via.target, fk: via.reverse, existing: make(map[any]bool)}
	switch {
	case r.fk == nil:
		return nil, fmt.Errorf("orm: %s.%s is not the other side of a foreign key", p.model, rel.field)
	case r.p.key == nil:
		return nil, fmt.Errorf("orm: replace rows of %s: the model has no key of one column", r.p.model)
	}
	r.key = r.p.indexOf(r.p.key.name)
	r.owner = p.key.goValue(owner)
	ownerKey, err := p.arg(p.indexOf(p.key.name), owner)
	if err != nil {
		return nil, err
	}
	// The rows alone are not enough: there may be none yet.
	switch stored, err := p.lockOwner(ctx, tx, ownerKey); {
	case err != nil:
		return nil, fmt.Errorf("replace rows of %s: %w", r.p.model, err)
	case !stored:
		return nil, fmt.Errorf("replace rows of %s: %w: no %s with key %v is stored", r.p.model, ErrNotFound, p.model, ownerKey)
	}
	r.q = &query{h: tx, model: r.p.typ, limit: -1, where: []*node{r.ofOwner()}}
	locking := r.q.own()
	locking.lock = lock(Wait) + 1
	locking.orders = []order{{field: r.p.key.name}}
	s, err := locking.all(ctx)
	if err != nil {
		return nil, err
	}
	there := rowset{r.p, s}
	for i := range there.len() {
		key, err := r.p.arg(r.key, there.at(i))
		if err != nil {
			return nil, err
		}
		r.existing[mapKey(key)] = true
	}
	return r, nil
}

// ofOwner is the condition that a row is related to the owner.
func (r *replacement) ofOwner() *node {
	return &node{op: opEq, field: r.fk.name, value: r.owner}
}

// others returns the query for the related rows that are not to be updated.
func (r *replacement) others(b bulk, updated []int) *query {
	q := r.q.own()
	if len(updated) == 0 {
		return q
	}
	keep := make([]any, len(updated))
	for k, i := range updated {
		keep[k] = r.p.key.goValue(b.at(i))
	}
	q.where = append(q.where, not(compareField(r.p.key.name, opIn, keep)))
	return q
}

// divide gives each row its owner, and returns the positions of the rows to
// update and of those to create.
func (r *replacement) divide(b bulk) (updated, created []int, err error) {
	seen := make(map[any]bool)
	for i := range b.n {
		ptr := b.at(i)
		if err := r.p.assign(ptr, assignment{field: r.fk.name, op: assignSet, value: r.owner}); err != nil {
			return nil, nil, err
		}
		arg, err := r.p.arg(r.key, ptr)
		if err != nil {
			return nil, nil, fmt.Errorf("row %d: %w", i, err)
		}
		key := mapKey(arg)
		numbered := r.p.key.auto && *(*int64)(unsafe.Add(ptr, r.p.key.offset)) == 0
		switch {
		case !numbered && seen[key]:
			return nil, nil, fmt.Errorf("row %d: %w", i, fieldError(r.p.model, r.p.key, fault.Newf(fault.Invalid, "the key %v is given twice", arg)))
		case r.existing[key]:
			updated = append(updated, i)
		case r.p.key.auto && !numbered:
			return nil, nil, fmt.Errorf("row %d: %w: %s with key %v is not one of the related rows", i, ErrNotFound, r.p.model, arg)
		default:
			created = append(created, i)
		}
		if !numbered {
			seen[key] = true
		}
	}
	return updated, created, nil
}

// goValue returns the value of the field of a struct, in its own type.
func (f *field) goValue(row unsafe.Pointer) any {
	return reflect.NewAt(f.typ, unsafe.Add(row, f.offset)).Elem().Interface()
}
