package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
)

func TestWithRetry(t *testing.T) {
	t.Parallel()
	if err := fault.WithRetry(nil, time.Second); err != nil {
		t.Errorf("of nil: %v", err)
	}
	inner := fault.New(fault.RateLimited, "Too many.")
	err := fmt.Errorf("outer: %w", fault.WithRetry(inner, 3*time.Second))
	if after, ok := fault.RetryAfter(err); after != 3*time.Second || !ok {
		t.Errorf("after %v, %v", after, ok)
	}
	if fault.KindOf(err) != fault.RateLimited || fault.Message(err) != "Too many." || err.Error() != "outer: Too many." || !errors.Is(err, inner) {
		t.Errorf("kind %v, message %q, text %q", fault.KindOf(err), fault.Message(err), err)
	}
	if after, ok := fault.RetryAfter(fault.WithRetry(inner, -time.Second)); after != 0 || !ok {
		t.Errorf("below zero: %v, %v", after, ok)
	}
	if after, ok := fault.RetryAfter(inner); after != 0 || ok {
		t.Errorf("without: %v, %v", after, ok)
	}
}
