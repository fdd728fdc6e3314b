package cleaning_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/internal/cleaning"
)

// TestRun: it is done about every ten minutes, goes on after an error, and ends with the context.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := new(strings.Builder)
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int64
		var ended atomic.Bool
		go func() {
			cleaning.Run(ctx, slog.New(slog.NewTextHandler(log, nil)), "nothing was deleted", func(context.Context) error {
				calls.Add(1)
				return errors.New("no such table")
			})
			ended.Store(true)
		}()
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		if n := calls.Load(); n != 0 {
			t.Errorf("%d calls after nine minutes", n)
		}
		time.Sleep(24*time.Hour - 9*time.Minute)
		synctest.Wait()
		n := int(calls.Load())
		if n < 24*60/11 || n > 24*60/9 {
			t.Errorf("%d calls in a day", n)
		}
		if got := strings.Count(log.String(), `msg="nothing was deleted; it is tried again" error="no such table"`); got != n {
			t.Errorf("%d lines of the log for %d calls: %s", got, n, log)
		}
		cancel()
		synctest.Wait()
		if !ended.Load() {
			t.Error("it goes on after the context is done")
		}
	})
}
