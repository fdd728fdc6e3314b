package fetch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// defaultLimit is how many calls run at a time where no number is given.
const defaultLimit = 8

// Each calls fn for each of items, at most limit at a time, and returns what
// the calls return in the order of items: one element for each item. A limit
// below 1 stands for 8.
//
// The calls go on while the body of the loop runs; results that are ready
// before their turn wait in memory. Leaving the loop cancels the context of the
// calls that still run, and then waits for them. When ctx ends, so does the
// context of the calls, and what was not begun has the cause of that as its
// error. fn must therefore return soon after its context ends, as all of
// net/http does.
//
// A call that panics has a [*PanicError]. Nothing is called before the loop
// begins; each loop over the sequence calls everything again.
func Each[T, R any](ctx context.Context, items []T, limit int, fn func(ctx context.Context, item T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for r := range run(ctx, items, limit, fn) {
			if !yield(r.value, r.err) {
				return
			}
		}
	}
}

// All calls fn for each of items as [Each] does and returns the results in the
// order of items. It tries them all: the error joins those of all calls that
// failed, in the same order, and the results of these are what fn returned
// with the error, normally the zero value. When ctx ends, what was not begun
// adds one error together, which tells how many there were.
func All[T, R any](ctx context.Context, items []T, limit int, fn func(ctx context.Context, item T) (R, error)) ([]R, error) {
	values := make([]R, 0, len(items))
	var errs []error
	var skipped int
	var cause error
	for r := range run(ctx, items, limit, fn) {
		values = append(values, r.value)
		switch {
		case r.skipped:
			skipped++
			cause = r.err
		case r.err != nil:
			errs = append(errs, r.err)
		}
	}
	if skipped > 0 {
		errs = append(errs, fmt.Errorf("fetch: %d of %d were not begun: %w", skipped, len(items), cause))
	}
	return values, errors.Join(errs...)
}

// errExit is the error of a call that ended its goroutine, as the tests' FailNow
// does.
var errExit = errors.New("fetch: the call ended with runtime.Goexit")

// result is what became of one item.
type result[R any] struct {
	value   R
	err     error
	skipped bool // the context had ended before the call
}

// run is Each with all that is known of each item.
func run[T, R any](ctx context.Context, items []T, limit int, fn func(context.Context, T) (R, error)) iter.Seq[result[R]] {
	if limit < 1 {
		limit = defaultLimit
	}
	return func(yield func(result[R]) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()

		results := make([]result[R], len(items))
		finished := make(chan int, len(items)) // never blocks a call that is done
		var begun atomic.Int64
		defer begun.Store(int64(len(items)))
		// begin takes the next item; when that is done the one after it is
		// begun in its place, so that the number of goroutines stays the same.
		var begin func()
		begin = func() {
			i := int(begun.Add(1)) - 1
			if i >= len(items) {
				return
			}
			running.Go(func() {
				defer begin()
				defer func() { finished <- i }()
				results[i].err = errExit // unless the call returns
				results[i] = call(ctx, i, items[i], fn)
			})
		}
		for range min(limit, len(items)) {
			begin()
		}

		ready := make([]bool, len(items))
		for i := range results {
			for !ready[i] {
				ready[<-finished] = true
			}
			r := results[i]
			results[i] = result[R]{} // the loop alone decides how long it lives
			if !yield(r) {
				return
			}
		}
	}
}

// call calls fn for one item.
func call[T, R any](ctx context.Context, index int, item T, fn func(context.Context, T) (R, error)) (r result[R]) {
	if ctx.Err() != nil {
		return result[R]{err: context.Cause(ctx), skipped: true}
	}
	defer func() {
		if v := recover(); v != nil {
			r.err = &PanicError{Index: index, Value: v, Stack: debug.Stack()}
		}
	}()
	r.value, r.err = fn(ctx, item)
	return r
}

// PanicError is the error of a call that panicked.
type PanicError struct {
	Index int    // of the item, from 0
	Value any    // what the call panicked with
	Stack []byte // of the goroutine at that moment, as [debug.Stack] writes it
}

// Error tells the item and the value, without the stack.
func (e *PanicError) Error() string {
	return fmt.Sprintf("fetch: the call for item %d panicked: %v", e.Index, e.Value)
}

// Unwrap returns the value of the panic where that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
