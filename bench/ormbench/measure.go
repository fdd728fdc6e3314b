package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola/bench/ormpeers"
	"github.com/volaweb/vola/database"
)

// contestant is a peer on a database of its own.
type contestant struct {
	name    string
	peer    ormpeers.Peer
	checker ormpeers.Peer // the one by hand, on the same database
	admin   *database.DB
	missing []string // what the peer does not offer
}

// figures are what was measured of one peer in one line.
type figures struct {
	cpu    []time.Duration // an operation, by round
	allocs []float64       // an operation, by round
}

func (f figures) offered() bool { return len(f.cpu) > 0 }

// ratio returns the CPU of f against base: the median of what it was in each
// round.
func (f figures) ratio(base figures) float64 {
	ratios := make([]float64, len(f.cpu))
	for i := range ratios {
		ratios[i] = float64(f.cpu[i]) / float64(base.cpu[i])
	}
	return median(ratios)
}

func median[V float64 | time.Duration](values []V) V {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// measure runs a line on all contestants, in as many rounds, each peer for
// about as long as segment.
func measure(ctx context.Context, l line, cs []contestant, rounds int, segment time.Duration) ([]figures, error) {
	next := 1 // what is stored next
	n, err := calibrate(ctx, l, cs[0], segment, &next)
	if err != nil {
		return nil, err
	}
	out := make([]figures, len(cs))
	for round := range rounds {
		for i := range cs {
			at := (round + i) % len(cs) // who is first changes
			c := cs[at]
			if !c.offers(l) {
				continue
			}
			cpu, allocs, err := run(ctx, l, c, n, next)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", c.name, l.name, err)
			}
			out[at].cpu = append(out[at].cpu, cpu)
			out[at].allocs = append(out[at].allocs, allocs)
		}
		next += n
	}
	return out, nil
}

// calibrate returns how many operations fill a segment. It also brings all
// statements into the caches.
func calibrate(ctx context.Context, l line, c contestant, segment time.Duration, next *int) (int, error) {
	for n := 1; ; n *= 2 {
		cpu, _, err := run(ctx, l, c, n, *next)
		if err != nil {
			return 0, fmt.Errorf("%s: %s: %w", c.name, l.name, err)
		}
		*next += n
		if total := cpu * time.Duration(n); total > segment/4 {
			return max(1, int(float64(n)*float64(segment)/float64(total))), nil
		}
	}
}

// run does n operations and returns the CPU time and the allocations of one.
func run(ctx context.Context, l line, c contestant, n, first int) (cpu time.Duration, allocs float64, err error) {
	op := l.prepare(c.peer, n, first)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processTime()
	for i := range n {
		if err := op(ctx, i); err != nil {
			return 0, 0, err
		}
	}
	cpu = processTime() - start
	runtime.ReadMemStats(&after)
	if l.writes {
		err = ormpeers.Clean(ctx, c.admin)
	}
	return cpu / time.Duration(n), float64(after.Mallocs-before.Mallocs) / float64(n), err
}

// processTime returns the processor time that the process has used.
func processTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // the call has no other errors than wrong arguments
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// offers reports whether the peer has means for the operation.
func (c contestant) offers(l line) bool {
	return !slices.ContainsFunc(c.missing, func(name string) bool { return strings.HasPrefix(l.name, name) })
}
