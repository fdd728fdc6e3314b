package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// A worker has a row in the table of processes, in which it counts its beats. Who sees the same beat three times
// in a row, an interval apart, deletes the row and gives its jobs back: in one transaction, so that one of many does it.
// No clock is compared. What a worker whose row is gone still stores finds no job that is its own. A worker that
// could not beat for nearly that long ends the contexts of its jobs.

const (
	// missedBeats is after how many looks at the same beat a process counts as dead.
	missedBeats = 3
	// maxCrashes is how many workers may end while they have a job, and no other when the last one ends, before it
	// has failed; maxInnocent is how many if they had others too, any of which may be the cause.
	maxCrashes  = 3
	maxInnocent = 8
	// sweepEvery is after how many beats is looked for jobs that nobody has.
	sweepEvery = 5
)

// observed is what is known of another process.
type observed struct {
	beat  int64
	times int // seen again
}

// register stores this process, under an ID that no process had.
func (w *worker) register(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	pid := int64(os.Getpid())
	p := Process{
		ID: rand.Text(), Name: fmt.Sprintf("%s:%d", firstLine(host, 150), pid), Place: w.place, PID: pid, Began: beganAt(pid),
		Seen: w.r.host.Now(), Started: w.r.host.Now(), Queues: strings.Join(w.queueNames(), " "), Kinds: strings.Join(w.kinds, "\n"),
	}
	sent := time.Now()
	if err := orm.Create(ctx, w.r.db, &p); err != nil {
		return fmt.Errorf("a worker cannot be registered: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.id, w.lastBeat, w.doubtful = p.ID, sent, false
	return nil
}

// beats keeps the lease until ctx is done.
func (w *worker) beats(ctx context.Context) {
	interval := w.r.cfg.Lease / missedBeats
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval):
		}
		limited, cancel := context.WithTimeout(ctx, w.r.cfg.Lease)
		err := w.beat(limited, n)
		cancel()
		if err != nil && ctx.Err() == nil {
			w.r.host.Log.Warn("the worker of jobs cannot tell others that it lives", "error", err)
		}
	}
}

// doubt ends the attempts when others may take the jobs soon, as no beat was stored for long. It is called by a
// timer of its own, as a beat may wait for the database.
func (w *worker) doubt() {
	w.mu.Lock()
	quiet := time.Since(w.lastBeat)
	w.doubtful = quiet > w.r.cfg.Lease-w.r.cfg.Lease/missedBeats/4
	doubtful := w.doubtful
	w.mu.Unlock()
	if doubtful {
		w.loseAll()
	}
}

// loseAll ends the contexts of all attempts, whose jobs may be others' now.
func (w *worker) loseAll() {
	for _, a := range w.attempts() {
		a.cancel(ErrLost)
	}
}

// beat says that this process lives, and looks after the others.
func (w *worker) beat(ctx context.Context, n int) error {
	sent := time.Now()
	alive, err := orm.ExecSQL(ctx, w.r.db, `UPDATE jobs_process SET beat = beat + 1, seen = ? WHERE id = ?`, w.r.host.Now(), w.current())
	if err != nil {
		return err
	}
	if alive == 0 {
		// Others have given our jobs to somebody else.
		w.r.host.Log.Warn("this process did not answer for too long: its jobs were taken over")
		w.loseAll()
		return w.register(ctx)
	}
	w.mu.Lock()
	w.lastBeat, w.doubtful = sent, false
	w.mu.Unlock()
	if err := w.stopCancelled(ctx); err != nil {
		return err
	}
	if err := w.readLines(ctx); err != nil {
		return err
	}
	if err := w.lookAfterOthers(ctx); err != nil {
		return err
	}
	if n%sweepEvery == 1 {
		if err := w.r.sweep(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stopCancelled ends the attempts of jobs that somebody has cancelled elsewhere.
func (w *worker) stopCancelled(ctx context.Context) error {
	ids, err := orm.FromSQL[int64](w.r.db, `SELECT id FROM jobs_job WHERE state = 'running' AND worker = ? AND stop = ?`, w.current(), true).All(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		w.cancel(id, ErrCancelled)
	}
	return nil
}

// lookAfterOthers gives the jobs of processes back that do not live any more.
func (w *worker) lookAfterOthers(ctx context.Context) error {
	all, err := orm.From[Process](w.r.db).All(ctx)
	if err != nil {
		return err
	}
	var errs []error
	seen := map[string]observed{}
	for _, p := range all {
		if p.ID == w.current() {
			continue
		}
		o, ok := w.others[p.ID]
		if ok && o.beat == p.Beat {
			o.times++
		} else {
			o = observed{beat: p.Beat}
		}
		gone := w.place != "" && p.Place == w.place && p.Began != 0 && beganAt(p.PID) != p.Began
		if !gone && o.times < missedBeats {
			seen[p.ID] = o
			continue
		}
		if err := w.r.takeOver(ctx, p); err != nil {
			seen[p.ID] = o
			errs = append(errs, err)
		}
	}
	w.others = seen
	return errors.Join(errs...)
}

// takeOver gives the jobs of a dead process back, unless it has beaten meanwhile or another has done so.
func (r *Runner) takeOver(ctx context.Context, p Process) error {
	return r.db.InTxWith(ctx, database.TxOptions{Retry: 5}, func(ctx context.Context, tx *database.Tx) error {
		n, err := orm.ExecSQL(ctx, tx, `DELETE FROM jobs_process WHERE id = ? AND beat = ?`, p.ID, p.Beat)
		if err != nil || n == 0 {
			return err
		}
		jobs, err := r.giveBack(ctx, tx, p.ID, p.Name)
		if err == nil && jobs > 0 {
			r.host.Log.Warn("a worker of jobs has died; others do what it had begun", "worker", p.Name, "jobs", jobs)
		}
		return err
	})
}

// sweep gives jobs back that are with a worker that has no row. Only an error of ours or by hand makes such.
func (r *Runner) sweep(ctx context.Context) error {
	ids, err := orm.FromSQL[string](r.db, `SELECT DISTINCT worker FROM jobs_job WHERE state = 'running' AND worker NOT IN (SELECT id FROM jobs_process)`).All(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := r.db.InTxWith(ctx, database.TxOptions{Retry: 5}, func(ctx context.Context, tx *database.Tx) error {
			_, err := r.giveBack(ctx, tx, id, "unknown")
			return err
		}); err != nil {
			return err
		}
	}
	return r.unhold(ctx)
}

// giveBack makes the jobs of a worker ready that does not live any more. The attempts are not counted; a job during which
// several workers died has failed.
func (r *Runner) giveBack(ctx context.Context, tx *database.Tx, worker, name string) (int, error) {
	now := r.host.Now().Truncate(time.Microsecond)
	most := maxInnocent
	n, err := orm.FromSQL[int64](tx, `SELECT count(*) AS n FROM jobs_job WHERE state = 'running' AND worker = ?`, worker).First(ctx)
	if err != nil {
		return 0, err
	}
	if n == 1 {
		most = maxCrashes
	}
	jobs, err := orm.FromSQL[Record](tx, `UPDATE jobs_job SET state = CASE WHEN stop THEN 'cancelled' WHEN crashes >= ? THEN 'failed' ELSE 'ready' END,
		crashes = crashes + 1, attempt = attempt - 1, worker = '', admitted = ?, paced = ? WHERE state = 'running' AND worker = ? RETURNING *`,
		int64(most-1), false, false, worker).All(ctx)
	if err != nil {
		return 0, err
	}
	keys := map[string]bool{}
	for _, j := range jobs {
		text := fmt.Sprintf("the worker %s ended while it had the job", name)
		if j.State == Failed {
			r.host.Log.Error("a job has failed, as workers die while they have it", "job", j.ID, "kind", j.Kind, "workers", j.Crashes)
			text = fmt.Sprintf("%d workers ended while they had the job, the last was %s", j.Crashes, name)
		}
		f := Failure{Job: orm.RefTo[Record](j.ID), Attempt: j.Attempt + 1, At: now, Worker: name, Error: text}
		if err := orm.Create(ctx, tx, &f); err != nil {
			return 0, err
		}
		if _, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET error = ? WHERE id = ?`, text, j.ID); err != nil {
			return 0, err
		}
		if j.State.Ended() {
			if err := r.endIn(ctx, tx, j, now); err != nil {
				return 0, err
			}
		}
		keys[j.LimitKey] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if err := r.promote(ctx, tx, key); err != nil {
			return 0, err
		}
	}
	return len(jobs), r.wakeAfter(ctx, tx, now)
}

// endIn does what belongs to the end of a job that no attempt has ended.
func (r *Runner) endIn(ctx context.Context, tx *database.Tx, j Record, now time.Time) error {
	if _, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET stop = ?, finished = ?, unique_key = `+uniqueEnd+` WHERE id = ?`, false, now, j.ID); err != nil {
		return err
	}
	if j.Batch == nil {
		return nil
	}
	return r.countBatch(ctx, tx, *j.Batch, true)
}
