package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// What ends the context of an attempt, as its cause ([context.Cause]).
var (
	// ErrCancelled: somebody has cancelled the job.
	ErrCancelled = errors.New("the job was cancelled")
	// ErrStopping: the program stops. The job is done by another process, or when this one runs again; the attempt is
	// not counted.
	ErrStopping = errors.New("the program stops")
	// ErrLost: the job belongs to another process, or to nobody, because this one did not answer for too long. What it
	// still does is not counted.
	ErrLost = errors.New("the job was taken over, because this process did not answer")
	// ErrTimeout: the attempt took longer than the declaration lets it.
	ErrTimeout = errors.New("the attempt took too long")
)

// Attempt is one run of a job. Its methods may be used by many goroutines.
type Attempt struct {
	// ID is that of the job, for things elsewhere that must not happen twice, such as payments.
	ID int64
	// Number is 1 for the first attempt.
	Number int
	// Enqueued is when the job was stored.
	Enqueued time.Time

	r      *Runner
	record Record
	decl   *Declaration
	cancel context.CancelCauseFunc

	mu        sync.Mutex
	shown     time.Time // the last time that progress was stored
	result    string
	completed atomic.Bool // by Complete, in a transaction that is committed
}

type attemptKey struct{}

// Batch returns the batch after which the job was enqueued (see [EnqueueBatch]).
func (a *Attempt) Batch(ctx context.Context) (Batch, error) {
	if a.record.Follows == nil {
		return Batch{}, fmt.Errorf("job %d was not enqueued after a batch", a.ID)
	}
	return orm.Find[Batch](ctx, a.r.db, *a.record.Follows)
}

// progressEvery is how often progress is stored.
const progressEvery = 500 * time.Millisecond

// Progress says how far the work is: in percent, and in words of at most 500 bytes. It is stored twice a second at
// most, and at 100; what comes between is left out. The error is [ErrLost] when the job is not this process's
// any more.
func (a *Attempt) Progress(ctx context.Context, percent int, text string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if percent < 100 && now.Sub(a.shown) < progressEvery {
		return nil
	}
	a.shown = now
	n, err := orm.ExecSQL(ctx, a.r.db, `UPDATE jobs_job SET progress = ?, progress_text = ? WHERE id = ? AND worker = ? AND state = 'running'`,
		int32(min(max(percent, 0), 100)), firstLine(text, 500), a.ID, a.record.Worker)
	if err == nil && n == 0 && !a.completed.Load() {
		return ErrLost
	}
	return err
}

// SetResult keeps a value with the job, as at most 1 MB of JSON, when the attempt ends without an error.
// [Record.DecodeResult] reads it.
func (a *Attempt) SetResult(value any) error {
	text, err := encode(value, maxResult)
	if err != nil {
		return fmt.Errorf("the result of job %d cannot be stored: %w", a.ID, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.result = text
	return nil
}

func (a *Attempt) takeResult() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.result
}

// Complete makes the job done in a transaction of the handler: what else is written in it happens exactly once. The error
// is [ErrLost] if the job belongs to another process now; the transaction must be rolled back then, which
// returning the error from its function does. Nothing should follow the transaction.
func (a *Attempt) Complete(ctx context.Context, tx *database.Tx) error {
	err := a.r.finishIn(ctx, tx, a, outcome{state: Done, result: a.takeResult()})
	if err != nil {
		return err
	}
	tx.OnCommit(func(context.Context) { a.completed.Store(true) })
	return nil
}

// snooze and discard are errors that say what becomes of the job.
type snooze struct{ d time.Duration }

func (s snooze) Error() string { return fmt.Sprintf("not now, again in %v", s.d) }

type discard struct{ err error }

func (d discard) Error() string { return d.err.Error() }
func (d discard) Unwrap() error { return d.err }

// Snooze is the error of a handler that wants the job to be tried again after a while. No attempt is counted.
func Snooze(d time.Duration) error { return snooze{max(d, 0)} }

// Discard is the error of a handler that makes the job fail for good, with err as the reason: no attempt would
// succeed.
func Discard(err error) error {
	if err == nil {
		err = errors.New("discarded")
	}
	return discard{err}
}

// newAttempt prepares the run of a job that was claimed.
func (r *Runner) newAttempt(j Record, cancel context.CancelCauseFunc) *Attempt {
	return &Attempt{ID: j.ID, Number: int(j.Attempt), Enqueued: j.Created, r: r, record: j, decl: r.declared.byKind[j.Kind], cancel: cancel}
}

// attempt runs a job with ctx and stores what became of it with base, which ends later.
func (r *Runner) attempt(ctx, base context.Context, a *Attempt) {
	defer a.cancel(nil)
	now := r.host.Now()
	if a.record.Deadline != nil {
		if !now.Before(*a.record.Deadline) {
			r.finish(base, a, outcome{state: Failed, forgive: true, err: "it could not begin before its deadline, " + a.record.Deadline.UTC().Format(time.RFC3339)})
			return
		}
		var end context.CancelFunc
		ctx, end = context.WithTimeoutCause(ctx, a.record.Deadline.Sub(now), ErrTimeout)
		defer end()
	}
	ctx, end := context.WithTimeoutCause(ctx, a.decl.opts.Timeout, ErrTimeout)
	defer end()
	ctx = context.WithValue(ctx, attemptKey{}, a)
	if r.host.Texts != nil {
		ctx = r.host.Texts.In(ctx, a.record.Language)
	}
	began := time.Now()
	err, stack := errors.New("the handler ended its goroutine"), ""
	defer func() { // also after runtime.Goexit
		r.measure(a, time.Since(began))
		r.finish(base, a, a.outcomeOf(err, stack, context.Cause(ctx), r.host.Now()))
	}()
	stack, err = r.call(ctx, a)
}

// call runs the handler. A panic is an error.
func (r *Runner) call(ctx context.Context, a *Attempt) (stack string, err error) {
	defer func() {
		if p := recover(); p != nil {
			stack, err = string(debug.Stack()), fmt.Errorf("panic: %v", p)
		}
	}()
	args, err := r.arguments(a)
	if err != nil {
		return "", err
	}
	return "", a.decl.run(ctx, a, args)
}

// newerWait is how long a job waits for a program that knows its arguments.
const newerWait = time.Minute

// arguments returns the arguments of a job in the form that this program knows.
func (r *Runner) arguments(a *Attempt) (string, error) {
	text, have, want := a.record.Args, a.record.Version, a.decl.opts.Version
	if a.record.Sealed != "" {
		var err error
		if text, err = sealedArgs.Open(r.host.Signer, a.record.Kind, a.record.Sealed); err != nil {
			return "", Discard(fmt.Errorf("the arguments cannot be decrypted: %w", err))
		}
	}
	switch {
	case have > want:
		r.host.Log.Warn("a job waits for a newer program", "job", a.ID, "kind", a.record.Kind, "version", have, "known", want)
		return "", Snooze(newerWait)
	case have < want && a.decl.opts.Upgrade == nil:
		return "", Discard(fmt.Errorf("the arguments are of version %d, and this program knows version %d of %s and has no Upgrade for them", have, want, a.record.Kind))
	case have < want:
		raw, err := a.decl.opts.Upgrade(have, json.RawMessage(text))
		if err != nil {
			return "", Discard(fmt.Errorf("the arguments of version %d cannot be upgraded to version %d: %w", have, want, err))
		}
		return string(raw), nil
	}
	return text, nil
}
