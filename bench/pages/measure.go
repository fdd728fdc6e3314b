package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
)

// figures are what was measured of one program and page, by round.
type figures struct {
	cpu  []time.Duration // a request
	rate []float64       // requests a second
}

// starting is what was measured of the starts of one program.
type starting struct {
	wall, cpu           []time.Duration // from the start to the first answer
	resident, anonymous []float64       // bytes, a moment after that
}

// measureAll measures on each database, and writes what came of it.
func measureAll(ctx context.Context, o options, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "pages")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.command == nil {
		if err := build(ctx, dir, stderr); err != nil {
			return err
		}
		o.command = func(p pagepeers.Program) []string { return []string{filepath.Join(dir, p.Command), p.Name} }
	}
	var reports []report
	err = each(ctx, o, dir, func(c *copies) error {
		r, err := measureOn(ctx, o, c, dir, stderr)
		if err != nil || o.profile != "" {
			return err
		}
		reports = append(reports, r)
		_, err = fmt.Fprintf(stdout, "%s\n%s\n", r.goals(), r.tables())
		return err
	})
	if err != nil || o.write == "" || o.profile != "" {
		return err
	}
	return writeDocument(o.write, o, reports)
}

// build builds the programs, each without the libraries of the others: what a
// program does not use would count as its memory.
func build(ctx context.Context, dir string, stderr io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", dir, module+"/pageprograms/...")
	cmd.Stderr = stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build the programs, in the folder of the module %s: %w", module, err)
	}
	return nil
}

const module = "github.com/volaweb/vola/bench"

// measureOn measures on one database.
func measureOn(ctx context.Context, o options, c *copies, dir string, stderr io.Writer) (report, error) {
	r := report{database: c.name, version: c.version, load: load(), programs: o.programs, starts: make([]starting, len(o.programs))}
	var ps []*process
	defer func() {
		for _, p := range ps {
			p.stop()
		}
	}()
	for _, program := range o.programs {
		url, err := c.fresh(ctx, program.Name)
		if err != nil {
			return r, err
		}
		p, err := start(ctx, o, program, url, dir)
		if err != nil {
			return r, err
		}
		ps = append(ps, p)
	}
	if err := compareAll(ctx, ps); err != nil {
		return r, err
	}
	fmt.Fprintf(stderr, "%s: all programs answer alike\n", c.name)
	if o.profile != "" {
		return r, profileAll(ctx, o, c, ps, stderr)
	}
	for _, q := range requestsOf(o.lists) {
		if !slices.Contains(o.pages, q.name) {
			continue
		}
		fmt.Fprintf(stderr, "%s: %s\n", c.name, q.title)
		f, n, err := measurePage(ctx, o, q, ps)
		if err != nil {
			return r, err
		}
		r.pages, r.requests, r.figures = append(r.pages, q), append(r.requests, n), append(r.figures, f)
	}
	for _, p := range ps {
		resident, _, err := p.memory()
		if err != nil {
			return r, err
		}
		r.after = append(r.after, float64(resident))
		if err := p.stop(); err != nil {
			return r, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	ps = nil
	fmt.Fprintf(stderr, "%s: starts\n", c.name)
	return r, measureStarts(ctx, o, c, dir, r.starts)
}

// measurePage measures one page of all programs, in as many rounds. It returns
// also how many requests a round has.
func measurePage(ctx context.Context, o options, q request, ps []*process) ([]figures, int, error) {
	var clients []*client
	defer func() {
		for _, c := range clients {
			c.Close()
		}
	}()
	n := 0
	for _, p := range ps {
		c, err := dial(ctx, p.host, o.conns)
		if err != nil {
			return nil, 0, err
		}
		clients = append(clients, c)
		// At once, since a server closes a connection that does not ask, and so
		// that everything is in caches and pools.
		if _, _, err := ask(ctx, q, p, c, 0, max(n, warm)); err != nil {
			return nil, 0, err
		}
		if n == 0 {
			if n, err = calibrate(ctx, o, q, p, c); err != nil {
				return nil, 0, err
			}
		}
	}
	out := make([]figures, len(ps))
	for round := range o.rounds {
		for i := range ps {
			at := (round + i) % len(ps) // who is first changes
			cpu, rate, err := ask(ctx, q, ps[at], clients[at], uint64((round+1)*n), n)
			if err != nil {
				return nil, 0, err
			}
			out[at].cpu, out[at].rate = append(out[at].cpu, cpu), append(out[at].rate, rate)
		}
	}
	return out, n, nil
}

// warm is how many requests a program has at least answered before it is
// measured.
const warm = 500

// calibrate returns how many requests fill a segment: by the quickest of some
// tries, since something else may hold the machine up.
func calibrate(ctx context.Context, o options, q request, p *process, c *client) (int, error) {
	var least time.Duration
	for range 5 {
		cpu, _, err := ask(ctx, q, p, c, 0, warm/5)
		if err != nil {
			return 0, err
		}
		if least == 0 || cpu < least {
			least = cpu
		}
	}
	return max(o.conns, int(o.segment/least)), nil
}

// ask sends n requests to a program and returns the processor time of one, and
// how many were answered in a second.
func ask(ctx context.Context, q request, p *process, c *client, first uint64, n int) (cpu time.Duration, rate float64, err error) {
	if err := os.Truncate(p.log, 0); err != nil {
		return 0, 0, err
	}
	before, err := p.cpu()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := c.ask(q, first, n); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", p.name, err)
	}
	took := time.Since(began)
	after, err := p.cpu()
	return (after - before) / time.Duration(n), float64(n) / took.Seconds(), errors.Join(err, ctx.Err())
}

// settled is how long after the first answer memory is read.
const settled = 300 * time.Millisecond

// measureStarts starts and ends all programs, in turn.
func measureStarts(ctx context.Context, o options, c *copies, dir string, out []starting) error {
	urls := make([]string, len(o.programs))
	for i, p := range o.programs {
		var err error
		if urls[i], err = c.fresh(ctx, p.Name); err != nil {
			return err
		}
	}
	for round := range o.starts {
		for i := range urls {
			at := (round + i) % len(urls)
			if err := measureStart(ctx, o, o.programs[at], urls[at], dir, &out[at]); err != nil {
				return err
			}
		}
	}
	return nil
}

// measureStart starts a program twice and measures the second time, when its file
// is in memory: otherwise it would matter which program ran before.
func measureStart(ctx context.Context, o options, program pagepeers.Program, url, dir string, out *starting) (err error) {
	before, err := start(ctx, o, program, url, dir)
	if err != nil {
		return err
	}
	if err := errors.Join(before.first(ctx), before.stop()); err != nil {
		return err
	}
	began := time.Now()
	p, err := start(ctx, o, program, url, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.first(ctx); err != nil {
		return err
	}
	out.wall = append(out.wall, time.Since(began))
	cpu, err := p.cpu()
	if err != nil {
		return err
	}
	out.cpu = append(out.cpu, cpu)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settled):
	}
	resident, anonymous, err := p.memory()
	out.resident, out.anonymous = append(out.resident, float64(resident)), append(out.anonymous, float64(anonymous))
	return err
}

// profileAll writes the CPU profile of each page of each program.
func profileAll(ctx context.Context, o options, c *copies, ps []*process, stderr io.Writer) error {
	for _, q := range requestsOf(o.lists) {
		for _, p := range ps {
			if !slices.Contains(o.pages, q.name) {
				continue
			}
			name := filepath.Join(o.profile, fmt.Sprintf("%s-%s-%s.pprof", c.name, p.name, q.name))
			fmt.Fprintln(stderr, name)
			if err := profile(ctx, o, q, p, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// profile writes the profile of one page while it is asked for.
func profile(ctx context.Context, o options, q request, p *process, name string) error {
	c, err := dial(ctx, p.host, o.conns)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, _, err := ask(ctx, q, p, c, 0, warm); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		resp, err := http.Get(fmt.Sprintf("http://%s/profile?for=%v", p.profiles, o.profiled))
		if err != nil {
			done <- err
			return
		}
		defer resp.Body.Close()
		file, err := os.Create(name)
		if err == nil {
			_, err = io.Copy(file, resp.Body)
			err = errors.Join(err, file.Close())
		}
		done <- err
	}()
	for first := uint64(0); ; first += warm {
		select {
		case err := <-done:
			return err
		default:
		}
		if _, _, err := ask(ctx, q, p, c, first, warm); err != nil {
			return err
		}
	}
}
