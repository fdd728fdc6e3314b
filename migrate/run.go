package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
)

// run applies or undoes one migration, trying again while others are in the
// way.
func (r *Runner) run(ctx context.Context, m Move) error {
	r.log("%s", m)
	retries, pause := r.LockRetries, r.lockTimeout()
	if retries == 0 {
		retries = 10
	}
	for attempt := 0; ; attempt++ {
		err := r.try(ctx, m)
		if err == nil || attempt >= retries || !errors.Is(err, database.ErrSerialization) {
			return err
		}
		r.log("others use the table; trying again in %v (%v)", pause, err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

func (r *Runner) lockTimeout() time.Duration {
	if r.LockTimeout > 0 {
		return r.LockTimeout
	}
	return 5 * time.Second
}

// try applies or undoes one migration once.
func (r *Runner) try(ctx context.Context, m Move) error {
	if !m.NonAtomic || r.Fake {
		unenforced, data := m.unenforced(m.Operations)
		err := r.inTx(ctx, unenforced, func(ctx context.Context, tx *database.Tx) error {
			_, err := r.advance(ctx, tx, m, len(m.Operations))
			return err
		})
		if unenforced && data && errors.Is(err, database.ErrForeignKey) && r.DB.Dialect().Features().NoForeignKeys {
			return fmt.Errorf("%w; SQLite does not enforce foreign keys (ON DELETE does nothing) in a migration that changes tables: put the SQL or Go code into a migration of its own", err)
		}
		return err
	}
	for {
		next, outside, err := r.next(ctx, m)
		if err != nil {
			return err
		}
		var finished bool
		if outside {
			finished, err = r.advance(ctx, r.DB, m, 1)
		} else {
			unenforced, _ := m.unenforced(next)
			err = r.inTx(ctx, unenforced, func(ctx context.Context, tx *database.Tx) error {
				finished, err = r.advance(ctx, tx, m, 1)
				return err
			})
		}
		if finished || err != nil {
			return err
		}
	}
}

// unenforced reports whether SQLite must not enforce foreign keys while the
// operations are made, because a table may be rebuilt or dropped, and
// whether some of them change rows by SQL or Go code, which then must do
// without.
func (m Move) unenforced(ops []Operation) (unenforced, data bool) {
	for _, op := range ops {
		switch op.(type) {
		case RunSQL, RunGo:
			data = true
		case AddIndex, DropIndex, Validate:
		case CreateTable:
			unenforced = unenforced || m.Back
		default:
			unenforced = true
		}
	}
	return unenforced, data
}

// next returns the next operation of a migration that is not atomic, and
// whether it cannot be part of a transaction.
func (r *Runner) next(ctx context.Context, m Move) (op []Operation, outside bool, err error) {
	h, err := r.history(ctx, r.DB)
	if err != nil {
		return nil, false, err
	}
	i := h.done(m.Migration)
	if m.Back {
		i--
	}
	if i < 0 || i >= len(m.Operations) {
		return nil, false, nil
	}
	// SQLite builds every index inside the transaction, with its record.
	possible := r.DB.Dialect().Features().Concurrently
	switch o := m.Operations[i].(type) {
	case AddIndex:
		outside = o.Concurrently && possible
	case DropIndex:
		outside = o.Concurrently && possible
	case RunSQL:
		outside = true
	}
	return m.Operations[i : i+1], outside, nil
}

func (r *Runner) inTx(ctx context.Context, unenforced bool, fn func(ctx context.Context, tx *database.Tx) error) error {
	return r.DB.InTxWith(ctx, database.TxOptions{NoForeignKeys: unenforced}, func(ctx context.Context, tx *database.Tx) error {
		for _, q := range r.DB.Dialect().Editor().Begin(r.lockTimeout()) {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return fn(ctx, tx)
	})
}

// advance does the next n operations of a migration and records that, on one
// handle. It reports whether the migration is finished, which it may be
// already: another process was faster.
func (r *Runner) advance(ctx context.Context, h database.Handle, m Move, n int) (finished bool, err error) {
	past, err := r.history(ctx, h)
	if err != nil {
		return false, err
	}
	if past.isDone(m) {
		return true, nil
	}
	if err := past.refuseNewer(); err != nil {
		return false, err
	}
	steps, done, err := past.steps(m, n)
	if err != nil {
		return false, err
	}
	fake := r.Fake
	if !fake && r.FakeInitial && !m.Back {
		if fake, err = r.exists(ctx, h, m.Migration); err != nil {
			return false, err
		}
		if fake {
			r.log("%s: the tables are there already", m.Ref())
		}
	}
	if !fake {
		for _, s := range merged(steps) {
			if err := r.do(ctx, h, m, s); err != nil {
				return false, err
			}
		}
	}
	rec := r.recordOf(m.Migration, done)
	if m.Back && done == 0 {
		if err := m.forgetReplaced(ctx, h); err != nil {
			return false, err
		}
		return true, forget(ctx, h, rec.ref)
	}
	return !m.Back && done == rec.total, rec.save(ctx, h)
}

// do makes one step in the database.
func (r *Runner) do(ctx context.Context, h database.Handle, m Move, s step) error {
	fail := func(err error) error {
		op := m.Operations[s.op]
		return fmt.Errorf("operation %d (%s): %w", s.op+1, op, err)
	}
	if s.kind == runGo {
		tx, ok := h.(*database.Tx)
		if !ok {
			return fail(errors.New("code in Go runs in a transaction"))
		}
		if err := s.run(ctx, tx); err != nil {
			return fail(err)
		}
		return r.settle(ctx, h)
	}
	stmts, err := s.statements(ctx, h, r.DB.Dialect())
	if err != nil {
		return fail(err)
	}
	for _, q := range stmts {
		if comment, ok := strings.CutPrefix(q, "-- "); ok {
			line, _, _ := strings.Cut(comment, "\n")
			r.log("  %s", line)
		}
		if _, err := h.Exec(ctx, q); err != nil {
			return fail(fmt.Errorf("%w, in the statement: %s", err, q))
		}
	}
	if s.kind == runSQL {
		return r.settle(ctx, h)
	}
	return nil
}

// settle makes the database look at what deferred constraints put off after rows
// were changed: it may refuse to alter the tables with that pending.
func (r *Runner) settle(ctx context.Context, h database.Handle) error {
	if _, ok := h.(*database.Tx); !ok {
		return nil
	}
	for _, q := range r.DB.Dialect().Editor().Settle() {
		if _, err := h.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// exists reports whether the migration is the first of its module and makes
// nothing but tables that are there already, with all their columns. It is an
// error when only some of them are.
func (r *Runner) exists(ctx context.Context, h database.Handle, m *Migration) (bool, error) {
	if slices.ContainsFunc(m.Depends, func(d Ref) bool { return d.Module == m.Module }) {
		return false, nil
	}
	live, err := r.DB.Dialect().Editor().Inspect(ctx, h)
	if err != nil {
		return false, err
	}
	var missing, there []string
	for _, op := range m.Operations {
		o, ok := op.(CreateTable)
		if !ok {
			continue
		}
		t, ok := live.Table(o.Table.Name)
		if !ok {
			missing = append(missing, "table "+o.Table.Name)
			continue
		}
		there = append(there, o.Table.Name)
		for _, c := range o.Table.Columns {
			if _, ok := t.Column(c.Name); !ok {
				missing = append(missing, "column "+o.Table.Name+"."+c.Name)
			}
		}
	}
	switch {
	case len(there) == 0:
		return false, nil
	case len(missing) > 0:
		return false, fmt.Errorf("the database has some of the tables of %s, %s, but lacks %s", m.Ref(), strings.Join(there, ", "), strings.Join(missing, ", "))
	}
	return true, nil
}
