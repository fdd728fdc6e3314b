package module_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
)

// watched is a store that looks at the context of an invalidation, and refuses it.
type watched struct {
	cache.Store
	look func(ctx context.Context)
}

func (w watched) Invalidate(ctx context.Context, _ ...string) error {
	w.look(ctx)
	return errors.New("the store is away")
}

// TestInvalidate: it is done although the client is gone, not for longer than it may take, and is no
// error of what was written.
func TestInvalidate(t *testing.T) {
	t.Parallel()
	asked := false
	c := cache.New(cache.Config{Store: watched{cache.NewMemory(0), func(ctx context.Context) {
		asked = true
		if ends, ok := ctx.Deadline(); !ok || time.Until(ends) > time.Minute || ctx.Err() != nil {
			t.Errorf("ends at %v, %v, %v", ends, ok, ctx.Err())
		}
	}}})
	defer c.Close()
	log := new(strings.Builder)
	h := &module.Host{Cache: c, Log: slog.New(slog.NewTextHandler(log, nil))}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Invalidate(ctx, databasetest.SQLite(t), "posts"); err != nil || !asked {
		t.Errorf("%v, asked is %v", err, asked)
	}
	if !strings.Contains(log.String(), "the store is away") || !strings.Contains(log.String(), "posts") {
		t.Errorf("the log: %s", log)
	}
}
