package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/jobs"
)

// TestQueueBlocks: ten fit, the eleventh waits until one is taken out; an empty queue makes Get wait.
func TestQueueBlocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue[int](10)
		for i := range 10 {
			if err := q.Put(t.Context(), i); err != nil {
				t.Fatal(err)
			}
		}
		if q.TryPut(10) || q.Len() != 10 || q.Cap() != 10 {
			t.Errorf("a full queue took one more, or has %d of %d", q.Len(), q.Cap())
		}
		var put atomic.Bool
		go func() {
			if err := q.Put(context.Background(), 10); err != nil {
				t.Error(err)
			}
			put.Store(true)
		}()
		synctest.Wait()
		if put.Load() {
			t.Error("the eleventh did not wait")
		}
		for i := range 11 {
			if got, err := q.Get(t.Context()); got != i || err != nil {
				t.Errorf("got %d, %v, want %d", got, err, i)
			}
			synctest.Wait()
			if !put.Load() {
				t.Error("the eleventh still waits")
			}
		}
		if _, ok := q.TryGet(); ok {
			t.Error("an empty queue had an item")
		}
		got := make(chan int)
		go func() {
			v, err := q.Get(context.Background())
			if err != nil {
				t.Error(err)
			}
			got <- v
		}()
		synctest.Wait()
		if err := q.Put(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		if v := <-got; v != 7 {
			t.Errorf("got %d", v)
		}
	})
}

// TestQueueContext: who waits can give up, and the queue is as if he had not asked.
func TestQueueContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue[string](1)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := q.Get(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if !q.TryPut("a") {
			t.Error("there was no room")
		}
		short, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Put(short, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := q.Put(short, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context that is done: %v", err)
		}
		if v, ok := q.TryGet(); v != "a" || !ok {
			t.Errorf("%q, %v", v, ok)
		}
		if v, ok := q.TryGet(); ok {
			t.Errorf("%q was put by who gave up", v)
		}
	})
}

// TestQueueClose: what is in it can be taken out, who waits is told.
func TestQueueClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue[int](2)
		q.TryPut(1)
		q.TryPut(2)
		put := make(chan error, 1)
		go func() { put <- q.Put(context.Background(), 3) }()
		synctest.Wait()
		q.Close()
		q.Close()
		if err := <-put; !errors.Is(err, jobs.ErrClosed) {
			t.Errorf("who waited got %v", err)
		}
		if err := q.Put(t.Context(), 3); !errors.Is(err, jobs.ErrClosed) || q.TryPut(3) {
			t.Errorf("a closed queue took an item: %v", err)
		}
		for _, want := range []int{1, 2} {
			if got, err := q.Get(t.Context()); got != want || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		}
		if _, err := q.Get(t.Context()); !errors.Is(err, jobs.ErrClosed) {
			t.Error(err)
		}

		q = jobs.NewQueue[int](3)
		got := make(chan error, 1)
		go func() { _, err := q.Get(context.Background()); got <- err }()
		synctest.Wait()
		q.Close()
		if err := <-got; !errors.Is(err, jobs.ErrClosed) {
			t.Error(err)
		}
		q = jobs.NewQueue[int](3)
		q.TryPut(1)
		q.TryPut(2)
		if left := q.Drain(); len(left) != 2 || left[0] != 1 || left[1] != 2 {
			t.Errorf("left are %v", left)
		}
		if err := q.Join(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestQueueJoin: it returns when all that was put is done, also when a loop over the items was left.
func TestQueueJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue[int](5)
		for i := range 5 {
			q.TryPut(i)
		}
		var joined atomic.Bool
		go func() {
			if err := q.Join(context.Background()); err != nil {
				t.Error(err)
			}
			joined.Store(true)
		}()
		for i := range q.All(t.Context()) {
			if i == 3 {
				break
			}
		}
		synctest.Wait()
		if joined.Load() {
			t.Error("one is not done")
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Join(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if v, ok := q.TryGet(); v != 4 || !ok {
			t.Error(v, ok)
		}
		q.TaskDone()
		synctest.Wait()
		if !joined.Load() {
			t.Error("all are done")
		}
		defer func() {
			if recover() == nil {
				t.Error("TaskDone once too often did not panic")
			}
		}()
		q.TaskDone()
	})
}

// TestQueueEachOnce: with 8 who put and 8 who get, and some who give up, each item comes once.
func TestQueueEachOnce(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 100_000
	q := jobs.NewQueue[int](10)
	seen := make([]atomic.Int32, writers*each)
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				var err error
				if i%100 == 0 { // sometimes who waits gives up, and comes again
					patience := 10 * time.Microsecond
					for err = context.Canceled; err != nil; patience *= 2 {
						ctx, cancel := context.WithTimeout(t.Context(), patience)
						err = q.Put(ctx, w*each+i)
						cancel()
					}
				} else {
					err = q.Put(t.Context(), w*each+i)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		reading.Go(func() {
			for i := range q.All(t.Context()) {
				seen[i].Add(1)
				if n := q.Len(); n > 10 {
					t.Errorf("%d items are in the queue", n)
				}
			}
		})
	}
	writing.Wait()
	if err := q.Join(t.Context()); err != nil {
		t.Error(err)
	}
	q.Close()
	reading.Wait()
	for i := range seen {
		if n := seen[i].Load(); n != 1 {
			t.Fatalf("item %d came %d times", i, n)
		}
	}
}
