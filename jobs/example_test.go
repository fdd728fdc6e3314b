package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// books is a module with jobs.
type books struct{ module.Base }

func (*books) Name() string { return "books" }

// snippet: jobs

// SendReceipt are the arguments of a job. They are stored as JSON.
type SendReceipt struct{ Order int64 }

// Digest is another.
type Digest struct{}

// Jobs says what is done, and what is enqueued by the clock.
func (b *books) Jobs() []jobs.Declaration {
	return []jobs.Declaration{
		jobs.Handle(b.sendReceipt, jobs.Options{Queue: "mail", Attempts: 10}),
		jobs.Handle(b.sendDigest, jobs.Options{Timeout: time.Minute}),
		jobs.Cron("30 4 * * mon", Digest{}),
	}
}

func (b *books) sendReceipt(ctx context.Context, job jobs.Job[SendReceipt]) error {
	order, err := b.order(ctx, job.Args.Order)
	if errors.Is(err, orm.ErrNotFound) {
		return jobs.Discard(err) // no attempt would find it
	}
	if err != nil {
		return err // again, later
	}
	return b.mail(ctx, order)
}

// end snippet

// snippet: enqueue

func (b *books) buy(ctx context.Context, order *bought) error {
	return b.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := orm.Create(ctx, tx, order); err != nil {
			return err
		}
		_, err := jobs.Enqueue(ctx, tx, SendReceipt{Order: order.ID})
		return err
	})
}

// end snippet

// snippet: complete

func (b *books) pay(ctx context.Context, job jobs.Job[SendReceipt]) error {
	return b.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := b.book(ctx, tx, job.Args.Order); err != nil {
			return err
		}
		return job.Complete(ctx, tx) // with what was booked, or not at all
	})
}

// end snippet

// snippet: progress

func (b *books) load(ctx context.Context, job jobs.Job[Digest]) error {
	lines := []string{"a", "b", "c"}
	for i, line := range lines {
		if err := b.line(ctx, line); err != nil {
			return err
		}
		if err := job.Progress(ctx, 100*i/len(lines), fmt.Sprintf("%d of %d", i, len(lines))); err != nil {
			return err
		}
	}
	return job.SetResult(map[string]int{"lines": len(lines)})
}

// end snippet

type bought struct{ ID int64 }

func (b *books) order(context.Context, int64) (bought, error)       { return bought{}, nil }
func (b *books) mail(context.Context, bought) error                 { return nil }
func (b *books) sendDigest(context.Context, jobs.Job[Digest]) error { return nil }
func (b *books) book(context.Context, database.Handle, int64) error { return nil }
func (b *books) line(context.Context, string) error                 { return nil }

var _ = []any{(*books).buy, (*books).pay, (*books).load}

// One makes numbers and another uses them. The list has no bound and is not guarded: the one that uses them finds it
// empty, and the two may touch it at the same time. This is what [jobs.Queue] is for; here the lock is there, and who
// finds nothing must ask again.
func ExampleQueue_byHand() {
	var mu sync.Mutex
	var list []int
	done := make(chan bool)
	go func() {
		for i := range 5 {
			mu.Lock()
			list = append(list, i)
			mu.Unlock()
		}
		done <- true
	}()
	<-done
	mu.Lock()
	defer mu.Unlock()
	fmt.Println(list)
	// Output: [0 1 2 3 4]
}

// With a condition the one that uses the numbers sleeps until there is one. It looks in a loop: another may have taken
// the number when it wakes up.
func ExampleQueue_condition() {
	var mu sync.Mutex
	filled := sync.NewCond(&mu)
	var list []int
	go func() {
		for i := range 5 {
			mu.Lock()
			list = append(list, i)
			mu.Unlock()
			filled.Signal()
		}
	}()
	for range 5 {
		mu.Lock()
		for len(list) == 0 {
			filled.Wait()
		}
		fmt.Println(list[0])
		list = list[1:]
		mu.Unlock()
	}
	// Output:
	// 0
	// 1
	// 2
	// 3
	// 4
}

// snippet: bounded

// With a bound the one that makes numbers waits as well, so that it is never far ahead.
func ExampleQueue_bounded() {
	const most = 10
	var mu sync.Mutex
	filled, emptied := sync.NewCond(&mu), sync.NewCond(&mu)
	var list []int
	var longest int
	go func() {
		for i := range 100 {
			mu.Lock()
			for len(list) == most {
				emptied.Wait()
			}
			list = append(list, i)
			longest = max(longest, len(list))
			mu.Unlock()
			filled.Signal()
		}
	}()
	sum := 0
	for range 100 {
		mu.Lock()
		for len(list) == 0 {
			filled.Wait()
		}
		sum += list[0]
		list = list[1:]
		mu.Unlock()
		emptied.Signal()
	}
	mu.Lock()
	defer mu.Unlock()
	fmt.Println(sum, longest <= most)
	// Output: 4950 true
}

// end snippet

// snippet: queue

// A [jobs.Queue] is all of that: it waits when it is full and when it is empty, and ends when it is closed.
func ExampleQueue() {
	ctx := context.Background()
	q := jobs.NewQueue[int](10)
	go func() {
		defer q.Close()
		for i := range 100 {
			if err := q.Put(ctx, i); err != nil {
				return
			}
		}
	}()
	sum := 0
	for n := range q.All(ctx) {
		sum += n
	}
	fmt.Println(sum)
	// Output: 4950
}

// end snippet
