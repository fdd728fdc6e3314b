package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm/internal/ormsql"
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
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		missing := 0
		for range maxRounds {
			var err error
			if missing, err = p.link(ctx, tx, f, ownerKey, keys); err != nil {
				return fmt.Errorf("relate %s to %s: %w", p.model, f.model, err)
			}
			if missing == 0 {
				return nil
			}
			// Someone removed a pair that was in the way, or a trigger leaves it out.
		}
		return fmt.Errorf("relate %s to %s, %d pairs of %d: %w", p.model, f.model, missing, len(keys), ErrNotStored)
	})
}

// link adds the pairs that are not in the join table yet, and returns how many
// are not there then. Their numbers say in
// which order they were added. PostgreSQL is given all keys at once: it takes the
// numbers in that order, and stores the pairs in the order of the keys, so that
// two who add the same pairs do not wait for each other.
func (p *plan) link(ctx context.Context, tx *database.Tx, f *relation, owner any, keys []any) (missing int, err error) {
	target := p.b.plans[f.target]
	w := p.b.newText()
	w.Str("INSERT INTO ")
	w.Name(f.table)
	w.Str(" (")
	if p.arrays() {
		w.Name(f.order)
		w.Str(", ")
	}
	w.Name(f.near)
	w.Str(", ")
	w.Name(f.far)
	if p.arrays() {
		w.Str(") SELECT number, CAST(")
		w.Arg()
		w.Str(" AS " + p.codecs[p.indexOf(p.key.name)].Cast + "), key FROM (SELECT key, nextval(pg_get_serial_sequence(")
		w.Str(ormsql.Literal(database.Quote(f.table)) + ", " + ormsql.Literal(f.order))
		w.Str(")) AS number FROM (SELECT key FROM unnest(")
		w.Arg()
		w.Str("::" + target.codecs[target.indexOf(target.key.name)].Cast + "[]) WITH ORDINALITY AS v(key, place) ORDER BY place) v) v ORDER BY key")
	} else {
		w.Str(") VALUES (")
		w.Arg()
		w.Str(", ")
		w.Arg()
		w.Str(")")
	}
	w.Str(" ON CONFLICT (")
	w.Name(f.near)
	w.Str(", ")
	w.Name(f.far)
	w.Str(") DO NOTHING")
	stored := int64(0)
	if p.arrays() {
		res, err := tx.Exec(ctx, string(w.B), owner, keys)
		if err != nil {
			return 0, err
		}
		stored = res.RowsAffected
	} else {
		for _, k := range keys {
			res, err := tx.Exec(ctx, string(w.B), owner, k)
			if err != nil {
				return 0, err
			}
			stored += res.RowsAffected
		}
	}
	if err := p.wrotePairs(ctx, tx, f); err != nil {
		return 0, err
	}
	if stored == int64(len(keys)) {
		return 0, nil
	}
	return p.unlinked(ctx, tx, f, owner, keys)
}

// unlinked returns how many of the pairs are not in the join table.
func (p *plan) unlinked(ctx context.Context, tx *database.Tx, f *relation, owner any, keys []any) (int, error) {
	different := map[any]bool{}
	for _, k := range keys {
		different[mapKey(k)] = true
	}
	list, err := p.b.grammar.ListArg(keys)
	if err != nil {
		return 0, err
	}
	w := p.b.newText()
	w.Str("SELECT count(*) FROM ")
	w.Name(f.table)
	w.Str(" AS p WHERE ")
	w.Col("p", f.near)
	w.Str(" = ")
	w.Arg()
	w.Str(" AND ")
	w.inList("p", f.far)
	var n int
	if err := database.QueryRow(ctx, tx, []any{&n}, string(w.B), owner, list); err != nil {
		return 0, err
	}
	return len(different) - n, nil
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
	list, err := target.b.grammar.ListArg(keys)
	if err != nil {
		return err
	}
	return p.unlink(ctx, h, f, owner, func(w *sqlText) {
		w.Str(" AND ")
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
		list, err := target.b.grammar.ListArg(keys)
		if err != nil {
			return err
		}
		keep := func(w *sqlText) {}
		args := []any{}
		if len(rows) > 0 {
			keep = func(w *sqlText) {
				w.Str(" AND NOT (")
				w.inList("p", f.far)
				w.Str(")")
			}
			args = append(args, list)
		}
		if err := p.lockPairs(ctx, tx, f, owner); err != nil {
			return err
		}
		// Who adds a pair that is being deleted waits for the end of that; so the
		// pairs are deleted last.
		if err := r.add(ctx, tx, typ, owner, rows); err != nil {
			return err
		}
		return p.unlink(ctx, tx, f, owner, keep, args...)
	})
}

// lockPairs locks the owner, so that one sets its pairs at a time, and its rows of
// the join table in the order of the keys, where others could wait for them.
func (p *plan) lockPairs(ctx context.Context, tx *database.Tx, f *relation, owner unsafe.Pointer) error {
	if !p.arrays() {
		return nil
	}
	key, err := p.arg(p.indexOf(p.key.name), owner)
	if err != nil {
		return err
	}
	if _, err := p.lockOwner(ctx, tx, key); err != nil {
		return fmt.Errorf("part %s from %s: %w", p.model, f.model, err)
	}
	w := p.b.newText()
	w.Str("SELECT 1 FROM ")
	w.Name(f.table)
	w.Str(" AS p WHERE ")
	w.Col("p", f.near)
	w.Str(" = ")
	w.Arg()
	w.Str(" ORDER BY ")
	w.Col("p", f.far)
	w.Str(" FOR UPDATE")
	if _, err := tx.Exec(ctx, string(w.B), key); err != nil {
		return fmt.Errorf("part %s from %s: %w", p.model, f.model, err)
	}
	return nil
}

// lockOwner locks the row with a key, but not against rows that are made to refer
// to it, and reports whether it is stored. On SQLite the transaction has locked
// all there is.
func (p *plan) lockOwner(ctx context.Context, tx *database.Tx, key any) (stored bool, err error) {
	w := p.b.newText()
	w.Str("SELECT 1 FROM ")
	w.Name(p.table)
	w.Str(" WHERE ")
	w.Name(p.key.column)
	w.Str(" = ")
	w.Arg()
	w.Str(w.Lock(ormsql.LockNoKey))
	var one int
	err = database.QueryRow(ctx, tx, []any{&one}, string(w.B), key)
	if errors.Is(err, database.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// unlink deletes the owner's rows of the join table that match the condition
// more, which is written after that on the owner. PostgreSQL locks them in the
// order of the keys first, and deletes just those.
func (p *plan) unlink(ctx context.Context, h database.Handle, f *relation, owner unsafe.Pointer, more func(*sqlText), args ...any) error {
	key, err := p.arg(p.indexOf(p.key.name), owner)
	if err != nil {
		return err
	}
	w := p.b.newText()
	w.Str("DELETE FROM ")
	w.Name(f.table)
	if p.arrays() {
		w.Str(" WHERE ")
		w.Name(f.order)
		w.Str(" = ANY(ARRAY(SELECT ")
		w.Col("p", f.order)
		w.Str(" FROM ")
		w.Name(f.table)
	}
	w.Str(" AS p WHERE ")
	w.Col("p", f.near)
	w.Str(" = ")
	w.Arg()
	more(w)
	if p.arrays() {
		w.Str(" ORDER BY ")
		w.Col("p", f.far)
		w.Str(" FOR UPDATE))")
	}
	if _, err := h.Exec(ctx, string(w.B), append([]any{key}, args...)...); err != nil {
		return fmt.Errorf("part %s from %s: %w", p.model, f.model, err)
	}
	return p.wrotePairs(ctx, h, f)
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
