package cleaning_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
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
		calls, ended := 0, false
		go func() {
			cleaning.Run(ctx, slog.New(slog.NewTextHandler(log, nil)), "nothing was deleted", func(context.Context) error {
				calls++
				return errors.New("no such table")
			})
			ended = true
		}()
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		if calls != 0 {
			t.Errorf("%d calls after nine minutes", calls)
		}
		time.Sleep(24*time.Hour - 9*time.Minute)
		synctest.Wait()
		if calls < 24*60/11 || calls > 24*60/9 {
			t.Errorf("%d calls in a day", calls)
		}
		if got := strings.Count(log.String(), `msg="nothing was deleted; it is tried again" error="no such table"`); got != calls {
			t.Errorf("%d lines of the log for %d calls: %s", got, calls, log)
		}
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("it goes on after the context is done")
		}
	})
}
