package passwords

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/volaweb/vola/fault"
)

// SlotMemory is how much memory a slot stands for, in bytes. A hash that needs more takes
// several slots, at most all of them.
const SlotMemory = 20 << 20

// queue bounds the computations that run at once, and those that wait.
type queue struct {
	slots    *semaphore.Weighted // first come, first served; a large one is not overtaken
	size     int64
	most     int64 // how many may wait
	patience time.Duration

	waiting, running, peak atomic.Int64
	hashes, refused        atomic.Uint64
}

// weight returns how many slots a hash with this memory takes.
func (q *queue) weight(memory int64) int64 {
	return min(q.size, max(1, (memory+SlotMemory-1)/SlotMemory))
}

// run calls compute when there are slots for it, and returns what it returns. The end of ctx does
// not interrupt it: the memory is in use until the computation ends.
func (q *queue) run(ctx context.Context, memory int64, compute func() bool) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("passwords: %w", err)
	}
	weight := q.weight(memory)
	if !q.slots.TryAcquire(weight) {
		if err := q.wait(ctx, weight); err != nil {
			return false, err
		}
	}
	defer q.slots.Release(weight)
	running := q.running.Add(weight)
	defer q.running.Add(-weight)
	for {
		peak := q.peak.Load()
		if running <= peak || q.peak.CompareAndSwap(peak, running) {
			break
		}
	}
	return compute(), nil
}

// wait waits for slots.
func (q *queue) wait(ctx context.Context, weight int64) error {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.most {
		return q.refuse(fmt.Errorf("passwords: %d hashes wait already", q.most))
	}
	patient, cancel := context.WithTimeout(ctx, q.patience)
	defer cancel()
	switch err := q.slots.Acquire(patient, weight); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("passwords: wait for a slot: %w", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return q.refuse(fmt.Errorf("passwords: none of the %d slots became free in %v", q.size, q.patience))
	default:
		return err
	}
}

// refuse says that there are too many computations.
func (q *queue) refuse(err error) error {
	q.refused.Add(1)
	err = fault.Wrap(fault.Unavailable, err, "The site is busy. Please try again in a moment.")
	return fault.WithRetry(err, max(q.patience, time.Second))
}

// Stats are numbers about a [Hasher] since it was made.
type Stats struct {
	Hashes  uint64 // computations that were started, but for md5 and sha1; two for some passwords, see [Hasher.Check]
	Refused uint64 // calls for which there was no slot
	Running int    // slots in use now
	Peak    int    // the most slots that were in use at once
	Waiting int    // calls that wait for slots now
}

func (q *queue) stats() Stats {
	return Stats{
		Hashes: q.hashes.Load(), Refused: q.refused.Load(),
		Running: int(q.running.Load()), Peak: int(q.peak.Load()), Waiting: int(q.waiting.Load()),
	}
}
