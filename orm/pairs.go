package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
)

func links[P, R any](r *related) Links[P, R] {
	// P is *M for the model M.
	owner := func(p P) (reflect.Type, unsafe.Pointer) {
		v := reflect.ValueOf(p)
		return v.Type().Elem(), v.UnsafePointer()
	}
	change := func(do func(related, context.Context, database.Handle, reflect.Type, unsafe.Pointer, []unsafe.Pointer) error) func(context.Context, database.Handle, P, ...R) error {
		return func(ctx context.Context, h database.Handle, p P, rows ...R) error {
			typ, at := owner(p)
			return do(*r, ctx, h, typ, at, *(*[]unsafe.Pointer)(unsafe.Pointer(&rows)))
		}
	}
	return Links[P, R]{change(related.add), change(related.remove), change(related.replace)}
}

func (r related) add(ctx context.Context, h database.Handle, typ reflect.Type, owner unsafe.Pointer, rows []unsafe.Pointer) error {
	p, f, err := r.pairs(h, typ, owner, rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	keys, err := keysOf(p.b.plans[f.target], rows)
	if err != nil {
		return err
	}
	ownerKey, err := p.arg(p.indexOf(p.key.name), owner)
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

func (r related) remove(ctx context.Context, h database.Handle, typ reflect.Type, owner unsafe.Pointer, rows []unsafe.Pointer) error {
	p, f, err := r.pairs(h, typ, owner, rows)
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
	return p.unlink(ctx, h, f, owner, func(w *writer) {
		w.str(" AND ")
		w.inList("p", f.far)
	}, list)
}

func (r related) replace(ctx context.Context, h database.Handle, typ reflect.Type, owner unsafe.Pointer, rows []unsafe.Pointer) error {
	p, f, err := r.pairs(h, typ, owner, rows)
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
		if err := p.unlink(ctx, tx, f, owner, keep, args...); err != nil {
			return err
		}
		return r.add(ctx, tx, typ, owner, rows)
	})
}

// unlink deletes the owner's rows of the join table that match the condition
// more, which is written after that on the owner.
func (p *plan) unlink(ctx context.Context, h database.Handle, f *relation, owner unsafe.Pointer, more func(*writer), args ...any) error {
	key, err := p.arg(p.indexOf(p.key.name), owner)
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

// pairs returns the relation of the model typ, and refuses rows that are nil.
func (r related) pairs(h database.Handle, typ reflect.Type, owner unsafe.Pointer, rows []unsafe.Pointer) (*plan, *relation, error) {
	p, err := planOf(h, typ)
	if err != nil {
		return nil, nil, err
	}
	if owner == nil || slices.Contains(rows, nil) {
		return nil, nil, fmt.Errorf("orm: relate %s by %s: %w", p.model, r.field, errNoStruct)
	}
	f := p.relationNamed(r.field)
	switch {
	case f == nil || f.kind != relPairs:
		return nil, nil, unknownField(p, r.field)
	case f.through != nil:
		return nil, nil, fmt.Errorf("orm: the pairs of %s.%s are rows of %s; create and delete those", p.model, f.name, f.through)
	}
	return p, f, nil
}

func keysOf(p *plan, rows []unsafe.Pointer) ([]any, error) {
	at := p.indexOf(p.key.name)
	keys := make([]any, len(rows))
	for i, row := range rows {
		var err error
		if keys[i], err = p.arg(at, row); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
