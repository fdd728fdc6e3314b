package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"syscall"
	"time"
)

// peer is an engine on a database of its own, with what was measured of it.
type peer struct {
	engine
	name, url string
	place     *place
	// reached is closed when as many jobs have begun as are wanted; began tells of single jobs.
	want    atomic.Int64
	reached chan struct{}
	began   chan start

	enqueued, many, worked series
	here, there            []time.Duration // from before the commit to the start of the handler, in this process and in another
	idle, idleServer       []float64       // percent of a core, by round
}

// series is what was measured of one line, by round.
type series struct {
	cpu, server []time.Duration // a job
	rate        []float64       // jobs a second
}

func newPeer(ctx context.Context, name string, at *place) (p *peer, err error) {
	p = &peer{name: name, place: at, began: make(chan start, 1)}
	if p.url, err = at.fresh(ctx, name); err != nil {
		return nil, err
	}
	p.engine, err = open(ctx, name, p.url, func(n int) {
		switch left := p.want.Add(-1); {
		case left == 0:
			close(p.reached)
		case left < 0:
			p.began <- start{n, time.Now()}
		}
	})
	return p, err
}

// usage is processor time.
type usage struct {
	process time.Duration
	server  map[int]time.Duration // by process
}

func (p *peer) usage(ctx context.Context) (usage, error) {
	u := usage{server: map[int]time.Duration{}}
	pids, err := p.place.backends(ctx, p.url)
	if err != nil {
		return u, err
	}
	for _, pid := range pids {
		// A server on another machine has none of these processes.
		if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil && string(name) == "postgres\n" {
			if u.server[pid], err = processTime(pid); err != nil {
				delete(u.server, pid) // it has ended
			}
		}
	}
	var own syscall.Rusage
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	u.process = time.Duration(own.Utime.Nano() + own.Stime.Nano())
	return u, err
}

// since returns the time of the process and of the server's processes that still live.
func (u usage) since(before usage) (process, server time.Duration) {
	for pid, at := range u.server {
		server += at - before.server[pid]
	}
	return u.process - before.process, server
}

// measure runs do for n jobs and notes what it took. do returns how long the jobs took, 0 for all of its time.
func (p *peer) measure(ctx context.Context, s *series, n int, do func() (time.Duration, error)) error {
	runtime.GC()
	before, err := p.usage(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	took, err := do()
	if err != nil {
		return err
	}
	if took == 0 {
		took = time.Since(began)
	}
	after, err := p.usage(ctx)
	if err != nil {
		return err
	}
	process, server := after.since(before)
	s.cpu = append(s.cpu, process/time.Duration(n))
	s.server = append(s.server, server/time.Duration(n))
	s.rate = append(s.rate, float64(n)/took.Seconds())
	return nil
}

// round measures everything once but what an idle process takes.
func (p *peer) round(ctx context.Context, o options, stderr io.Writer) error {
	defer p.clear(context.WithoutCancel(ctx))
	profiled := func(line string, s *series, n int, do func() (time.Duration, error)) error {
		if o.profile != "" && o.line == line {
			file, err := os.Create(o.profile)
			if err != nil {
				return err
			}
			defer file.Close()
			if err := pprof.StartCPUProfile(file); err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
		}
		return p.measure(ctx, s, n, do)
	}
	if err := profiled("enqueue", &p.enqueued, o.singles, func() (time.Duration, error) {
		for i := range o.singles {
			if err := p.enqueue(ctx, i, func() {}); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}); err != nil {
		return err
	}
	if err := p.clear(ctx); err != nil {
		return err
	}
	if err := profiled("many", &p.many, o.many, func() (time.Duration, error) {
		for at := 0; at < o.many; at += 1000 {
			if err := p.enqueueMany(ctx, min(1000, o.many-at)); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}); err != nil {
		return err
	}
	if err := profiled("work", &p.worked, o.many, func() (time.Duration, error) { return p.workOff(ctx, o.many) }); err != nil {
		return err
	}
	if o.profile != "" {
		return nil
	}
	return p.latencies(ctx, o.starts, stderr)
}

// workOff works until so many jobs have begun, and returns how long that took.
func (p *peer) workOff(ctx context.Context, n int) (time.Duration, error) {
	p.reached = make(chan struct{})
	p.want.Store(int64(n))
	began := time.Now()
	stop, err := p.work(ctx)
	if err != nil {
		return 0, err
	}
	select {
	case <-p.reached:
	case <-ctx.Done():
	case <-time.After(5 * time.Minute):
		err = fmt.Errorf("%s does not end: %d of %d jobs are left", p.name, p.want.Load(), n)
	}
	took := time.Since(began)
	p.want.Store(0)
	if failed := stop(); failed != nil {
		return 0, failed
	}
	if err == nil {
		err = ctx.Err()
	}
	return took, err
}

// latencies notes how long n jobs take from the commit to their start.
func (p *peer) latencies(ctx context.Context, n int, stderr io.Writer) error {
	stop, err := p.work(ctx)
	if err != nil {
		return err
	}
	p.here, err = p.oneByOne(ctx, n, p.began, p.here)
	if failed := stop(); err == nil {
		err = failed
	}
	if err != nil || p.place.name == "SQLite" {
		return err
	}
	other, err := startProcess(ctx, p.name, p.url, stderr)
	if err != nil {
		return err
	}
	p.there, err = p.oneByOne(ctx, n, other.began, p.there)
	if failed := other.stop(); err == nil {
		err = failed
	}
	return err
}

func (p *peer) oneByOne(ctx context.Context, n int, began <-chan start, to []time.Duration) ([]time.Duration, error) {
	for i := range n {
		// Not in step with anything that looks again and again; the first lets the worker come to rest.
		pause := 5*time.Millisecond + rand.N(45*time.Millisecond)
		if i == 0 {
			pause = time.Second
		}
		select {
		case <-ctx.Done():
			return to, ctx.Err()
		case <-time.After(pause):
		}
		var committing time.Time
		if err := p.enqueue(ctx, i, func() { committing = time.Now() }); err != nil {
			return to, err
		}
		select {
		case s, ok := <-began:
			if !ok || s.n != i {
				return to, fmt.Errorf("%s: job %d was to begin, and %d did", p.name, i, s.n)
			}
			to = append(to, s.at.Sub(committing))
		case <-time.After(time.Minute):
			return to, fmt.Errorf("%s: job %d did not begin within a minute", p.name, i)
		}
	}
	return to, nil
}

// idleness looks at worker processes of all peers at the same time.
func idleness(ctx context.Context, o options, peers []*peer, stderr io.Writer) error {
	workers := make([]*process, len(peers))
	defer func() {
		for _, w := range workers {
			if w != nil {
				_ = w.stop()
			}
		}
	}()
	for i, p := range peers {
		var err error
		if workers[i], err = startProcess(ctx, p.name, p.url, stderr); err != nil {
			return err
		}
	}
	slice := o.idle / time.Duration(o.rounds)
	process, server := make([]time.Duration, len(peers)), make([]usage, len(peers))
	began := time.Now()
	for round := range o.rounds + 1 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(slice):
		}
		wall := time.Since(began)
		began = time.Now()
		for i, p := range peers {
			now, err := processTime(workers[i].cmd.Process.Pid)
			if err != nil {
				return err
			}
			all, err := p.usage(ctx)
			if err != nil {
				return err
			}
			if round > 0 { // the first is that of the start
				_, atServer := all.since(server[i])
				p.idle = append(p.idle, 100*float64(now-process[i])/float64(wall))
				p.idleServer = append(p.idleServer, 100*float64(atServer)/float64(wall))
			}
			process[i], server[i] = now, all
		}
	}
	return nil
}
