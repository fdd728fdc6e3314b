package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cleaning"
	"github.com/volaweb/vola/orm"
)

// DecodeResult reads what the handler gave to [Attempt.SetResult].
func (j *Record) DecodeResult(into any) error {
	if j.Result == "" {
		return fmt.Errorf("job %d has no result; it is %s", j.ID, j.State)
	}
	return json.Unmarshal([]byte(j.Result), into)
}

// inTx runs fn in the transaction that h is, or in one of its own.
func inTx(ctx context.Context, h database.Handle, fn func(ctx context.Context, tx *database.Tx) error) error {
	if tx, ok := h.(*database.Tx); ok {
		return fn(ctx, tx)
	}
	return database.Root(h).InTxWith(ctx, database.TxOptions{Retry: 5}, fn)
}

// Cancel cancels a job. One that waits is cancelled at once. The context of one that runs ends, in a few milliseconds in
// this process and within seconds in another, and it is cancelled when its handler has returned an error. It reports
// false for a job that has ended before, or that is not there.
func Cancel(ctx context.Context, h database.Handle, id int64) (cancelled bool, err error) {
	r, err := runnerOf(h)
	if err != nil {
		return false, err
	}
	err = inTx(ctx, h, func(ctx context.Context, tx *database.Tx) error {
		now := r.host.Now().Truncate(time.Microsecond)
		jobs, err := orm.FromSQL[Record](tx, `UPDATE jobs_job SET stop = ?, state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
			WHERE id = ? AND state IN ('waiting', 'ready', 'held', 'running') RETURNING *`, true, id).All(ctx)
		if err != nil || len(jobs) == 0 {
			return err
		}
		cancelled = true
		if jobs[0].State == Running {
			return database.AfterCommit(ctx, tx, func(context.Context) {
				if w := r.worker.Load(); w != nil {
					w.cancel(id, ErrCancelled)
				}
				r.tellOthers(cancelText)
			})
		}
		return r.endIn(ctx, tx, jobs[0], now)
	})
	return cancelled, err
}

// Retry makes a job ready that has failed or was cancelled, with all its attempts, or one that waits for its time. It reports
// false for others, and for those of a batch, which has counted them. One that had ended is not [Unique] any more.
func Retry(ctx context.Context, h database.Handle, id int64) (retried bool, err error) {
	r, err := runnerOf(h)
	if err != nil {
		return false, err
	}
	now := r.host.Now().Truncate(time.Microsecond)
	n, err := orm.ExecSQL(ctx, h, `UPDATE jobs_job SET state = 'ready', run_at = ?, attempt = CASE WHEN state = 'waiting' THEN attempt ELSE 0 END, crashes = 0,
		finished = NULL, stop = ?, progress = 0, progress_text = '', deadline = NULL
		WHERE id = ? AND state IN ('failed', 'cancelled', 'waiting') AND batch IS NULL`, now, false, id)
	if err != nil || n == 0 {
		return false, err
	}
	return true, r.wakeAfter(ctx, h, now)
}

// Pause keeps all processes from beginning jobs of a queue, within seconds, until [Resume]. Those that run go on.
func Pause(ctx context.Context, h database.Handle, queue string) error {
	return setPaused(ctx, h, queue, true)
}

// Resume ends what [Pause] has begun.
func Resume(ctx context.Context, h database.Handle, queue string) error {
	return setPaused(ctx, h, queue, false)
}

func setPaused(ctx context.Context, h database.Handle, queue string, paused bool) error {
	r, err := runnerOf(h)
	if err != nil {
		return err
	}
	known := false
	for _, d := range r.declared.byKind {
		known = known || d.opts.Queue == queue
	}
	if !known {
		return fmt.Errorf("no jobs wait in the queue %q", queue)
	}
	if _, err := orm.ExecSQL(ctx, h, `INSERT INTO jobs_line (name, paused) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET paused = excluded.paused`, queue, paused); err != nil {
		return err
	}
	return database.AfterCommit(ctx, h, func(ctx context.Context) {
		if w := r.worker.Load(); w != nil {
			if err := w.readLines(ctx); err != nil {
				r.host.Log.Warn("a queue is paused or resumed in some seconds", "queue", queue, "error", err)
			}
			w.poke(r.host.Now())
		}
	})
}

// RunDue runs the jobs that are due, one after the other, and those that they enqueue, until none is: for tests, and for
// programs without workers. It returns how many attempts it made. What is due is said by the site's clock. With
// names of queues it runs those in them.
func (r *Runner) RunDue(ctx context.Context, queues ...string) (n int, err error) {
	if _, inside := ctx.Value(attemptKey{}).(*Attempt); inside {
		return 0, nil // the call around it goes on with them
	}
	r.stepping.Lock()
	defer r.stepping.Unlock()
	w := r.newWorker(ctx)
	if len(queues) > 0 {
		maps.DeleteFunc(w.lines, func(name string, _ *line) bool { return !slices.Contains(queues, name) })
	}
	if err := w.register(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.leave(context.WithoutCancel(ctx))) }()
	if len(queues) == 0 {
		if _, err := r.schedules(ctx); err != nil {
			return 0, err
		}
	}
	for {
		if err := w.readLines(ctx); err != nil {
			return n, err
		}
		did := 0
		if ready, err := w.look(ctx); err != nil || !ready {
			return n, err
		}
		for _, name := range w.queueNames() {
			if w.free(name) == 0 {
				continue
			}
			jobs, err := w.claim(ctx, name, 1)
			if err != nil {
				return n, err
			}
			w.all.Wait()
			did += jobs
		}
		if n += did; did == 0 {
			return n, nil
		}
	}
}

// Inline makes each job run at once, when its transaction is committed, in the goroutine that enqueued it: for
// tests.
func (r *Runner) Inline() { r.inline.Store(true) }

const (
	keepFailed  = 30 * 24 * time.Hour
	keepEffects = 400 * 24 * time.Hour
	cleanPiece  = 1000
)

// cleanUp deletes what is old, now and then.
func (r *Runner) cleanUp(ctx context.Context) {
	cleaning.Run(ctx, r.host.Log, "old jobs cannot be deleted", r.Clean)
}

// Clean deletes jobs that ended long ago (see Options.Keep). Workers do it every ten minutes.
func (r *Runner) Clean(ctx context.Context) error {
	now := r.host.Now()
	clean := func(sql string, args ...any) error {
		for {
			n, err := orm.ExecSQL(ctx, r.db, sql, args...)
			if err != nil || n < cleanPiece {
				return err
			}
		}
	}
	const old = `DELETE FROM jobs_job WHERE id IN (SELECT id FROM jobs_job WHERE finished IS NOT NULL AND state = ? AND finished < ? `
	for _, d := range r.declared.byKind {
		for _, state := range []State{Done, Cancelled} {
			if err := clean(old+`AND kind = ? AND unique_key IS NULL LIMIT ?)`, string(state), now.Add(-d.opts.Keep), d.kind, int64(cleanPiece)); err != nil {
				return err
			}
		}
	}
	for _, state := range []State{Done, Cancelled, Failed} {
		if err := clean(old+`LIMIT ?)`, string(state), now.Add(-keepFailed), int64(cleanPiece)); err != nil {
			return err
		}
	}
	if err := clean(`DELETE FROM jobs_effect WHERE "key" IN (SELECT "key" FROM jobs_effect WHERE "at" < ? LIMIT ?)`, now.Add(-keepEffects), int64(cleanPiece)); err != nil {
		return err
	}
	return clean(`DELETE FROM jobs_batch WHERE id IN (SELECT id FROM jobs_batch WHERE "left" <= 0 AND created < ? LIMIT ?)`, now.Add(-keepFailed), int64(cleanPiece))
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return firstLine(name, 150)
}

func pid() int { return os.Getpid() }

// Arguments returns the arguments of a job as they were enqueued: a value of the type that its declaration names.
// The error says why they cannot be read by this program.
func (r *Runner) Arguments(j *Record) (any, error) {
	d := r.declared.byKind[j.Kind]
	if d == nil {
		return nil, fmt.Errorf("no module of this program declares the jobs %s", j.Kind)
	}
	text, err := r.arguments(&Attempt{ID: j.ID, record: *j, decl: d})
	if err != nil {
		return nil, err
	}
	args := reflect.New(d.args)
	if err := decode(text, args.Interface()); err != nil {
		return nil, err
	}
	return args.Elem().Interface(), nil
}
