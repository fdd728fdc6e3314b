package orm

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// Add relates owner to rows. Pairs that exist already stay as they are. All
// rows must have been stored before.
func (r ManyToMany[M, T]) Add(ctx context.Context, h database.Handle, owner *M, rows ...*T) error {
	p, f, err := r.pairs(h)
	if err != nil || len(rows) == 0 {
		return err
	}
	keys, err := keysOf(p.b.plans[f.target], rows)
	if err != nil {
		return err
	}
	ownerKey, err := p.arg(p.indexOf(p.key.name), unsafe.Pointer(owner))
	if err != nil {
		return err
	}
	w := &writer{dialect: p.b.dialect}
	w.str("INSERT INTO ")
	w.name(f.table)
	w.str(" (")
	w.name(f.near)
	w.str(", ")
	w.name(f.far)
	w.str(") VALUES (")
	w.arg()
	w.str(", ")
	w.arg()
	w.str(") ON CONFLICT (")
	w.name(f.near)
	w.str(", ")
	w.name(f.far)
	w.str(") DO NOTHING")
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, k := range keys {
			if _, err := tx.Exec(ctx, string(w.b), ownerKey, k); err != nil {
				return fmt.Errorf("relate %s to %s: %w", p.model, f.model, err)
			}
		}
		return nil
	})
}

// Remove ends the relation of owner to rows; the rows themselves stay. Rows
// that were not related are no error.
func (r ManyToMany[M, T]) Remove(ctx context.Context, h database.Handle, owner *M, rows ...*T) error {
	p, f, err := r.pairs(h)
	if err != nil || len(rows) == 0 {
		return err
	}
	target := p.b.plans[f.target]
	keys, err := keysOf(target, rows)
	if err != nil {
		return err
	}
	list, err := target.listArg(keys)
	if err != nil {
		return err
	}
	return r.delete(ctx, h, p, f, owner, func(w *writer) {
		w.str(" AND ")
		w.inList("p", f.far)
	}, list)
}

// Set relates owner to rows and to no others, in one transaction.
func (r ManyToMany[M, T]) Set(ctx context.Context, h database.Handle, owner *M, rows ...*T) error {
	p, f, err := r.pairs(h)
	if err != nil {
		return err
	}
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		target := p.b.plans[f.target]
		keys, err := keysOf(target, rows)
		if err != nil {
			return err
		}
		list, err := target.listArg(keys)
		if err != nil {
			return err
		}
		keep := func(w *writer) {}
		args := []any{}
		if len(rows) > 0 {
			keep = func(w *writer) {
				w.str(" AND NOT (")
				w.inList("p", f.far)
				w.str(")")
			}
			args = append(args, list)
		}
		if err := r.delete(ctx, tx, p, f, owner, keep, args...); err != nil {
			return err
		}
		return r.Add(ctx, tx, owner, rows...)
	})
}

// delete deletes the pairs of owner that more, written behind the condition on
// the owner, leaves.
func (r ManyToMany[M, T]) delete(ctx context.Context, h database.Handle, p *plan, f *relation, owner *M, more func(*writer), args ...any) error {
	key, err := p.arg(p.indexOf(p.key.name), unsafe.Pointer(owner))
	if err != nil {
		return err
	}
	w := &writer{dialect: p.b.dialect}
	w.str("DELETE FROM ")
	w.name(f.table)
	w.str(" AS p WHERE ")
	w.col("p", f.near)
	w.str(" = ")
	w.arg()
	more(w)
	if _, err := h.Exec(ctx, string(w.b), append([]any{key}, args...)...); err != nil {
		return fmt.Errorf("part %s from %s: %w", p.model, f.model, err)
	}
	return nil
}

func (r ManyToMany[M, T]) pairs(h database.Handle) (*plan, *relation, error) {
	p, err := planOf(h, reflect.TypeFor[M]())
	if err != nil {
		return nil, nil, err
	}
	f := p.relationNamed(r.r.field)
	switch {
	case f == nil || f.kind != relPairs:
		return nil, nil, unknownField(p, r.r.field)
	case f.through != nil:
		return nil, nil, fmt.Errorf("orm: the pairs of %s.%s are rows of %s; create and delete those", p.model, f.name, f.through)
	}
	return p, f, nil
}

func keysOf[T any](p *plan, rows []*T) ([]any, error) {
	at := p.indexOf(p.key.name)
	keys := make([]any, len(rows))
	for i, row := range rows {
		var err error
		if keys[i], err = p.arg(at, unsafe.Pointer(row)); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
