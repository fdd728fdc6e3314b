package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
)

// Settled returns an error unless the database is at exactly the migrations of
// the program: all of them applied, and none that the program does not know,
// whether or not it may run with it. h is a handle on r.DB; in a transaction, it
// answers for what the transaction sees.
func (r *Runner) Settled(ctx context.Context, h database.Handle) error {
	past, err := r.history(ctx, h)
	if err != nil {
		return err
	}
	if len(past.newer) > 0 {
		slices.SortFunc(past.newer, func(a, b Ref) int { return strings.Compare(a.String(), b.String()) })
		return fmt.Errorf("the database %s has the migration %s, which this program does not know; use the program that applied it", r.DB.URL(), past.newer[0])
	}
	moves, err := r.plan(past, Target{})
	if err != nil {
		return err
	}
	if len(moves) > 0 {
		return fmt.Errorf("the database %s lacks the migration %s; run: migrate --database %s", r.DB.URL(), moves[0].Ref(), r.DB.URL())
	}
	return nil
}

// Undescribed returns the names of the tables in the database that are not those
// of the migrations, without the one in which migrations are recorded: tables of
// other programs, and those that migrations make with SQL of their own. h is a
// handle on r.DB.
func (r *Runner) Undescribed(ctx context.Context, h database.Handle) ([]string, error) {
	names, err := r.DB.Dialect().Editor().Tables(ctx, h)
	if err != nil {
		return nil, err
	}
	known := r.Graph.State()
	return slices.DeleteFunc(names, func(name string) bool {
		_, ok := known.Table(name)
		return ok || name == recordTable
	}), nil
}

// CopyRecords puts the records of another database of the same migrations in
// the place of those of h: when they were applied, and by which version of the
// program. Records of modules that the program does not have are not copied.
func (r *Runner) CopyRecords(ctx context.Context, from, h database.Handle) error {
	theirs, err := records(ctx, from)
	if err != nil {
		return err
	}
	own, err := records(ctx, h)
	if err != nil {
		return err
	}
	modules := r.Graph.modules()
	for ref := range own {
		if slices.Contains(modules, ref.Module) {
			if err := forget(ctx, h, ref); err != nil {
				return err
			}
		}
	}
	for ref, rec := range theirs {
		if slices.Contains(modules, ref.Module) {
			if err := rec.save(ctx, h); err != nil {
				return err
			}
		}
	}
	return nil
}
