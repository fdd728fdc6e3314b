package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// outcome is what becomes of a job after an attempt.
type outcome struct {
	state   State // Done, Failed, Cancelled, Waiting or Ready
	runAt   time.Time
	forgive bool   // the attempt is not counted
	err     string // why it failed; stored as a Failure unless ""
	stack   string
	result  string
}

// outcomeOf says what becomes of a job whose handler has returned err, with a context that ended for cause,
// nil if it has not.
func (a *Attempt) outcomeOf(err error, stack string, cause error, now time.Time) outcome {
	if err == nil {
		return outcome{state: Done, result: a.takeResult()}
	}
	if s, ok := errors.AsType[snooze](err); ok {
		return outcome{state: Waiting, runAt: now.Add(s.d), forgive: true}
	}
	text := err.Error()
	if errors.Is(cause, ErrTimeout) {
		text = fmt.Sprintf("the attempt took longer than %v: %s", a.decl.opts.Timeout, text)
	}
	out := outcome{err: text, stack: stack, runAt: now}
	_, discarded := errors.AsType[discard](err)
	switch {
	case errors.Is(cause, ErrCancelled):
		out.state = Cancelled
	case (errors.Is(cause, ErrStopping) || errors.Is(cause, ErrLost)) && !discarded:
		return outcome{state: Ready, runAt: a.record.RunAt, forgive: true}
	case discarded || a.record.Attempt >= a.record.MaxAttempts:
		out.state = Failed
	default:
		out.state = Waiting
		out.runAt = now.Add(a.decl.backoff(int(a.record.Attempt)))
	}
	return out
}

// backoff asks the declaration, which may panic or say nonsense.
func (d *Declaration) backoff(attempts int) (wait time.Duration) {
	defer func() {
		if recover() != nil {
			wait = Backoff(attempts)
		}
	}()
	return min(max(d.opts.Backoff(attempts), 0), 366*24*time.Hour)
}

// finish stores the outcome, and tries again while the database does not answer, until the job is lost.
func (r *Runner) finish(ctx context.Context, a *Attempt, out outcome) {
	if a.completed.Load() {
		if out.state != Done {
			r.host.Log.Warn("a job has returned an error after it was completed", "job", a.ID, "kind", a.record.Kind, "error", out.err)
		}
		r.count(a, outcome{state: Done})
		return
	}
	if out.err != "" {
		level := r.host.Log.Warn
		if out.state == Failed {
			level = r.host.Log.Error
		}
		level("a job failed", "job", a.ID, "kind", a.record.Kind, "attempt", a.record.Attempt, "then", string(out.state), "error", firstLine(out.err, 500), "request", a.record.Request)
	}
	wait := 50 * time.Millisecond
	for {
		err := r.tryFinish(ctx, a, out)
		switch {
		case err == nil:
			r.count(a, out)
			return
		case errors.Is(err, ErrLost):
			r.host.Log.Warn("a job ended after it was taken over; this attempt is not counted", "job", a.ID, "kind", a.record.Kind)
			return
		case ctx.Err() != nil:
			r.host.Log.Error("the end of a job could not be stored; it will be done again", "job", a.ID, "kind", a.record.Kind, "error", err)
			return
		}
		r.host.Log.Warn("the end of a job cannot be stored; it is tried again", "job", a.ID, "kind", a.record.Kind, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(wait*2, 2*time.Second)
	}
}

func (r *Runner) tryFinish(ctx context.Context, a *Attempt, out outcome) error {
	if out.state == Done && out.result == "" && a.record.Batch == nil && a.record.LimitKey == "" {
		return r.completions.add(ctx, a)
	}
	return r.db.InTxWith(ctx, database.TxOptions{Retry: 5}, func(ctx context.Context, tx *database.Tx) error {
		return r.finishIn(ctx, tx, a, out)
	})
}

// finishIn stores the outcome in a transaction. The error is ErrLost if the job is not this attempt's.
func (r *Runner) finishIn(ctx context.Context, tx *database.Tx, a *Attempt, out outcome) error {
	now := r.host.Now().Truncate(time.Microsecond)
	state, attempt := out.state, a.record.Attempt
	if out.forgive {
		attempt--
	}
	if state == Waiting && !out.runAt.After(now) {
		state = Ready
	}
	set := "state = ?, run_at = ?, attempt = ?, result = ?, error = ?, worker = '', admitted = ?, paced = ?"
	args := []any{string(state), out.runAtOr(a.record.RunAt), attempt, out.result, firstLine(out.err, 2000), false, false}
	if state.Ended() {
		set += ", stop = ?, finished = ?, unique_key = " + uniqueEnd
		args = append(args, false, now)
	}
	if state == Done {
		set += ", progress = 100"
	}
	n, err := orm.ExecSQL(ctx, tx, "UPDATE jobs_job SET "+set+" WHERE id = ? AND worker = ? AND state = 'running'", append(args, a.ID, a.record.Worker)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrLost
	}
	if out.err != "" {
		f := Failure{Job: orm.RefTo[Record](a.ID), Attempt: a.record.Attempt, At: now, Worker: r.processName, Error: clean(out.err, 20_000), Stack: clean(out.stack, 20_000)}
		if err := orm.Create(ctx, tx, &f); err != nil {
			return err
		}
	}
	if !state.Ended() {
		stopped, err := cancelStopped(ctx, tx, a.ID, now)
		if err != nil {
			return err
		}
		if stopped {
			state = Cancelled
		}
	}
	if err := r.promote(ctx, tx, a.record.LimitKey); err != nil {
		return err
	}
	if state.Ended() && a.record.Batch != nil {
		return r.countBatch(ctx, tx, *a.record.Batch, state != Done)
	}
	if !state.Ended() {
		return r.wakeAfter(ctx, tx, out.runAt)
	}
	return nil
}

// uniqueEnd is what the key of a job is when it has ended: none, but for those that are unique for a time.
const uniqueEnd = "CASE WHEN substr(unique_key, 1, 1) = '" + periodMark + "' THEN unique_key ELSE NULL END"

// periodMark begins such keys.
const periodMark = "+"

// cancelStopped ends a job that would be tried again, if somebody has cancelled it meanwhile.
func cancelStopped(ctx context.Context, tx *database.Tx, id int64, now time.Time) (bool, error) {
	n, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET state = 'cancelled', stop = ?, finished = ?, unique_key = `+uniqueEnd+`
		WHERE id = ? AND stop = ? AND state IN ('ready', 'waiting')`, false, now, id, true)
	return n > 0, err
}

func (o outcome) runAtOr(t time.Time) time.Time {
	if o.runAt.IsZero() {
		return t
	}
	return o.runAt.Truncate(time.Microsecond)
}

// clean cuts a text to so many bytes that every database can store.
func clean(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// countBatch counts a job of a batch that has ended, and enqueues what follows after the last.
func (r *Runner) countBatch(ctx context.Context, tx *database.Tx, id int64, failed bool) error {
	more := 0
	if failed {
		more = 1
	}
	b, err := orm.FromSQL[Batch](tx, `UPDATE jobs_batch SET "left" = "left" - 1, failed = failed + ? WHERE id = ? RETURNING *`, int64(more), id).First(ctx)
	if errors.Is(err, orm.ErrNotFound) {
		return nil // it was deleted
	}
	if err != nil || b.Left > 0 {
		return err
	}
	return r.afterBatch(ctx, tx, &b)
}

// completions stores that jobs are done: those that end at the same time with one statement.
type completions struct {
	r       *Runner
	mu      sync.Mutex
	waiting []completion
	storing bool // somebody does
}

type completion struct {
	a    *Attempt
	done chan error
}

// most is how many jobs one statement completes.
const mostCompletions = 512

// add stores that a job is done and returns when it is.
func (c *completions) add(ctx context.Context, a *Attempt) error {
	own := completion{a, make(chan error, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, own)
	first := !c.storing
	c.storing = true
	c.mu.Unlock()
	for first {
		c.mu.Lock()
		some := c.waiting[:min(len(c.waiting), mostCompletions)]
		c.waiting = c.waiting[len(some):]
		if len(some) == 0 {
			c.storing, c.waiting = false, nil
			c.mu.Unlock()
			break
		}
		c.mu.Unlock()
		c.store(ctx, some)
	}
	return <-own.done
}

func (c *completions) store(ctx context.Context, some []completion) {
	// The number of arguments is a power of two, so that there are few statements.
	n := 1
	for n < len(some) {
		n *= 2
	}
	args := append(make([]any, 0, n+3), false, c.r.host.Now().Truncate(time.Microsecond), some[0].a.record.Worker)
	for i := range n {
		args = append(args, some[min(i, len(some)-1)].a.ID)
	}
	ids, err := orm.FromSQL[int64](c.r.db, `UPDATE jobs_job SET state = 'done', stop = ?, finished = ?, worker = '', error = '', progress = 100, unique_key = `+uniqueEnd+`
		WHERE worker = ? AND state = 'running' AND id IN (?`+strings.Repeat(", ?", n-1)+`) RETURNING id`, args...).All(ctx)
	for _, one := range some {
		switch {
		case err != nil:
			one.done <- err
		case one.a.record.Worker != some[0].a.record.Worker:
			one.done <- errOtherWorker
		case !slices.Contains(ids, one.a.ID):
			one.done <- ErrLost
		default:
			one.done <- nil
		}
	}
}

// errOtherWorker makes a completion that came together with those of another worker be tried again.
var errOtherWorker = errors.New("the worker was replaced meanwhile")
