package database_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// TestAfterCommit: what is to be done after a commit is done after it, or never.
func TestAfterCommit(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var done []string
		after := func(ctx context.Context, h database.Handle, what string) error {
			return database.AfterCommit(ctx, h, func(context.Context) { done = append(done, what) })
		}
		undone := errors.New("undone")
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if err := after(ctx, tx, "kept"); err != nil {
				return err
			}
			err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				return errors.Join(after(ctx, tx, "savepoint"), undone)
			})
			if !errors.Is(err, undone) || len(done) > 0 {
				t.Errorf("the savepoint: %v; done is %q", err, done)
			}
			if err := after(ctx, db, "outside"); err == nil || !strings.Contains(err.Error(), "aftercommit_test.go") {
				t.Errorf("the database inside a transaction: %v", err)
			}
			return nil
		})
		if err != nil || !slices.Equal(done, []string{"kept"}) {
			t.Errorf("after the commit: %v; done is %q", err, done)
		}
		done = nil
		var ended *database.Tx
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			ended = tx
			return errors.Join(after(ctx, tx, "undone"), undone)
		})
		if !errors.Is(err, undone) || len(done) > 0 {
			t.Errorf("after the rollback: %v; done is %q", err, done)
		}
		if err := after(t.Context(), ended, "late"); err == nil {
			t.Error("a transaction that has ended is taken")
		}
		if err := after(t.Context(), db, "at once"); err != nil || !slices.Equal(done, []string{"at once"}) {
			t.Errorf("the database: %v; done is %q", err, done)
		}
	})
}

// TestAfterCommitOnce: of the functions with one key the first runs that is not undone.
func TestAfterCommitOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var done []string
		after := func(ctx context.Context, h database.Handle, key, what string) error {
			return database.AfterCommitOnce(ctx, h, key, func(context.Context) { done = append(done, what) })
		}
		undone := errors.New("undone")
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				return errors.Join(after(ctx, tx, "a", "undone"), undone)
			})
			if !errors.Is(err, undone) {
				t.Error(err)
			}
			for _, what := range []string{"first", "second"} {
				err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					return errors.Join(after(ctx, tx, "a", what), after(ctx, tx, "a", "again"))
				})
				if err != nil {
					return err
				}
			}
			return errors.Join(after(ctx, tx, "b", "other"), after(ctx, tx, "a", "late"))
		})
		if err != nil || !slices.Equal(done, []string{"first", "other"}) {
			t.Errorf("%v; done is %q", err, done)
		}
		done = nil
		if err := errors.Join(after(t.Context(), db, "a", "1"), after(t.Context(), db, "a", "2")); err != nil || !slices.Equal(done, []string{"1", "2"}) {
			t.Errorf("the database: %v; done is %q", err, done)
		}
	})
}
