package jobs_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
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

// What a worker process of the tests is told: the URL of its database, and whether it is as if on a machine of
// its own.
const (
	workerURL   = "VOLA_TEST_JOBS_WORKER"
	workerAlone = "VOLA_TEST_JOBS_ALONE"
	workerLease = "VOLA_TEST_JOBS_LEASE"
)

// crashLease is short, so that a death is noticed soon.
const crashLease = time.Second

// Part is a job of the crash tests. Every second one is completed in the transaction of its effect.
type Part struct {
	N      int
	Millis int
}

// crashing are the jobs of the crash tests: each run is a row, written when it begins and when it has ended.
func crashing(s *shop, db *database.DB) {
	pid := int64(os.Getpid())
	s.jobs = []jobs.Declaration{jobs.Handle(func(ctx context.Context, job jobs.Job[Part]) error {
		run, err := orm.FromSQL[int64](db, "INSERT INTO run (job, pid, began, ended) VALUES (?, ?, ?, 0) RETURNING id", job.ID, pid, time.Now().UnixNano()).First(ctx)
		if err != nil {
			return err
		}
		defer func() {
			_, err := orm.ExecSQL(context.WithoutCancel(ctx), db, "UPDATE run SET ended = ? WHERE id = ?", time.Now().UnixNano(), run)
			if err != nil {
				fmt.Println("the end of a run is not stored:", err)
			}
		}()
		select {
		case <-time.After(time.Duration(job.Args.Millis) * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if job.Args.N%2 == 0 {
			return nil
		}
		return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			if _, err := orm.ExecSQL(ctx, tx, "INSERT INTO effect (job) VALUES (?)", job.ID); err != nil {
				return err
			}
			return job.Complete(ctx, tx)
		})
	}, jobs.Options{Backoff: func(int) time.Duration { return 10 * time.Millisecond }})}
}

// crashSite is a site with these jobs.
func crashSite(t *testing.T, url string, create bool) (*jobs.Runner, *database.DB) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: create})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	lease := crashLease
	if text := os.Getenv(workerLease); text != "" {
		if lease, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	s, r := &shop{}, jobs.New(jobs.Config{Lease: lease, Queues: map[string]int{"default": 8}})
	if os.Getenv(workerAlone) != "" {
		jobs.Alone(r)
	}
	crashing(s, db)
	volatest.Start(t, vola.Config{Name: "shop", Version: "1", Modules: []module.Module{r, s}}, volatest.Options{DB: db})
	return r, db
}

// TestWorkerProcess is a worker process of the other tests, if it is told so.
func TestWorkerProcess(t *testing.T) {
	url := os.Getenv(workerURL)
	if url == "" {
		return
	}
	r, _ := crashSite(t, url, false)
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	go func() { // it ends with the test that started it
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	fmt.Println("ready")
	if err := r.Work(ctx); err != nil {
		t.Error(err)
	}
}

// proc is such a process.
type proc struct {
	*exec.Cmd
	in   io.WriteCloser
	died time.Time // just before it was killed
}

func startWorker(t *testing.T, url string, alone bool, lease time.Duration) *proc {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &proc{Cmd: exec.Command(program, "-test.run=^TestWorkerProcess$", "-test.v")}
	p.Env = append(os.Environ(), workerURL+"="+url)
	if lease > 0 {
		p.Env = append(p.Env, workerLease+"="+lease.String())
	}
	if alone {
		p.Env = append(p.Env, workerAlone+"=yes")
	}
	p.Stderr = t.Output()
	out, err := p.StdoutPipe()
	if err == nil {
		p.in, err = p.StdinPipe()
	}
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if lines.Text() == "ready" {
				ready <- true
			} else if strings.Contains(lines.Text(), "FAIL") || strings.Contains(lines.Text(), "_test.go") {
				t.Log("worker: ", lines.Text())
			}
		}
		close(ready)
	}()
	if !<-ready {
		t.Fatal("the worker did not start")
	}
	return p
}

func (p *proc) kill(t *testing.T) {
	t.Helper()
	p.died = time.Now()
	if err := p.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = p.Wait()
}

// terminate lets the process end by itself.
func (p *proc) terminate(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("a worker that was told to end: %v", err)
	}
}

// run is what a job of the crash tests has noted.
type run struct{ ID, Job, Pid, Began, Ended int64 }

// crashTest has jobs done by three processes, of which one is killed again and again.
type crashTest struct {
	jobs, millis int
	kills        int
	between      time.Duration
	alone        bool
	freeze       time.Duration // of one process, once; 0 for not
	lease        time.Duration // 0 for a short one
}

func (c crashTest) run(t *testing.T, url string) {
	t.Helper()
	_, db := crashSite(t, url, true)
	for _, sql := range []string{
		"CREATE TABLE run (id " + serial(db) + ", job bigint, pid bigint, began bigint, ended bigint)", "CREATE TABLE effect (job bigint)",
	} {
		if _, err := orm.ExecSQL(t.Context(), db, sql); err != nil {
			t.Fatal(err)
		}
	}
	parts := make([]Part, c.jobs)
	for i := range parts {
		parts[i] = Part{N: i, Millis: c.millis}
	}
	var workers, dead []*proc
	for range 3 {
		workers = append(workers, startWorker(t, url, c.alone, c.lease))
	}
	ids, err := jobs.EnqueueAll(t.Context(), db, parts)
	if err != nil {
		t.Fatal(err)
	}
	var frozen *proc
	for i := range c.kills {
		time.Sleep(c.between)
		if i == c.kills/2 && c.freeze > 0 {
			frozen = workers[(i+1)%3]
			_ = frozen.Process.Signal(syscall.SIGSTOP)
			time.Sleep(c.freeze)
			_ = frozen.Process.Signal(syscall.SIGCONT)
		}
		// One that is at work, if there is work.
		until(t, "a job runs", func() bool {
			at, err := orm.FromSQL[int64](db, "SELECT count(*) AS n FROM run WHERE pid = ? AND ended = 0", int64(workers[i%3].Process.Pid)).First(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			left, err := orm.From[jobs.Record](db).Where(jobs.Records.Finished.IsNull()).Count(t.Context())
			return at > 0 || left == 0 || err != nil
		})
		workers[i%3].kill(t)
		dead = append(dead, workers[i%3])
		workers[i%3] = startWorker(t, url, c.alone, c.lease)
	}
	told := time.Now()
	untilFor(t, time.Minute+4*c.between*time.Duration(c.kills), "all jobs are done", func() bool {
		left, err := orm.From[jobs.Record](db).Where(jobs.Records.Finished.IsNull()).Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			t.Logf("%d jobs are left", left)
		}
		return left == 0
	})
	var all sync.WaitGroup
	for _, w := range workers {
		all.Go(func() { w.terminate(t) })
	}
	all.Wait()
	c.check(t, db, ids, dead, frozen)
}

func serial(db *database.DB) string {
	if db.Dialect().Name() == "postgres" {
		return "bigserial PRIMARY KEY"
	}
	return "integer PRIMARY KEY"
}

// check looks at what the jobs have noted.
func (c crashTest) check(t *testing.T, db *database.DB, ids []int64, dead []*proc, frozen *proc) {
	t.Helper()
	runs, err := orm.FromSQL[run](db, "SELECT id, job, pid, began, ended FROM run ORDER BY job, began").All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	died := map[int64]int64{}
	for _, p := range dead {
		died[int64(p.Process.Pid)] = p.died.UnixNano()
	}
	byJob := map[int64][]run{}
	var orphans int
	var slowest time.Duration
	for _, r := range runs {
		byJob[r.Job] = append(byJob[r.Job], r)
	}
	effects, err := orm.FromSQL[int64](db, "SELECT job FROM effect ORDER BY job").All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		list := byJob[id]
		if len(list) == 0 {
			t.Errorf("job %d was not run", id)
			continue
		}
		for i, r := range list[:max(len(list)-1, 0)] {
			next := list[i+1]
			end := r.Ended
			if end == 0 {
				end = died[r.Pid]
				orphans++
				slowest = max(slowest, time.Duration(next.Began-end))
			}
			if next.Began < end && (frozen == nil || r.Pid != int64(frozen.Process.Pid)) {
				t.Errorf("job %d ran in %d until %d, and in %d from %d", id, r.Pid, end, next.Pid, next.Began)
			}
		}
		// One that is completed in its transaction is done before its end is noted.
		if last := list[len(list)-1]; last.Ended == 0 && !slices.Contains(effects, id) {
			t.Errorf("the last run of job %d has no end", id)
		}
	}
	undone, err := orm.From[jobs.Record](db).Where(jobs.Records.State.Ne(jobs.Done)).All(t.Context())
	if err != nil || len(undone) > 0 {
		t.Errorf("%d jobs are not done, %v, such as %+v", len(undone), err, undone[:min(len(undone), 1)])
	}
	if n := len(slices.Compact(slices.Clone(effects))); n != len(effects) || n != len(ids)/2 {
		t.Errorf("%d effects of %d jobs, want %d", len(effects), n, len(ids)/2)
	}
	if n, err := orm.From[jobs.Record](db).Where(jobs.Records.Attempt.Gt(1)).Count(t.Context()); err != nil || n > 0 && frozen == nil {
		t.Errorf("a crash was counted as an attempt of %d jobs, %v", n, err)
	}
	t.Logf("%d jobs, %d runs, %d kills, %d runs were cut off; the slowest began again after %v, with a lease of %v", len(ids), len(runs), len(dead), orphans, slowest, cmp.Or(c.lease, crashLease))
	if len(dead) > 0 && orphans == 0 && frozen == nil {
		t.Error("no run was cut off: the test shows nothing")
	}
}

// TestCrash: workers that are killed lose no job, no job runs twice at the same time, and one that was frozen does no
// harm when it comes back.
func TestCrash(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := crashTest{jobs: 150, millis: 150, kills: 3, between: 300 * time.Millisecond, alone: true}
			if name == "sqlite" {
				test.freeze = 2 * crashLease
			}
			test.run(t, url(t))
		})
	}
}

// TestCrashSoak is TestCrash with the usual lease, and with so many jobs and kills as VOLA_SOAK has time for; without it, it
// does nothing, as TestCrash is the same in short.
func TestCrashSoak(t *testing.T) {
	text := os.Getenv("VOLA_SOAK")
	if text == "" {
		return
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	const between = 2 * time.Second
	kills := max(int(d/2/between), 3)
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			crashTest{jobs: kills * 333, millis: 120, kills: kills, between: between, alone: true, freeze: 30 * time.Second, lease: 6 * time.Second}.run(t, url(t))
		})
	}
}

// TestCrashHere: that a process on the same machine has ended is seen without waiting for its lease.
func TestCrashHere(t *testing.T) {
	t.Parallel()
	crashTest{jobs: 60, millis: 100, kills: 1, between: 200 * time.Millisecond}.run(t, databasetest.SQLiteURL(t))
}

// TestGivenUp: a job during which every worker dies fails, and does not come back for ever.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	_, db := crashSite(t, url, true)
	if _, err := orm.ExecSQL(t.Context(), db, "CREATE TABLE run (id integer PRIMARY KEY, job bigint, pid bigint, began bigint, ended bigint)"); err != nil {
		t.Fatal(err)
	}
	id, err := jobs.Enqueue(t.Context(), db, Part{Millis: 60_000})
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(3) {
		p := startWorker(t, url, false, 0)
		until(t, "the job runs", func() bool {
			got, err := orm.FromSQL[int64](db, "SELECT count(*) AS n FROM run").First(t.Context())
			return err == nil && got > n
		})
		p.kill(t)
	}
	p := startWorker(t, url, false, 0)
	until(t, "the job has failed", func() bool {
		j, err := orm.Find[jobs.Record](t.Context(), db, id)
		return err == nil && j.State == jobs.Failed && strings.Contains(j.Error, "3 workers ended while they had the job")
	})
	p.terminate(t)
}
