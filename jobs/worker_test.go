package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// live is a site whose jobs are done by a worker, by the clock of the machine.
type live struct {
	*shop
	db     *database.DB
	runner *jobs.Runner
	// end stops the worker as the signal to stop does, and returns when it has stopped.
	end func()
}

func startLive(t *testing.T, db *database.DB, cfg jobs.Config, declare func(s *shop)) *live {
	t.Helper()
	s := &live{shop: &shop{}, db: db, runner: jobs.New(cfg)}
	declare(s.shop)
	volatest.Start(t, vola.Config{Name: "shop", Version: "1", Modules: []module.Module{s.runner, s.shop}}, volatest.Options{DB: db})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.runner.Work(ctx) }()
	var once sync.Once
	s.end = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(s.end)
	return s
}

// until waits until ok is true, for a minute at most.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	untilFor(t, time.Minute, what, ok)
}

func untilFor(t *testing.T, most time.Duration, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(most)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, most)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (s *live) ended(t *testing.T, id int64, want jobs.State) jobs.Record {
	t.Helper()
	var j jobs.Record
	until(t, fmt.Sprintf("job %d is %s", id, want), func() bool {
		var err error
		if j, err = orm.Find[jobs.Record](t.Context(), s.db, id); err != nil {
			t.Fatal(err)
		}
		return j.State == want
	})
	return j
}

func (s *live) enqueue(t *testing.T, args any, options ...jobs.EnqueueOption) int64 {
	t.Helper()
	id, err := jobs.Enqueue(t.Context(), s.db, args, options...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Step is a job that tells the test when it runs, and waits for it.
type Step struct{ Name string }

// steps are jobs that wait until the test lets them.
type steps struct {
	begun chan string
	free  chan error
	most  atomic.Int32
	now   atomic.Int32
}

func newSteps() *steps { return &steps{begun: make(chan string, 1000), free: make(chan error, 1000)} }

func (x *steps) declare(options jobs.Options) func(s *shop) {
	return func(s *shop) {
		s.jobs = append(s.jobs, jobs.Handle(func(ctx context.Context, job jobs.Job[Step]) error {
			x.most.Store(max(x.most.Load(), x.now.Add(1)))
			defer x.now.Add(-1)
			x.begun <- job.Args.Name
			select {
			case err := <-x.free:
				return err
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}, options))
	}
}

// TestWorks: 2,000 jobs of 4 goroutines are done once each, and it goes on after a pause.
func TestWorks(t *testing.T) {
	t.Parallel()
	const writers, n = 4, 500
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var did [writers * n]atomic.Int32
		type Count struct{ N int }
		s := startLive(t, db, jobs.Config{}, func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Count]) error {
				did[job.Args.N].Add(1)
				return nil
			}, jobs.Options{}))
		})
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range n {
					if i == 0 { // many at once
						var list []Count
						for k := range n / 2 {
							list = append(list, Count{w*n + n/2 + k})
						}
						if _, err := jobs.EnqueueAll(t.Context(), s.db, list); err != nil {
							t.Error(err)
						}
					}
					if i < n/2 {
						if _, err := jobs.Enqueue(t.Context(), s.db, Count{w*n + i}); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		all.Wait()
		until(t, "all are done", func() bool {
			left, err := orm.From[jobs.Record](s.db).Where(jobs.Records.State.Ne(jobs.Done)).Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return left == 0
		})
		for i := range did {
			if n := did[i].Load(); n != 1 {
				t.Fatalf("job %d was done %d times", i, n)
			}
		}
	})
}

// TestCancel: of a job that waits, and of one that runs, here and in another process.
func TestCancel(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		x := newSteps()
		s := startLive(t, db, jobs.Config{Lease: time.Second}, x.declare(jobs.Options{}))
		waits := s.enqueue(t, Step{"later"}, jobs.In(time.Hour))
		runs := s.enqueue(t, Step{"now"})
		<-x.begun
		for _, id := range []int64{waits, runs} {
			if ok, err := jobs.Cancel(t.Context(), db, id); !ok || err != nil {
				t.Error(ok, err)
			}
		}
		if j := s.ended(t, runs, jobs.Cancelled); !strings.Contains(j.Error, "cancelled") {
			t.Error(j.Error)
		}
		s.ended(t, waits, jobs.Cancelled)
		if ok, err := jobs.Cancel(t.Context(), db, runs); ok || err != nil {
			t.Error(ok, err)
		}
		// By a process that does no jobs itself.
		elsewhere, err := database.Open(t.Context(), database.Config{URL: db.URL(), Drivers: databasetest.Drivers()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = elsewhere.Close() })
		open(t, elsewhere, jobs.Config{}, newSteps().declare(jobs.Options{}))
		far, err := jobs.Enqueue(t.Context(), elsewhere, Step{"far"})
		if err != nil {
			t.Fatal(err)
		}
		<-x.begun
		if ok, err := jobs.Cancel(t.Context(), elsewhere, far); !ok || err != nil {
			t.Error(ok, err)
		}
		s.ended(t, far, jobs.Cancelled)
	})
}

// TestLimit: no more run at once than the limit lets, in two workers together, and all run.
func TestLimit(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		x := newSteps()
		s := startLive(t, db, jobs.Config{Lease: time.Second}, x.declare(jobs.Options{Limit: 2}))
		elsewhere, err := database.Open(t.Context(), database.Config{URL: db.URL(), Drivers: databasetest.Drivers()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = elsewhere.Close() })
		startLive(t, elsewhere, jobs.Config{Lease: time.Second}, x.declare(jobs.Options{Limit: 2}))
		const n = 30
		var ids []int64
		for i := range n {
			ids = append(ids, s.enqueue(t, Step{fmt.Sprint(i)}))
		}
		<-x.begun
		<-x.begun
		for i := range n - 2 { // each that ends lets another begin
			if i%7 == 3 {
				x.free <- jobs.Snooze(10 * time.Millisecond)
				<-x.begun
			}
			x.free <- nil
			<-x.begun
		}
		x.free <- nil
		x.free <- nil
		for _, id := range ids {
			if j := s.ended(t, id, jobs.Done); j.Attempt != 1 {
				t.Errorf("job %d took %d attempts", id, j.Attempt)
			}
		}
		if most := x.most.Load(); most != 2 {
			t.Errorf("%d ran at once", most)
		}
	})
}

// TestPause: a queue that is paused is not worked on until it is resumed.
func TestPause(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		x := newSteps()
		s := startLive(t, db, jobs.Config{}, x.declare(jobs.Options{Queue: "slow"}))
		if err := jobs.Pause(t.Context(), s.db, "slow"); err != nil {
			t.Fatal(err)
		}
		if err := jobs.Pause(t.Context(), s.db, "quick"); err == nil || !strings.Contains(err.Error(), `no jobs wait in the queue "quick"`) {
			t.Error(err)
		}
		id := s.enqueue(t, Step{"a"})
		if j, err := orm.Find[jobs.Record](t.Context(), s.db, id); j.State != jobs.Ready || err != nil {
			t.Error(j.State, err)
		}
		x.free <- nil
		if err := jobs.Resume(t.Context(), s.db, "slow"); err != nil {
			t.Fatal(err)
		}
		s.ended(t, id, jobs.Done)
	})
}

// TestStops: jobs that run end; those that do not end in time go back, and no attempt is counted.
func TestStops(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		x := newSteps()
		s := startLive(t, db, jobs.Config{}, x.declare(jobs.Options{}))
		id := s.enqueue(t, Step{"a"})
		name := <-x.begun
		ended := make(chan struct{})
		go func() {
			s.end()
			close(ended)
		}()
		later := s.enqueue(t, Step{"not any more"})
		x.free <- nil
		<-ended
		if j := s.ended(t, id, jobs.Done); name != "a" || j.Worker != "" {
			t.Errorf("%s %+v", name, j)
		}
		if j, err := orm.Find[jobs.Record](t.Context(), s.db, later); j.State == jobs.Running || err != nil {
			t.Error(j.State, err)
		}
		if n, err := orm.From[jobs.Process](s.db).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d processes, %v", n, err)
		}
	})
}

// Bad is a job that does not behave.
type Bad struct{ How string }

// TestBadHandlers: others are done, whatever a handler does.
func TestBadHandlers(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		release := make(chan struct{})
		var enqueuesItself atomic.Int32
		s := startLive(t, db, jobs.Config{Queues: map[string]int{"default": 2}}, func(s *shop) {
			packing(s)
			s.jobs = append(s.jobs, jobs.Handle(func(ctx context.Context, job jobs.Job[Bad]) error {
				switch job.Args.How {
				case "goexit":
					runtime.Goexit()
				case "nil":
					var none *Bad
					none.How = "x"
				case "ignores its context":
					<-release
				case "sleeps":
					<-ctx.Done()
					return ctx.Err()
				case "itself":
					if enqueuesItself.Add(1) < 100 {
						_, err := jobs.Enqueue(ctx, db, job.Args)
						return err
					}
				}
				return nil
			}, jobs.Options{Attempts: 1, Timeout: 50 * time.Millisecond, Priority: 1}))
		})
		var bad []int64
		for _, how := range []string{"goexit", "nil", "sleeps"} {
			bad = append(bad, s.enqueue(t, Bad{how}))
		}
		for range 4 {
			s.enqueue(t, Bad{"ignores its context"})
		}
		s.enqueue(t, Bad{"itself"})
		good := s.enqueue(t, Pack{Order: "good"})
		s.ended(t, good, jobs.Done)
		for i, want := range []string{"the handler ended its goroutine", "nil pointer dereference", "took longer than 50ms"} {
			if j := s.ended(t, bad[i], jobs.Failed); !strings.Contains(j.Error, want) {
				t.Errorf("%q, want %q", j.Error, want)
			}
		}
		close(release)
		until(t, "all have ended", func() bool {
			n, err := orm.From[jobs.Record](db).Where(jobs.Records.Finished.IsNull()).Count(t.Context())
			return err == nil && n == 0
		})
		if n := enqueuesItself.Load(); n != 100 {
			t.Errorf("it ran %d times", n)
		}
	})
}

// TestProgress: it is stored while the job runs.
func TestProgress(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		shown, more := make(chan error), make(chan struct{})
		type Import struct{}
		s := startLive(t, db, jobs.Config{}, func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(ctx context.Context, job jobs.Job[Import]) error {
				err := job.Progress(ctx, 40, "40 of 100 rows")
				for i := range 1000 { // not all are stored
					err = errors.Join(err, job.Progress(ctx, 41, fmt.Sprint(i)))
				}
				shown <- err
				<-more
				return nil
			}, jobs.Options{}))
		})
		id := s.enqueue(t, Import{})
		if err := <-shown; err != nil {
			t.Error(err)
		}
		if j, err := orm.Find[jobs.Record](t.Context(), db, id); j.Progress != 40 || j.ProgressText != "40 of 100 rows" || err != nil {
			t.Errorf("%d %s %v", j.Progress, j.ProgressText, err)
		}
		close(more)
		s.ended(t, id, jobs.Done)
	})
}

// Ship is a job with an effect in the database.
type Ship struct{ N int }

// TestComplete: what is written in the transaction that completes the job is there once, and not if the job was lost.
func TestComplete(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		begun, lost := make(chan struct{}, 10), make(chan struct{})
		var errs sync.Map
		s := startLive(t, db, jobs.Config{}, func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(ctx context.Context, job jobs.Job[Ship]) error {
				begun <- struct{}{}
				if job.Args.N == 1 {
					<-lost
				}
				err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					effect := jobs.Effect{Key: fmt.Sprint(job.Args.N), At: time.Now()}
					if err := orm.Create(ctx, tx, &effect); err != nil {
						return err
					}
					return job.Complete(ctx, tx)
				})
				errs.Store(job.Args.N, err)
				return err
			}, jobs.Options{}))
		})
		id := s.enqueue(t, Ship{0})
		<-begun
		s.ended(t, id, jobs.Done)
		id = s.enqueue(t, Ship{1})
		<-begun
		// Somebody else has the job.
		if _, err := orm.From[jobs.Record](db).Where(jobs.Records.ID.Eq(id)).Update(t.Context(), jobs.Records.Worker.Set("another")); err != nil {
			t.Fatal(err)
		}
		close(lost)
		until(t, "the handler has ended", func() bool { _, ok := errs.Load(1); return ok })
		if err, _ := errs.Load(1); !errors.Is(err.(error), jobs.ErrLost) {
			t.Error(err)
		}
		if n, err := orm.From[jobs.Effect](db).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d effects, %v", n, err)
		}
	})
}

// TestLostHere: a worker that was taken for dead ends the contexts of its attempts, and does not run a job a second time
// while a handler of its own still runs it.
func TestLostHere(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		begun, ended, end := make(chan error, 10), make(chan error, 10), make(chan struct{})
		var at, most atomic.Int32
		s := startLive(t, db, jobs.Config{Lease: time.Second}, func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(ctx context.Context, _ jobs.Job[Step]) error {
				most.Store(max(most.Load(), at.Add(1)))
				defer at.Add(-1)
				begun <- nil
				select {
				case <-ctx.Done():
					ended <- context.Cause(ctx)
				case <-end:
					return nil
				}
				<-end // it does not end with its context
				return nil
			}, jobs.Options{}))
		})
		id := s.enqueue(t, Step{"a"})
		<-begun
		for _, sql := range []string{"DELETE FROM jobs_process", "UPDATE jobs_job SET state = 'ready', worker = '', attempt = 0"} {
			if _, err := orm.ExecSQL(t.Context(), db, sql); err != nil {
				t.Fatal(err)
			}
		}
		if cause := <-ended; !errors.Is(cause, jobs.ErrLost) {
			t.Error(cause)
		}
		until(t, "the job is put off", func() bool {
			j, err := orm.Find[jobs.Record](t.Context(), db, id)
			return err == nil && j.State == jobs.Waiting && j.Attempt == 0
		})
		close(end)
		if j := s.ended(t, id, jobs.Done); j.Attempt != 1 || most.Load() != 1 {
			t.Errorf("attempt %d, %d at once", j.Attempt, most.Load())
		}
	})
}
