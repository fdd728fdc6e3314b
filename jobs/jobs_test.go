package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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

// shop is a module whose jobs do what the test says.
type shop struct {
	jobs []jobs.Declaration

	mu  sync.Mutex
	did []string
}

func (*shop) Name() string               { return "shop" }
func (s *shop) Jobs() []jobs.Declaration { return s.jobs }

func (s *shop) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, fmt.Sprintf(format, args...))
}

func (s *shop) want(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := strings.Join(s.did, " "); got != strings.Join(want, " ") {
		t.Errorf("done is %s, want %s", got, strings.Join(want, " "))
	}
	s.did = nil
}

// store is a site with jobs on one database, with a clock that the test sets.
type store struct {
	*shop
	db     *database.DB
	runner *jobs.Runner
	clock  *volatest.Clock
}

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// each runs a test on each database. declare adds to what the shop's jobs are.
func each(t *testing.T, cfg jobs.Config, declare func(s *shop), test func(t *testing.T, s *store)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) { test(t, open(t, db, cfg, declare)) })
}

func open(t *testing.T, db *database.DB, cfg jobs.Config, declare func(s *shop)) *store {
	t.Helper()
	s := &store{shop: &shop{}, db: db, runner: jobs.New(cfg), clock: volatest.NewClock(start)}
	declare(s.shop)
	volatest.Start(t, vola.Config{Name: "shop", Version: "1", Modules: []module.Module{s.runner, s.shop}}, volatest.Options{DB: db, Now: s.clock.Now})
	return s
}

// another is another process with the same database.
func (s *store) another(t *testing.T, declare func(s *shop)) *store {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: s.db.URL(), Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return open(t, db, jobs.Config{}, declare)
}

// run runs what is due.
func (s *store) run(t *testing.T, want ...string) {
	t.Helper()
	if _, err := s.runner.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.want(t, want...)
}

func (s *store) enqueue(t *testing.T, args any, options ...jobs.EnqueueOption) int64 {
	t.Helper()
	id, err := jobs.Enqueue(t.Context(), s.db, args, options...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *store) job(t *testing.T, id int64) jobs.Record {
	t.Helper()
	j, err := orm.Find[jobs.Record](t.Context(), s.db, id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func (s *store) wantState(t *testing.T, id int64, want jobs.State) jobs.Record {
	t.Helper()
	j := s.job(t, id)
	if j.State != want {
		t.Errorf("job %d is %s, want %s; %s", id, j.State, want, j.Error)
	}
	return j
}

// Pack is a job of the tests.
type Pack struct {
	Order string
	Fail  string
}

func packing(s *shop) {
	s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Pack]) error {
		s.note("%s", job.Args.Order)
		switch job.Args.Fail {
		case "":
			return nil
		case "panic":
			panic("out of boxes")
		case "discard":
			return jobs.Discard(errors.New("no such order"))
		case "snooze":
			return jobs.Snooze(time.Minute)
		case "result":
			return job.SetResult(map[string]int{"boxes": 3})
		}
		return errors.New(job.Args.Fail)
	}, jobs.Options{Attempts: 3, Backoff: func(n int) time.Duration { return time.Duration(n) * time.Minute }}))
}

var errBack = errors.New("roll back")

// TestTransaction: a job is there exactly if its transaction, and its savepoint, were committed.
func TestTransaction(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		var want []string
		for i := range 20 {
			err := s.db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				if _, err := jobs.Enqueue(ctx, tx, Pack{Order: fmt.Sprint(i)}); err != nil {
					return err
				}
				err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					if _, err := jobs.Enqueue(ctx, tx, Pack{Order: fmt.Sprint(i, "inner")}); err != nil {
						return err
					}
					if i%4 < 2 {
						return errBack
					}
					return nil
				})
				if err != nil && !errors.Is(err, errBack) {
					return err
				}
				if i%2 == 1 {
					return errBack
				}
				return nil
			})
			if err != nil && !errors.Is(err, errBack) {
				t.Fatal(err)
			}
			if i%2 == 0 {
				want = append(want, fmt.Sprint(i))
				if i%4 >= 2 {
					want = append(want, fmt.Sprint(i, "inner"))
				}
			}
		}
		s.run(t, want...)
		err := s.db.InTx(t.Context(), func(ctx context.Context, _ *database.Tx) error {
			_, err := jobs.Enqueue(ctx, s.db, Pack{})
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "inside the transaction begun at") {
			t.Errorf("the database itself, in a transaction: %v", err)
		}
		// A transaction that is tried again enqueues once.
		tries := 0
		err = s.db.InTxWith(t.Context(), database.TxOptions{Retry: 3}, func(ctx context.Context, tx *database.Tx) error {
			if _, err := jobs.Enqueue(ctx, tx, Pack{Order: "again"}); err != nil {
				return err
			}
			if tries++; tries < 3 {
				return database.ErrSerialization
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		s.run(t, "again")
	})
}

// TestEnds: what the handler returns says what becomes of the job.
func TestEnds(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		done := s.enqueue(t, Pack{Order: "a", Fail: "result"})
		panics := s.enqueue(t, Pack{Order: "b", Fail: "panic"})
		discarded := s.enqueue(t, Pack{Order: "c", Fail: "discard"})
		snoozed := s.enqueue(t, Pack{Order: "d", Fail: "snooze"})
		fails := s.enqueue(t, Pack{Order: "e", Fail: "the printer is\x00out of paper\nand ink"})
		s.run(t, "a", "b", "c", "d", "e")
		j := s.wantState(t, done, jobs.Done)
		var result struct{ Boxes int }
		if err := j.DecodeResult(&result); err != nil || result.Boxes != 3 || j.Finished == nil || j.Attempt != 1 || j.Progress != 100 {
			t.Errorf("%v, %+v", err, j)
		}
		s.wantState(t, panics, jobs.Waiting)
		s.wantState(t, discarded, jobs.Failed)
		if j := s.wantState(t, snoozed, jobs.Waiting); j.Attempt != 0 {
			t.Errorf("snoozing counted an attempt: %d", j.Attempt)
		}
		if j := s.wantState(t, fails, jobs.Waiting); j.Error != "the printer isout of paper" || !j.RunAt.Equal(start.Add(time.Minute)) {
			t.Errorf("%q, %v", j.Error, j.RunAt)
		}
		s.run(t)
		s.clock.Add(time.Minute)
		s.run(t, "b", "d", "e")
		s.clock.Add(2 * time.Minute)
		s.run(t, "d", "b", "e")
		for _, id := range []int64{panics, fails} {
			if j := s.wantState(t, id, jobs.Failed); j.Attempt != 3 {
				t.Errorf("%d attempts", j.Attempt)
			}
		}
		failures, err := orm.From[jobs.Failure](s.db).Where(jobs.Failures.Job.Eq(panics)).OrderBy(jobs.Failures.ID.Asc()).All(t.Context())
		if err != nil || len(failures) != 3 {
			t.Fatalf("%v, %v", failures, err)
		}
		for i, f := range failures {
			if f.Attempt != int32(i+1) || f.Error != "panic: out of boxes" || !strings.Contains(f.Stack, "jobs_test.packing") {
				t.Errorf("%+v", f)
			}
		}
		// By hand it begins again, with all its attempts.
		if ok, err := jobs.Retry(t.Context(), s.db, fails); !ok || err != nil {
			t.Error(ok, err)
		}
		if ok, err := jobs.Retry(t.Context(), s.db, done); ok || err != nil {
			t.Error(ok, err)
		}
		s.run(t, "e")
		if j := s.wantState(t, fails, jobs.Waiting); j.Attempt != 1 {
			t.Errorf("%d attempts", j.Attempt)
		}
	})
}

// TestOrder: those with a higher priority first, then those that are due longer, then as they were enqueued.
func TestOrder(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		s.enqueue(t, Pack{Order: "low"}, jobs.WithPriority(-1))
		s.enqueue(t, Pack{Order: "in 2"}, jobs.In(2*time.Minute))
		s.enqueue(t, Pack{Order: "in 1"}, jobs.At(start.Add(time.Minute)))
		s.enqueue(t, Pack{Order: "first"})
		s.enqueue(t, Pack{Order: "second"})
		s.enqueue(t, Pack{Order: "high"}, jobs.WithPriority(5))
		s.enqueue(t, Pack{Order: "tomorrow"}, jobs.In(24*time.Hour))
		s.run(t, "high", "first", "second", "low")
		s.clock.Add(3 * time.Minute)
		s.run(t, "in 1", "in 2")
		late := s.enqueue(t, Pack{Order: "late"}, jobs.In(time.Hour), jobs.Until(start.Add(30*time.Minute)))
		s.clock.Add(2 * time.Hour)
		s.run(t)
		if j := s.wantState(t, late, jobs.Failed); !strings.Contains(j.Error, "deadline") {
			t.Error(j.Error)
		}
		// A clock that was moved back delays what waits for its time, and nothing else.
		s.clock.Add(-48 * time.Hour)
		s.enqueue(t, Pack{Order: "now"})
		s.run(t, "now")
	})
}

// TestUnique: another of the key is not enqueued while one is there.
func TestUnique(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		a := s.enqueue(t, Pack{Order: "a"}, jobs.Unique(""))
		if b := s.enqueue(t, Pack{Order: "a"}, jobs.Unique("")); b != a {
			t.Errorf("enqueued twice: %d and %d", a, b)
		}
		if b := s.enqueue(t, Pack{Order: "b"}, jobs.Unique("")); b == a {
			t.Error("other arguments are another job")
		}
		err := s.db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for range 2 {
				if id, err := jobs.Enqueue(ctx, tx, Pack{Order: "a"}, jobs.Unique("")); id != a || err != nil {
					return fmt.Errorf("%d, %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		s.run(t, "a", "b")
		if b := s.enqueue(t, Pack{Order: "a"}, jobs.Unique("")); b == a {
			t.Error("the first has ended")
		}
		first := s.enqueue(t, Pack{Order: "daily"}, jobs.UniqueWithin(24*time.Hour, "digest"))
		s.run(t, "a", "daily")
		if again := s.enqueue(t, Pack{Order: "daily"}, jobs.UniqueWithin(24*time.Hour, "digest")); again != first {
			t.Error("twice in a day")
		}
		s.clock.Add(24 * time.Hour)
		if again := s.enqueue(t, Pack{Order: "daily"}, jobs.UniqueWithin(24*time.Hour, "digest")); again == first {
			t.Error("not on the next day")
		}
		// Many at once.
		var all sync.WaitGroup
		ids := make([]int64, 16)
		for i := range ids {
			all.Go(func() {
				id, err := jobs.Enqueue(t.Context(), s.db, Pack{Order: "x"}, jobs.Unique("x"))
				if err != nil {
					t.Error(err)
				}
				ids[i] = id
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("ids %v", ids)
			}
		}
		s.run(t, "daily", "x")
	})
}
