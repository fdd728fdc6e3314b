package templates

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// maxPooled is the largest buffer that is kept for the next page.
const maxPooled = 1 << 20

// contextInterval is how many writes pass between looks at the context.
const contextInterval = 256

// errStopped marks the end of a rendering whose context is done.
var errStopped = errors.New("rendering stopped")

// buffer takes a page whole before anything of it is sent, and ends its
// rendering when done is closed. It is used by one goroutine.
type buffer struct {
	bytes.Buffer
	done   <-chan struct{}
	writes int
}

// Write is called for every piece of text and every value.
func (b *buffer) Write(p []byte) (int, error) {
	if b.writes++; b.writes%contextInterval == 0 {
		select {
		case <-b.done:
			return 0, errStopped
		default:
		}
	}
	return b.Buffer.Write(p)
}

// stopped says why a rendering did not go on.
func stopped(ctx context.Context, page string) error {
	return fmt.Errorf("render %s: %w", page, context.Cause(ctx))
}
