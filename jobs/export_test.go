package jobs

import (
	"context"
	"errors"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// Alone makes the runner as one on a machine of its own: only beats say that it lives.
func Alone(r *Runner) { r.placeless = true }

// Crash lets a worker claim so many jobs and die, and gives them back as others do. It returns their IDs in the order in
// which they were claimed.
func Crash(ctx context.Context, r *Runner, n int) (ids []int64, err error) {
	w := r.newWorker(ctx)
	if err := w.register(ctx); err != nil {
		return nil, err
	}
	if err := w.readLines(ctx); err != nil {
		return nil, err
	}
	if _, err := w.look(ctx); err != nil || w.free("default") == 0 {
		return nil, errors.Join(err, w.leave(ctx))
	}
	// Without attempts: what claim does, but for running them.
	w.r.started = func(id int64) bool {
		ids = append(ids, id)
		return false
	}
	defer func() { w.r.started = nil }()
	if _, err := w.claim(ctx, "default", n); err != nil {
		return nil, err
	}
	var p Process
	if p, err = orm.Find[Process](ctx, r.db, w.current()); err != nil {
		return nil, err
	}
	return ids, r.takeOver(ctx, p)
}

// ClaimSQL is the statement that claims jobs of one kind, and DueSQL the one that makes jobs ready.
func ClaimSQL(h database.Handle) string { return claimSQL(h, 1) }

// DueSQL is the statement that makes jobs ready.
func DueSQL(h database.Handle) string { return dueSQL(h) }
