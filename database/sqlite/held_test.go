package sqlite_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
)

// TestWaitingForOneself: a statement that waits for the transaction in whose
// function it stands is told so, with both places; one that waits for a
// transaction that works is not.
func TestWaitingForOneself(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	synctest.Test(t, func(t *testing.T) {
		db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		outside := context.WithoutCancel(t.Context())
		if _, err := db.Exec(outside, "CREATE TABLE t (n bigint)"); err != nil {
			t.Fatal(err)
		}
		for name, wait := range map[string]func() error{
			"a statement":          func() error { _, err := db.Exec(outside, "INSERT INTO t VALUES (2)"); return err },
			"a query that writes":  func() error { _, err := db.Query(outside, "INSERT INTO t VALUES (2) RETURNING n"); return err },
			"a second transaction": func() error { return db.InTx(outside, func(context.Context, *database.Tx) error { return nil }) },
		} {
			err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)"); err != nil {
					return err
				}
				return wait()
			})
			if !errors.Is(err, database.ErrHeld) || fault.KindOf(err) != fault.Unavailable || strings.Count(err.Error(), "held_test.go:") != 2 {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Who works keeps the others waiting as long as it takes.
		began, waited := make(chan struct{}), make(chan error, 1)
		go func() {
			<-began
			_, err := db.Exec(outside, "INSERT INTO t VALUES (3)")
			waited <- err
		}()
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			close(began)
			for range 10 {
				synctest.Wait()
				if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (4)"); err != nil {
					return err
				}
				time.Sleep(5 * time.Second) // of the bubble
			}
			return nil
		})
		if err := errors.Join(err, <-waited); err != nil {
			t.Errorf("waiting for a transaction that works: %v", err)
		}
	})
}
