// Package cleaning deletes what is over, again and again, as long as a site runs.
package cleaning

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// every is how often it is done.
const every = 10 * time.Minute

// Run calls clean every ten minutes until the context is done: half a minute earlier or later, so
// that several processes do not do it at once. failed is what the log says of an error.
func Run(ctx context.Context, log *slog.Logger, failed string, clean func(context.Context) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every - every/20 + rand.N(every/10)):
		}
		if err := clean(ctx); err != nil && ctx.Err() == nil {
			log.Warn(failed+"; it is tried again", "error", err)
		}
	}
}
