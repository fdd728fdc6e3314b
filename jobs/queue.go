package jobs

import (
	"context"
	"errors"
	"iter"
	"sync"
)

// ErrClosed is the error of a [Queue] that takes no more items, or has no more.
var ErrClosed = errors.New("jobs: the queue is closed")

// Queue hands items from those who make them to those who use them, in the memory of one process and in
// order. It has room for so many items and no more: who puts one into a full queue waits, and so
// does who takes one out of an empty queue. It is safe for concurrent use. Who waits longest is
// served first.
//
// What must not be lost when the program ends is a job (see [Enqueue]).
type Queue[T any] struct {
	mu     sync.Mutex
	items  []T // a ring
	first  int // where it begins
	n      int
	closed bool
	undone int // items put for which TaskDone was not called
	// putters wait for room, getters for an item, joiners for all items to be done.
	putters, getters []*waiter[T]
	joiners          []chan struct{}
}

// waiter is a call of Put or Get that waits.
type waiter[T any] struct {
	item T // of Put; of Get, when it is served
	err  error
	done chan struct{}
}

// NewQueue returns a queue with room for size items. It panics if size is less than 1.
func NewQueue[T any](size int) *Queue[T] {
	if size < 1 {
		panic("jobs: a queue needs room for at least one item")
	}
	return &Queue[T]{items: make([]T, size)}
}

// Put adds an item. While the queue is full it waits: until there is room, until ctx is done, which is
// the error then, or until the queue is closed, which is [ErrClosed].
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	if q.put(item) {
		q.mu.Unlock()
		return nil
	}
	w := &waiter[T]{item: item, done: make(chan struct{})}
	q.putters = append(q.putters, w)
	q.mu.Unlock()
	return q.wait(ctx, w, &q.putters)
}

// TryPut adds an item if there is room for it, and reports whether there was.
func (q *Queue[T]) TryPut(item T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.closed && q.put(item)
}

// put gives the item to who waits for one, or keeps it. It is false if the queue is full.
func (q *Queue[T]) put(item T) bool {
	if len(q.getters) > 0 {
		w := q.getters[0]
		q.getters = q.getters[1:]
		w.item = item
		close(w.done)
	} else if q.n < len(q.items) {
		q.items[(q.first+q.n)%len(q.items)] = item
		q.n++
	} else {
		return false
	}
	q.undone++
	return true
}

// Get takes the item out that was put first. While the queue is empty it waits: until there is one,
// until ctx is done, which is the error then, or until the queue is closed, which is [ErrClosed].
func (q *Queue[T]) Get(ctx context.Context) (item T, err error) {
	if err := ctx.Err(); err != nil {
		return item, err
	}
	q.mu.Lock()
	if item, ok := q.get(); ok {
		q.mu.Unlock()
		return item, nil
	}
	if q.closed {
		q.mu.Unlock()
		return item, ErrClosed
	}
	w := &waiter[T]{done: make(chan struct{})}
	q.getters = append(q.getters, w)
	q.mu.Unlock()
	err = q.wait(ctx, w, &q.getters)
	return w.item, err
}

// TryGet takes an item out if there is one, and reports whether there was.
func (q *Queue[T]) TryGet() (item T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.get()
}

func (q *Queue[T]) get() (item T, ok bool) {
	if q.n == 0 {
		return item, false
	}
	var zero T
	item, q.items[q.first] = q.items[q.first], zero
	q.first = (q.first + 1) % len(q.items)
	q.n--
	if len(q.putters) > 0 {
		w := q.putters[0]
		q.putters = q.putters[1:]
		q.put(w.item)
		close(w.done)
	}
	return item, true
}

// wait waits until w was served. If ctx is done before, w leaves the list that it stands in.
func (q *Queue[T]) wait(ctx context.Context, w *waiter[T], list *[]*waiter[T]) error {
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, other := range *list {
		if other == w {
			*list = append((*list)[:i:i], (*list)[i+1:]...)
			return ctx.Err()
		}
	}
	<-w.done // served meanwhile
	return w.err
}

// All returns the items as they come, until the queue is closed and empty or ctx is done. Each counts as
// done (see [Queue.TaskDone]) when the loop's body has ended, however it ends.
func (q *Queue[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		one := func() bool {
			item, err := q.Get(ctx)
			if err != nil {
				return false
			}
			defer q.TaskDone()
			return yield(item)
		}
		for one() {
		}
	}
}

// TaskDone says that one item which Get returned needs no more work. It panics if it is called more often
// than items were put.
func (q *Queue[T]) TaskDone() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.undone == 0 {
		panic("jobs: TaskDone was called for more items than were put into the queue")
	}
	if q.undone--; q.undone > 0 {
		return
	}
	for _, c := range q.joiners {
		close(c)
	}
	q.joiners = nil
}

// Join waits until [Queue.TaskDone] was called for each item that was put, or until ctx is done, which is
// the error then.
func (q *Queue[T]) Join(ctx context.Context) error {
	q.mu.Lock()
	if q.undone == 0 {
		q.mu.Unlock()
		return nil
	}
	c := make(chan struct{})
	q.joiners = append(q.joiners, c)
	q.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close makes the queue take no more items: calls of Put that wait return [ErrClosed]. Those that are in it
// can still be taken out; then Get returns ErrClosed. Closing twice does no harm.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, w := range append(q.putters, q.getters...) {
		w.err = ErrClosed
		close(w.done)
	}
	q.putters, q.getters = nil, nil
}

// Drain closes the queue and returns what is in it, which counts as done.
func (q *Queue[T]) Drain() []T {
	q.Close()
	var left []T
	for item, ok := q.TryGet(); ok; item, ok = q.TryGet() {
		left = append(left, item)
		q.TaskDone()
	}
	return left
}

// Len returns how many items wait in the queue.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n
}

// Cap returns how many items the queue has room for.
func (q *Queue[T]) Cap() int { return len(q.items) }
