package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/module"
)

// prepare lets the modules look at what others declare.
func (s *Site) prepare() error {
	var errs []error
	for _, m := range s.cfg.Modules {
		if p, ok := module.As[module.Preparer](m); ok {
			if err := p.Prepare(s.host); err != nil {
				errs = append(errs, fmt.Errorf("module %s: %w", m.Name(), err))
			}
		}
	}
	return errors.Join(errs...)
}

// works reports whether a module of the site works in the background.
func (s *Site) works() bool {
	for _, m := range s.cfg.Modules {
		if _, ok := module.As[module.Worker](m); ok {
			return true
		}
	}
	return false
}

// Work does what the modules do in the background, such as jobs, until ctx is done. Then it waits until
// what was begun has ended: about 20 seconds at most. It is called after Open, and beside the
// requests: the commands serve and work do. A module that cannot work ends all others, and is the error.
func (s *Site) Work(ctx context.Context) error {
	if !s.started {
		return errors.New("the site is not open yet; call Open before Work")
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for _, m := range s.cfg.Modules {
		if w, ok := module.As[module.Worker](m); ok {
			all.Go(func() {
				if err := w.Work(ctx); err != nil {
					stop(fmt.Errorf("module %s does not work any more: %w", m.Name(), err))
				}
			})
		}
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// workBeside starts Work unless off. It returns what is closed when that has failed, and what ends it and
// returns its error.
func (s *Site) workBeside(ctx context.Context, off bool) (failed <-chan struct{}, end func() error) {
	if off || !s.works() {
		return nil, func() error { return nil }
	}
	ctx, stop := context.WithCancel(ctx)
	bad, done := make(chan struct{}), make(chan error, 1)
	go func() {
		err := s.Work(ctx)
		if err != nil {
			close(bad)
		}
		done <- err
	}()
	return bad, func() error {
		stop()
		return <-done
	}
}

// workCommand works in the background and answers no requests.
func (p *program) workCommand() cli.Command {
	var f siteFlags
	return cli.Command{
		Name: "work", Help: "do the work of the site that goes on beside requests, such as jobs",
		Flags: func(flags *flag.FlagSet) { f.declare(flags) },
		Run: func(ctx context.Context, _ []string) error {
			s, err := p.assemble(f)
			if err != nil {
				return err
			}
			if !s.works() {
				return cli.Usagef("no module of this site works in the background; list jobs.New(jobs.Config{}) of github.com/volaweb/vola/jobs among its modules")
			}
			return p.withDatabase(ctx, s, f, false, func(ctx context.Context, _ bool) error {
				s.tellWorking(p.stdout)
				err := s.Work(ctx)
				s.mails.mustEnd = time.Now().Add(endTimeout - time.Second)
				return err
			})
		},
	}
}

func (s *Site) tellWorking(out io.Writer) {
	fmt.Fprintf(out, "%s works with the database %s\n", s.cfg.Name, database.RedactURL(s.set.DatabaseURL))
}
