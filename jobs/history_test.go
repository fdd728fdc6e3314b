package jobs_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
)

// Planned is a job that does at each attempt what its plan says next.
type Planned struct {
	N    int
	Plan []string
}

// modelJob is what a job should be.
type modelJob struct {
	n, priority      int
	id               int64
	state            jobs.State
	attempt, crashes int
	runAt            time.Time
	plan             []string
}

// model is what the table of jobs should hold, and what should have been done.
type model struct {
	jobs   []*modelJob
	paused bool
	did    []int
}

const modelAttempts = 3

func modelBackoff(attempts int) time.Duration { return time.Duration(attempts-1) * time.Minute }

// next returns the job that is due first.
func (m *model) next(now time.Time) *modelJob {
	var ready []*modelJob
	for _, j := range m.jobs {
		if j.state == jobs.Waiting && !j.runAt.After(now) {
			j.state = jobs.Ready
		}
		if j.state == jobs.Ready && !m.paused {
			ready = append(ready, j)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	return slices.MinFunc(ready, func(a, b *modelJob) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), a.runAt.Compare(b.runAt), cmp.Compare(a.id, b.id))
	})
}

// run does all that is due.
func (m *model) run(now time.Time) {
	for j := m.next(now); j != nil; j = m.next(now) {
		m.did = append(m.did, j.n)
		j.attempt++
		step := j.plan[0]
		if j.plan = j.plan[1:]; len(j.plan) == 0 {
			j.plan = []string{step}
		}
		switch step {
		case "ok":
			j.state = jobs.Done
		case "discard":
			j.state = jobs.Failed
		case "snooze":
			j.attempt--
			j.state, j.runAt = jobs.Waiting, now.Add(90*time.Second)
		default:
			j.state, j.runAt = jobs.Waiting, now.Add(modelBackoff(j.attempt))
			if j.attempt >= modelAttempts {
				j.state, j.runAt = jobs.Failed, now
			}
		}
	}
}

// planner is a site whose jobs have plans.
type planner struct {
	*store
	plans map[int][]string
	did   []int
}

func openPlanner(t *testing.T, db *database.DB) *planner {
	t.Helper()
	p := &planner{}
	p.store = open(t, db, jobs.Config{}, func(s *shop) {
		s.jobs = append(s.jobs, jobs.Handle(func(_ context.Context, job jobs.Job[Planned]) error {
			n := job.Args.N
			p.did = append(p.did, n)
			step := p.plans[n][0]
			if len(p.plans[n]) > 1 {
				p.plans[n] = p.plans[n][1:]
			}
			switch step {
			case "ok":
				return nil
			case "discard":
				return jobs.Discard(errors.New("no"))
			case "snooze":
				return jobs.Snooze(90 * time.Second)
			case "panic":
				panic("oh")
			}
			return errors.New("fails")
		}, jobs.Options{Attempts: modelAttempts, Backoff: modelBackoff}))
	})
	return p
}

// history makes random steps and compares after each.
func (s *planner) history(t *testing.T, seed uint64, steps int) {
	t.Helper()
	random, db := rand.New(rand.NewPCG(seed, 1)), s.db
	m, plans := &model{}, map[int][]string{}
	s.plans, s.did = plans, nil
	for _, sql := range []string{"DELETE FROM jobs_failure", "DELETE FROM jobs_job", "DELETE FROM jobs_line"} {
		if _, err := orm.ExecSQL(t.Context(), db, sql); err != nil {
			t.Fatal(err)
		}
	}
	pick := func() *modelJob {
		if len(m.jobs) == 0 {
			return nil
		}
		return m.jobs[random.IntN(len(m.jobs))]
	}
	for step := range steps {
		what := ""
		switch n := random.IntN(12); n {
		case 0, 1, 2, 3:
			j := &modelJob{n: len(plans), priority: random.IntN(3) - 1, state: jobs.Ready, runAt: s.clock.Now()}
			for range 1 + random.IntN(4) {
				j.plan = append(j.plan, []string{"ok", "ok", "fail", "panic", "snooze", "discard"}[random.IntN(6)])
			}
			// A job that snoozes for ever is no test.
			j.plan = append(j.plan, "ok")
			plans[j.n] = j.plan
			if random.IntN(3) == 0 {
				j.state, j.runAt = jobs.Waiting, s.clock.Now().Add(time.Duration(1+random.IntN(300))*time.Second)
			}
			options := []jobs.EnqueueOption{jobs.At(j.runAt), jobs.WithPriority(int32(j.priority))}
			what = fmt.Sprintf("enqueue %d %v at %v", j.n, j.plan, j.runAt)
			if random.IntN(4) == 0 {
				err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					_, err := jobs.Enqueue(ctx, tx, Planned{j.n, j.plan}, options...)
					return cmp.Or(err, errBack)
				})
				if !errors.Is(err, errBack) {
					t.Fatal(err)
				}
				what += ", rolled back"
				break
			}
			j.id = s.enqueue(t, Planned{j.n, j.plan}, options...)
			m.jobs = append(m.jobs, j)
		case 4, 5:
			d := time.Duration(random.IntN(120)) * time.Second
			s.clock.Add(d)
			what = "the clock goes on " + d.String()
		case 6, 7:
			what = "run"
			if _, err := s.runner.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			m.run(s.clock.Now())
		case 8:
			n := 1 + random.IntN(3)
			what = fmt.Sprintf("a worker with %d dies", n)
			got, err := jobs.Crash(t.Context(), s.runner, n)
			if err != nil {
				t.Fatal(err)
			}
			var want []int64
			var taken []*modelJob
			for range n {
				if j := m.next(s.clock.Now()); j != nil {
					want = append(want, j.id)
					j.state = jobs.Running
					taken = append(taken, j)
				}
			}
			for _, j := range taken {
				j.state = jobs.Ready
				if j.crashes++; j.crashes >= 3 && len(taken) == 1 || j.crashes == 8 {
					j.state = jobs.Failed
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d: a worker has claimed %v, want %v", seed, step, got, want)
			}
		case 9:
			if j := pick(); j != nil {
				what = fmt.Sprintf("cancel %d", j.n)
				want := !j.state.Ended()
				if ok, err := jobs.Cancel(t.Context(), db, j.id); ok != want || err != nil {
					t.Fatalf("seed %d, step %d: %s: %v, %v", seed, step, what, ok, err)
				}
				if want {
					j.state = jobs.Cancelled
				}
			}
		case 10:
			if j := pick(); j != nil {
				what = fmt.Sprintf("retry %d", j.n)
				want := j.state == jobs.Failed || j.state == jobs.Cancelled || j.state == jobs.Waiting
				if ok, err := jobs.Retry(t.Context(), db, j.id); ok != want || err != nil {
					t.Fatalf("seed %d, step %d: %s: %v, %v", seed, step, what, ok, err)
				}
				if want {
					if j.state != jobs.Waiting {
						j.attempt = 0
					}
					j.state, j.crashes, j.runAt = jobs.Ready, 0, s.clock.Now()
				}
			}
		case 11:
			m.paused = !m.paused
			what = fmt.Sprintf("paused is %v", m.paused)
			set := jobs.Resume
			if m.paused {
				set = jobs.Pause
			}
			if err := set(t.Context(), db, "default"); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(s.did, m.did) {
			t.Fatalf("seed %d, step %d: %s: done is %v, want %v", seed, step, what, s.did, m.did)
		}
		m.compare(t, db, s.clock.Now(), fmt.Sprintf("seed %d, step %d: %s", seed, step, what))
	}
}

// compare looks at the table.
func (m *model) compare(t *testing.T, db *database.DB, now time.Time, what string) {
	t.Helper()
	rows, err := orm.From[jobs.Record](db).OrderBy(jobs.Records.ID.Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(m.jobs) {
		t.Fatalf("%s: %d jobs, want %d", what, len(rows), len(m.jobs))
	}
	for i, j := range m.jobs {
		row := rows[i]
		// A worker that looks makes those ready that are due.
		due := j.state == jobs.Waiting && !j.runAt.After(now) && row.State == jobs.Ready || j.state == jobs.Ready && row.State == jobs.Waiting && !row.RunAt.After(now)
		if row.ID != j.id || row.State != j.state && !due || int(row.Attempt) != j.attempt || int(row.Crashes) != j.crashes ||
			!row.State.Ended() && !row.RunAt.Equal(j.runAt) || row.State.Ended() != (row.Finished != nil) || row.Worker != "" {
			t.Fatalf("%s: job %d is %+v, want %+v", what, j.n, row, *j)
		}
	}
}

// TestHistorySoak compares random histories with a model: for VOLA_SOAK, or some.
func TestHistorySoak(t *testing.T) {
	t.Parallel()
	const steps = 150
	seed := uint64(1)
	if text := os.Getenv("VOLA_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	var long time.Duration
	if text := os.Getenv("VOLA_SOAK"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		long = d
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, end, n := openPlanner(t, db), time.Now().Add(long), uint64(0)
		for ; n < 4 || time.Now().Before(end); n++ {
			s.history(t, seed+n, steps)
		}
		t.Logf("histories with the seeds from %d to %d, of %d steps each", seed, seed+n-1, steps)
	})
}

// TestLostConnections: the connections of a worker to PostgreSQL are ended again and again, as a restart does; all jobs are
// done, those with an effect in the database once.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	s := startLive(t, db, jobs.Config{Lease: time.Second}, func(s *shop) { crashing(s, db) })
	for _, sql := range []string{"CREATE TABLE run (id bigserial PRIMARY KEY, job bigint, pid bigint, began bigint, ended bigint)", "CREATE TABLE effect (job bigint)"} {
		if _, err := orm.ExecSQL(t.Context(), db, sql); err != nil {
			t.Fatal(err)
		}
	}
	const n = 100
	parts := make([]Part, n)
	for i := range parts {
		parts[i] = Part{N: i, Millis: 20}
	}
	if _, err := jobs.EnqueueAll(t.Context(), db, parts); err != nil {
		t.Fatal(err)
	}
	other, err := database.Open(t.Context(), database.Config{URL: db.URL(), Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	left := int64(n)
	for i := 0; left > 0; i++ {
		if i < 10 {
			if _, err := other.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(30 * time.Millisecond)
		if err := database.QueryRow(t.Context(), other, []any{&left}, "SELECT count(*) FROM jobs_job WHERE finished IS NULL"); err != nil {
			t.Fatal(err)
		}
		if i > 2000 {
			t.Fatalf("%d jobs are left", left)
		}
	}
	s.end()
	var effects, jobsWith int64
	if err := database.QueryRow(t.Context(), other, []any{&effects, &jobsWith}, "SELECT count(*), count(DISTINCT job) FROM effect"); err != nil || effects != n/2 || jobsWith != n/2 {
		t.Errorf("%d effects of %d jobs, %v", effects, jobsWith, err)
	}
}
