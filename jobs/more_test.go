package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// Call is a job with limits.
type Call struct{ To string }

// TestRate: no more begin than the rate lets, each is put off once, and no attempt is counted.
func TestRate(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, func(s *shop) {
		s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Call]) error {
			s.note("%s", job.Args.To)
			return nil
		}, jobs.Options{Rate: jobs.Rate{N: 2, Per: time.Minute}}))
	}, func(t *testing.T, s *store) {
		for i := range 5 {
			s.enqueue(t, Call{To: fmt.Sprint(i)})
		}
		s.enqueue(t, Call{To: "other"}, jobs.LimitKey("b"))
		s.run(t, "0", "1", "other")
		s.clock.Add(29 * time.Second)
		s.run(t)
		s.clock.Add(time.Second)
		s.run(t, "2")
		s.clock.Add(30 * time.Second)
		s.run(t, "3")
		s.clock.Add(time.Hour)
		s.run(t, "4")
		last, err := orm.From[jobs.Record](s.db).Where(jobs.Records.State.Eq(jobs.Done)).All(t.Context())
		if err != nil || len(last) != 6 {
			t.Fatal(last, err)
		}
		for _, j := range last {
			if j.Attempt != 1 {
				t.Errorf("%d attempts", j.Attempt)
			}
		}
		// After a pause so many go at once, and no more.
		for i := range 4 {
			s.enqueue(t, Call{To: fmt.Sprint(i)})
		}
		s.run(t, "0", "1")
	})
}

// TestLimitAndCrash: a worker that dies takes no place with it, and none is given twice.
func TestLimitAndCrash(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, func(s *shop) {
		s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Call]) error {
			s.note("%s", job.Args.To)
			return nil
		}, jobs.Options{Limit: 1}))
	}, func(t *testing.T, s *store) {
		var ids []int64
		for i := range 4 {
			ids = append(ids, s.enqueue(t, Call{To: fmt.Sprint(i)}))
		}
		for range 2 {
			begun, err := jobs.Crash(t.Context(), s.runner, 3)
			if err != nil || len(begun) != 1 || begun[0] != ids[0] {
				t.Fatalf("begun are %v of %v, %v", begun, ids, err)
			}
		}
		s.run(t, "0", "1", "2", "3")
		for _, id := range ids {
			if j := s.wantState(t, id, jobs.Done); j.Attempt != 1 {
				t.Errorf("%d attempts", j.Attempt)
			}
		}
	})
}

// Report follows a batch.
type Report struct{ Of string }

// TestBatch: what follows is enqueued once, when all have ended, however they ended.
func TestBatch(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, func(s *shop) {
		packing(s)
		s.jobs = append(s.jobs, jobs.Handle(func(ctx context.Context, job jobs.Job[Report]) error {
			b, err := job.Batch(ctx)
			s.note("%s:%d-%d", job.Args.Of, b.Total, b.Failed)
			return err
		}, jobs.Options{}))
	}, func(t *testing.T, s *store) {
		id, err := jobs.EnqueueBatch(t.Context(), s.db, Report{"all"}, []any{Pack{Order: "a"}, Pack{Order: "b", Fail: "discard"}, Pack{Order: "c", Fail: "later"}, Pack{Order: "d"}}, jobs.In(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		list, err := orm.From[jobs.Record](s.db).Where(jobs.Records.Batch.Eq(id)).OrderBy(jobs.Records.ID.Asc()).All(t.Context())
		if err != nil || len(list) != 4 {
			t.Fatal(list, err)
		}
		if ok, err := jobs.Cancel(t.Context(), s.db, list[3].ID); !ok || err != nil {
			t.Fatal(ok, err)
		}
		s.clock.Add(time.Second)
		s.run(t, "a", "b", "c")
		s.clock.Add(time.Minute)
		s.run(t, "c")
		s.clock.Add(2 * time.Minute)
		s.run(t, "c", "all:4-3")
		if _, err := jobs.EnqueueBatch(t.Context(), s.db, Report{"none"}, nil); err != nil {
			t.Fatal(err)
		}
		s.run(t, "none:0-0")
		err = s.db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if _, err := jobs.EnqueueBatch(ctx, tx, Report{"rolled back"}, []any{Pack{}}); err != nil {
				return err
			}
			return errBack
		})
		if !errors.Is(err, errBack) {
			t.Fatal(err)
		}
		s.run(t)
	})
}

// Daily is a job that is enqueued by the clock.
type Daily struct{ Name string }

func daily(s *shop, schedules ...jobs.Declaration) {
	s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Daily]) error {
		s.note("%s", job.Args.Name)
		return nil
	}, jobs.Options{}))
	s.jobs = append(s.jobs, schedules...)
}

// TestSchedules: what is due is enqueued once, also when nobody was there at the time, and when it is next is kept.
func TestSchedules(t *testing.T) {
	t.Parallel()
	declare := func(s *shop) {
		daily(s, jobs.Every(time.Hour, Daily{"hour"}).Named("hour"), jobs.Cron("30 4 * * *", Daily{"morning"}),
			jobs.Every(time.Hour, Daily{"each"}).Named("each").CatchUpAll(),
			jobs.Every(time.Hour, Daily{"fresh"}).Named("fresh").CatchUpNone())
	}
	each(t, jobs.Config{}, declare, func(t *testing.T, s *store) {
		s.run(t)
		s.clock.Add(time.Hour)
		s.run(t, "hour", "each", "fresh")
		s.run(t)
		// Another process on the same database.
		other := s.another(t, declare)
		other.clock.Add(time.Hour)
		other.run(t)
		s.clock.Add(3*time.Hour + 10*time.Minute)
		s.run(t, "hour", "each", "each", "each")
		other.clock.Add(3*time.Hour + 10*time.Minute)
		other.run(t)
		s.clock.Add(50 * time.Minute) // the beat is kept: on the hour
		s.run(t, "hour", "each", "fresh")
		s.clock.Add(12 * time.Hour)
		s.run(t, "hour", "morning", "each", "each", "each", "each", "each", "each", "each", "each", "each", "each", "each", "each", "fresh")
		// One that was changed begins again.
		changed := s.another(t, func(s *shop) { daily(s, jobs.Every(time.Minute, Daily{"minute"}).Named("hour")) })
		changed.clock.Add(20 * time.Hour)
		changed.run(t)
		changed.clock.Add(time.Minute)
		changed.run(t, "minute")
	})
}

// TestDeclarations: what is wrong with them is said when the site is assembled.
func TestDeclarations(t *testing.T) {
	t.Parallel()
	type hidden struct{ Order, order string }
	_ = hidden{order: ""}.order
	type odd struct{ F func() }
	for want, declare := range map[string]func(s *shop){
		"declared twice": func(s *shop) { packing(s); packing(s) },
		"its name begins with a small letter": func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(context.Context, jobs.Job[hidden]) error { return nil }, jobs.Options{}))
		},
		"cannot be stored as JSON": func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(context.Context, jobs.Job[odd]) error { return nil }, jobs.Options{}))
		},
		"must be a struct": func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(context.Context, jobs.Job[string]) error { return nil }, jobs.Options{}))
		},
		"no module declares a job": func(s *shop) { s.jobs = append(s.jobs, jobs.Every(time.Hour, Pack{})) },
		"a second is the least":    func(s *shop) { packing(s); s.jobs = append(s.jobs, jobs.Every(time.Millisecond, Pack{})) },
		"is never due":             func(s *shop) { packing(s); s.jobs = append(s.jobs, jobs.Cron("0 0 31 2 *", Pack{})) },
		"two schedules are called": func(s *shop) {
			packing(s)
			s.jobs = append(s.jobs, jobs.Every(time.Hour, Pack{}), jobs.Every(time.Hour, Pack{}))
		},
		"the name of a queue": func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(context.Context, jobs.Job[Pack]) error { return nil }, jobs.Options{Queue: "A b"}))
		},
		"a method that is for Every and Cron": func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(context.Context, jobs.Job[Pack]) error { return nil }, jobs.Options{}).CatchUpAll())
		},
		"a Declaration is empty": func(s *shop) { s.jobs = append(s.jobs, jobs.Declaration{}) },
		"it needs a number and a time": func(s *shop) {
			s.jobs = append(s.jobs, jobs.Handle(func(context.Context, jobs.Job[Pack]) error { return nil }, jobs.Options{Rate: jobs.Rate{N: 3}}))
		},
	} {
		s := &shop{}
		declare(s)
		_, err := vola.New(vola.Config{Name: "shop", Version: "1", Modules: []module.Module{jobs.New(jobs.Config{}), s}}, vola.Options{Environ: map[string]string{"SECRET_KEY": strings.Repeat("k", 40)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	if _, err := jobs.Enqueue(t.Context(), databasetest.SQLite(t), Pack{}); err == nil || !strings.Contains(err.Error(), "list jobs.New(jobs.Config{})") {
		t.Errorf("a site without jobs: %v", err)
	}
}

// stored is a job of a program of another version.
func (s *store) stored(t *testing.T, kind, args string, version int32) int64 {
	t.Helper()
	j := jobs.Record{Kind: kind, Queue: "default", State: jobs.Ready, Args: args, Version: version, MaxAttempts: 3, RunAt: s.clock.Now(), Created: s.clock.Now()}
	if err := orm.Create(t.Context(), s.db, &j); err != nil {
		t.Fatal(err)
	}
	return j.ID
}

// Wrap is a job whose arguments had another form.
type Wrap struct{ Paper string }

// TestOtherVersions: jobs of other programs wait for them, are converted, or fail with an explanation.
func TestOtherVersions(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, func(s *shop) {
		packing(s)
		s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Wrap]) error {
			s.note("%s", job.Args.Paper)
			return nil
		}, jobs.Options{Version: 2, Was: []string{"shop.Cover"}, Upgrade: func(version int32, args json.RawMessage) (json.RawMessage, error) {
			if version == 0 {
				return nil, errors.New("too old")
			}
			return json.RawMessage(strings.ReplaceAll(string(args), "Colour", "Paper")), nil
		}}))
	}, func(t *testing.T, s *store) {
		s.stored(t, "shop.Cover", `{"Colour":"red"}`, 1)
		unknown := s.stored(t, "shop.Gone", `{}`, 0)
		newer := s.stored(t, "shop.Wrap", `{"Sheets":3}`, 3)
		old := s.stored(t, "shop.Wrap", `{}`, 0)
		renamed := s.stored(t, "shop.Pack", `{"Order":"x","Number":5}`, 0)
		broken := s.stored(t, "shop.Pack", `{"Order":`, 0)
		s.run(t, "red")
		s.wantState(t, unknown, jobs.Ready)
		if j := s.wantState(t, newer, jobs.Waiting); j.Attempt != 0 {
			t.Error(j.Attempt)
		}
		for id, want := range map[int64]string{
			old:     "cannot be upgraded to version 2: too old",
			renamed: `unknown field "Number"`,
			broken:  "do not fit",
		} {
			if j := s.wantState(t, id, jobs.Failed); !strings.Contains(j.Error, want) {
				t.Errorf("%q, want %q", j.Error, want)
			}
		}
	})
}

// Login has arguments that are not for everybody's eyes.
type Login struct{ Link string }

// TestSecret: the arguments are not in the database as they are.
func TestSecret(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, func(s *shop) {
		s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Login]) error {
			s.note("%s", job.Args.Link)
			return nil
		}, jobs.Options{Secret: true}))
	}, func(t *testing.T, s *store) {
		id := s.enqueue(t, Login{"https://example.test/log-in/hush"})
		j := s.job(t, id)
		text := fmt.Sprintf("%+v", j)
		if j.Args != "" || strings.Contains(text, "hush") || strings.Contains(string(j.Sealed), "hush") {
			t.Error(text)
		}
		s.run(t, "https://example.test/log-in/hush")
	})
}

// TestTooMuch: arguments, results and queues have an end.
func TestTooMuch(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{MaxQueued: 50}, packing, func(t *testing.T, s *store) {
		if _, err := jobs.Enqueue(t.Context(), s.db, Pack{Order: strings.Repeat("x", 10<<20)}); err == nil || !strings.Contains(err.Error(), "store what is large elsewhere") {
			t.Error(err)
		}
		if _, err := jobs.Enqueue(t.Context(), s.db, Call{}); err == nil || !strings.Contains(err.Error(), "no module of the site declares a job") {
			t.Error(err)
		}
		n := 0
		for ; n < 100; n++ {
			if _, err := jobs.Enqueue(t.Context(), s.db, Pack{}); err != nil {
				if !errors.Is(err, jobs.ErrQueueFull) {
					t.Error(err)
				}
				break
			}
		}
		if n < 50 || n > 51 {
			t.Errorf("%d jobs were taken", n)
		}
		if _, err := s.runner.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := jobs.EnqueueAll(t.Context(), s.db, make([]Pack, 50)); err != nil {
			t.Errorf("there is room again: %v", err)
		}
		if _, err := jobs.EnqueueAll(t.Context(), s.db, make([]Pack, 20)); !errors.Is(err, jobs.ErrQueueFull) {
			t.Errorf("20 more than fit: %v", err)
		}
	})
}

// TestOnce: an effect happens once, however often it is tried.
func TestOnce(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		once := func(fail error) (first bool) {
			err := s.db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
				if first, err = jobs.Once(ctx, tx, "invoice 7"); err != nil {
					return err
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Error(err)
			}
			return first
		}
		if !once(errBack) || !once(nil) || once(nil) {
			t.Error("not once")
		}
	})
}

// TestClean: what ended long ago is deleted, with its failures.
func TestClean(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		s.enqueue(t, Pack{Order: "a"})
		s.enqueue(t, Pack{Order: "b"}, jobs.UniqueWithin(7*24*time.Hour, "b"))
		s.enqueue(t, Pack{Order: "c", Fail: "discard"})
		s.enqueue(t, Pack{Order: "d"}, jobs.In(90*24*time.Hour))
		s.run(t, "a", "b", "c")
		for _, step := range []struct {
			after time.Duration
			want  int64
		}{{23 * time.Hour, 4}, {2 * time.Hour, 3}, {30 * 24 * time.Hour, 1}} {
			s.clock.Add(step.after)
			if err := s.runner.Clean(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n, err := orm.From[jobs.Record](s.db).Count(t.Context()); n != step.want || err != nil {
				t.Errorf("%d jobs are there after %v, want %d; %v", n, step.after, step.want, err)
			}
		}
		if n, err := orm.From[jobs.Failure](s.db).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d failures, %v", n, err)
		}
	})
}

// TestStatements: to enqueue is one statement, and two for a unique job that is there.
func TestStatements(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		count := func(want int, options ...jobs.EnqueueOption) {
			t.Helper()
			var statements databasetest.Statements
			err := s.db.InTx(statements.Observe(t.Context()), func(ctx context.Context, tx *database.Tx) error {
				statements.Reset()
				_, err := jobs.Enqueue(ctx, tx, Pack{}, options...)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			statements.Want(t, want)
		}
		count(1)
		count(1, jobs.In(time.Hour))
		count(1, jobs.Unique("a"))
		count(2, jobs.Unique("a")) // it is there
	})
}

// TestInline: a job runs when its transaction is committed.
func TestInline(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		s.runner.Inline()
		err := s.db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if _, err := jobs.Enqueue(ctx, tx, Pack{Order: "a"}); err != nil {
				return err
			}
			s.want(t)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.want(t, "a")
	})
}

// TestEnqueueAllOrder: of many jobs each has its own arguments, in order, also when they are more than one statement takes, are encrypted, or are of
// several kinds.
func TestEnqueueAllOrder(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, func(s *shop) {
		packing(s)
		s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Hidden]) error {
			s.note("%d:%s", job.ID, job.Args.Text)
			return nil
		}, jobs.Options{Secret: true}))
	}, func(t *testing.T, s *store) {
		var packs []Pack
		for i := range 2500 {
			packs = append(packs, Pack{Order: fmt.Sprintf("%d \"ö\\\x00' ?", i)})
		}
		until := s.clock.Now().Add(time.Hour)
		ids, err := jobs.EnqueueAll(t.Context(), s.db, packs, jobs.Until(until), jobs.WithPriority(-1), jobs.In(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{0, 1, 999, 1000, 1999, 2000, 2499} {
			args, err := json.Marshal(packs[i])
			if err != nil {
				t.Fatal(err)
			}
			j := s.wantState(t, ids[i], jobs.Waiting)
			if j.Args != string(args) || j.Priority != -1 || j.Deadline == nil || !j.Deadline.Equal(until) || !j.RunAt.Equal(s.clock.Now().Add(time.Minute)) || j.MaxAttempts != 3 || j.UniqueKey != nil {
				t.Errorf("job %d is stored as %+v", i, j)
			}
		}
		if ids, err = jobs.EnqueueAll(t.Context(), s.db, []Hidden{{"a"}, {"b"}}); err != nil {
			t.Fatal(err)
		}
		if j := s.job(t, ids[1]); j.Args != "" || j.Sealed == "" {
			t.Errorf("a secret is stored as %+v", j)
		}
		s.run(t, fmt.Sprintf("%d:a", ids[0]), fmt.Sprintf("%d:b", ids[1]))
		if _, err := jobs.EnqueueBatch(t.Context(), s.db, Pack{Order: "last"}, []any{Pack{Order: "one"}, Hidden{"c"}, Pack{Order: "two"}}); err != nil {
			t.Fatal(err)
		}
		if n := s.count(t, "state = 'ready'"); n != 3 {
			t.Errorf("%d jobs of a batch of several kinds are ready, want 3", n)
		}
	})
}

// Hidden is a job whose arguments are encrypted.
type Hidden struct{ Text string }

func (s *store) count(t *testing.T, where string) int64 {
	t.Helper()
	n, err := orm.FromSQL[int64](s.db, "SELECT count(*) AS n FROM jobs_job WHERE "+where).First(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
