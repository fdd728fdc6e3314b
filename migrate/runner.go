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

// Runner applies migrations to a database. Its methods may be called by
// several goroutines and processes at once: one at a time changes the tables,
// the others wait and find the work done.
type Runner struct {
	DB    *database.DB
	Graph *Graph
	// Log is told what is being done, a line at a time, without line ends.
	// Nil tells nobody.
	Log func(format string, args ...any)
	// Now is the clock of the records. Defaults to time.Now.
	Now func() time.Time
	// Version is the program's, for the records.
	Version string
	// Fake records migrations as applied, or as not applied, without doing
	// anything: for tables that were changed by other means.
	Fake bool
	// FakeInitial does so for the first migrations of modules whose tables
	// exist already, with all their columns: tables that another program made.
	FakeInitial bool
	// LockTimeout is how long a statement waits on PostgreSQL for other
	// users of the table, who have to wait too meanwhile. Defaults to 5
	// seconds. When it has passed, the migration is tried again, after a
	// pause of the same length.
	LockTimeout time.Duration
	// LockRetries is how many times it is tried again. Defaults to 10.
	LockRetries int
}

func (r *Runner) log(format string, args ...any) {
	if r.Log != nil {
		r.Log(format, args...)
	}
}

func (r *Runner) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// Target says where to go. The zero value is the newest migration of every
// module; with Module alone, of that module and what it depends on.
type Target struct {
	Module string
	// Name is the migration after which to stop, or the beginning of its
	// name; "zero" undoes all migrations of the module. What was applied after
	// it is undone.
	Name string
}

// zeroName is the target name that undoes everything.
const zeroName = "zero"

// Pending returns the migrations that are not applied yet, or not wholly, in
// the order in which Apply would apply them. It is an error when the database
// has migrations that were changed since, or that the program does not know and
// that are not [Migration.Compatible]; those that are, are told to Log.
func (r *Runner) Pending(ctx context.Context) ([]*Migration, error) {
	h, err := r.history(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	for _, ref := range h.newer {
		r.log("the database is newer than this program: it has the migration %s, which older programs may run with", ref)
	}
	p, err := r.plan(h, Target{})
	if err != nil {
		return nil, err
	}
	var out []*Migration
	for _, m := range p {
		out = append(out, m.Migration)
	}
	return out, nil
}

// Empty reports whether the database has no tables at all. The table in which
// migrations are recorded does not count: a database in which nothing but that
// was made is as good as new.
func (r *Runner) Empty(ctx context.Context) (bool, error) {
	tables, err := r.DB.Dialect().Editor().Tables(ctx, r.DB)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(tables, func(t string) bool { return t != recordTable }), nil
}

// Apply applies or undoes migrations until the target is reached. Each is one
// transaction: when one fails, those before it stay. With Fake and the name
// "zero", all records of the module are removed, also those of migrations that
// are not known any more or were changed, and of those that depend on them: to
// start over with tables that stay as they are.
func (r *Runner) Apply(ctx context.Context, target Target) (err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := r.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return createRecords(ctx, tx) }); err != nil {
		return err
	}
	if r.Fake && target.Name == zeroName {
		return r.forgetAll(ctx, target)
	}
	h, err := r.history(ctx, r.DB)
	if err != nil {
		return err
	}
	p, err := r.plan(h, target)
	if err != nil {
		return err
	}
	if len(h.newer) > 0 {
		if len(p) > 0 {
			return h.refuseNewer()
		}
		r.log("nothing to do")
		return nil
	}
	if err := r.refuseIrreversible(h, p); err != nil {
		return err
	}
	if err := r.recordReplacing(ctx, h); err != nil {
		return err
	}
	if err := r.recordCompatible(ctx, h); err != nil {
		return err
	}
	if len(p) == 0 {
		r.log("nothing to do")
	}
	for _, m := range p {
		if err := r.run(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	return nil
}

// recordReplacing records migrations as applied whose work was done by those
// that they replace, in the place of these, so that they can be deleted.
func (r *Runner) recordReplacing(ctx context.Context, h *history) error {
	for _, m := range r.Graph.order {
		if _, ok := h.records[m.Ref()]; ok || !h.applied(m) {
			continue
		}
		rec := r.recordOf(m, len(m.Operations))
		err := r.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			if err := m.forgetReplaced(ctx, tx); err != nil {
				return err
			}
			return rec.save(ctx, tx)
		})
		if err != nil {
			return err
		}
		h.records[rec.ref] = rec
	}
	return nil
}

// recordCompatible brings the records to what the migrations say now about
// older programs.
func (r *Runner) recordCompatible(ctx context.Context, h *history) error {
	for _, m := range r.Graph.order {
		rec, ok := h.records[m.Ref()]
		if !ok || rec.compatible == m.Compatible {
			continue
		}
		rec.compatible = m.Compatible
		if err := r.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return rec.save(ctx, tx) }); err != nil {
			return err
		}
	}
	return nil
}

// forgetReplaced removes the records of the migrations that m replaces.
func (m *Migration) forgetReplaced(ctx context.Context, h database.Handle) error {
	for _, name := range m.Replaces {
		if err := forget(ctx, h, Ref{m.Module, name}); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps other processes from changing tables. SQLite needs no such lock:
// there, each migration looks at its record again in its own transaction.
func (r *Runner) lock(ctx context.Context) (unlock func() error, err error) {
	l, ok := r.DB.Backend().(database.Locker)
	if !ok {
		return func() error { return nil }, nil
	}
	unlock, err = l.Lock(ctx, "vola migrate", func() { r.log("waiting for another process that is changing the tables") })
	if err != nil {
		return nil, fmt.Errorf("take the lock for migrations: %w", err)
	}
	return unlock, nil
}

// Move is a migration that is to be applied or undone.
type Move struct {
	*Migration
	Back bool // undone
}

// String returns "apply blog.0001_initial" or "undo blog.0001_initial".
func (m Move) String() string {
	if m.Back {
		return "undo " + m.Ref().String()
	}
	return "apply " + m.Ref().String()
}

// Plan returns what Apply would do.
func (r *Runner) Plan(ctx context.Context, target Target) ([]Move, error) {
	if r.Fake && target.Name == zeroName {
		return r.recorded(ctx, target)
	}
	h, err := r.history(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	moves, err := r.plan(h, target)
	if err == nil && len(moves) > 0 {
		err = h.refuseNewer()
	}
	return moves, err
}

// recorded returns the migrations of a module of which there is a record,
// whatever it says, and those that depend on them.
func (r *Runner) recorded(ctx context.Context, target Target) ([]Move, error) {
	recs, err := records(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	h := &history{graph: r.Graph, records: recs}
	out, err := r.plan(h, target)
	if err != nil {
		return nil, err
	}
	var unknown []Move
	for ref, rec := range recs {
		if ref.Module == target.Module && r.Graph.byRef[ref] == nil {
			unknown = append(unknown, Move{Migration: &Migration{Module: rec.ref.Module, Name: rec.ref.Name}, Back: true})
		}
	}
	slices.SortFunc(unknown, func(a, b Move) int { return strings.Compare(b.Name, a.Name) })
	return append(unknown, out...), nil
}

// forgetAll removes the records of a module's migrations.
func (r *Runner) forgetAll(ctx context.Context, target Target) error {
	moves, err := r.recorded(ctx, target)
	if err != nil {
		return err
	}
	return r.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, m := range moves {
			r.log("%s", m)
			if err := errors.Join(forget(ctx, tx, m.Ref()), m.forgetReplaced(ctx, tx)); err != nil {
				return err
			}
		}
		return nil
	})
}

// refuseIrreversible stops a way back before its first step when a later one
// cannot be taken.
func (r *Runner) refuseIrreversible(h *history, moves []Move) error {
	if r.Fake {
		return nil
	}
	for _, m := range moves {
		if !m.Back {
			continue
		}
		for i, op := range m.Operations {
			if irreversible(op) && i < h.done(m.Migration) {
				return fmt.Errorf("migration %s cannot be undone: operation %d (%s) is irreversible; nothing was changed", m.Ref(), i+1, op)
			}
		}
	}
	return nil
}

func irreversible(op Operation) bool {
	switch o := op.(type) {
	case RunSQL:
		return o.Irreversible
	case RunGo:
		return o.Irreversible
	}
	return false
}
