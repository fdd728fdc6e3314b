package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web/middleware"
)

// ErrQueueFull is the error of [Enqueue] when too many jobs wait (see Config.MaxQueued). It is of kind
// [fault.Unavailable].
var ErrQueueFull = fault.New(fault.Unavailable, "Too much is waiting to be done. Please try again later.")

// EnqueueOption changes one job.
type EnqueueOption func(*enqueued)

type enqueued struct {
	Record
	unique *string
	within time.Duration
	in     time.Duration
}

// At says when the job begins, at the earliest. Defaults to at once.
func At(t time.Time) EnqueueOption { return func(e *enqueued) { e.RunAt, e.in = t, 0 } }

// In is [At] after a while, by the site's clock.
func In(d time.Duration) EnqueueOption { return func(e *enqueued) { e.RunAt, e.in = time.Time{}, d } }

// WithPriority puts the job before those with a lower priority, and behind those with a higher.
func WithPriority(p int32) EnqueueOption { return func(e *enqueued) { e.Priority = p } }

// Unique enqueues no job while another of the kind with the same key waits or runs; its ID is returned then. An
// empty key stands for the arguments.
func Unique(key string) EnqueueOption { return func(e *enqueued) { e.unique = &key } }

// UniqueWithin is [Unique] also when the other has ended, until so much time has gone by: of each such piece of
// time, counted from 1970, there is one. At most 30 days.
func UniqueWithin(d time.Duration, key string) EnqueueOption {
	return func(e *enqueued) { e.unique, e.within = &key, d }
}

// LimitKey says what the job has in common with others, such as "account 7": Limit and Rate of its declaration
// count those with the same key. Without one they count all of the kind.
func LimitKey(key string) EnqueueOption { return func(e *enqueued) { e.LimitKey = key } }

// Until makes the job fail if it has not begun by then, and ends its context then.
func Until(t time.Time) EnqueueOption { return func(e *enqueued) { e.Deadline = &t } }

// inBatch makes the job one of a batch.
func inBatch(id int64) EnqueueOption { return func(e *enqueued) { e.Batch = &id } }

// Enqueue stores a job with these arguments, whose type a module of the site has declared, and returns its ID.
// With a transaction the job is there when that is committed, and not at all if it is rolled back.
// It begins then, if a worker is free. The arguments are at most 1 MB of JSON.
func Enqueue(ctx context.Context, h database.Handle, args any, options ...EnqueueOption) (id int64, err error) {
	r, err := runnerOf(h)
	if err != nil {
		return 0, fmt.Errorf("enqueue %T: %w", args, err)
	}
	d := r.declared.byType[reflect.TypeOf(args)]
	if d == nil {
		return 0, fmt.Errorf("enqueue %T: no module of the site declares a job with arguments of this type", args)
	}
	id, err = r.enqueue(ctx, h, d, args, options...)
	if err != nil && !errors.Is(err, ErrQueueFull) {
		err = fmt.Errorf("enqueue %s: %w", d.kind, err)
	}
	return id, err
}

func (r *Runner) enqueue(ctx context.Context, h database.Handle, d *Declaration, args any, options ...EnqueueOption) (int64, error) {
	e, err := r.newJob(ctx, d, args, options)
	if err != nil {
		return 0, err
	}
	if err := r.room(ctx, h, d.opts.Queue, 1); err != nil {
		return 0, err
	}
	id, err := r.insert(ctx, h, e)
	if err != nil {
		return 0, err
	}
	return id, r.wakeAfter(ctx, h, e.RunAt)
}

// deep is after how many jobs, each enqueued by the one before, the log says so.
const deep = 1000

// newJob makes the row of a job.
func (r *Runner) newJob(ctx context.Context, d *Declaration, args any, options []EnqueueOption) (*enqueued, error) {
	now := r.host.Now()
	e := &enqueued{Record: Record{
		Kind: d.kind, Queue: d.opts.Queue, State: Ready, Priority: d.opts.Priority, Version: d.opts.Version,
		MaxAttempts: int32(d.opts.Attempts), Created: now, Language: i18n.From(ctx).Tag(), Request: middleware.RequestIDFrom(ctx),
	}}
	if parent, ok := ctx.Value(attemptKey{}).(*Attempt); ok {
		if e.Depth = parent.record.Depth + 1; e.Depth%deep == 0 {
			r.host.Log.Warn("jobs enqueue each other without end", "kind", d.kind, "jobs", e.Depth)
		}
		if e.Request == "" {
			e.Request = parent.record.Request
		}
	}
	for _, o := range options {
		o(e)
	}
	if e.RunAt.IsZero() {
		e.RunAt = now.Add(e.in)
	}
	// Finer than a microsecond no database keeps it.
	e.Created, e.RunAt = e.Created.Truncate(time.Microsecond), e.RunAt.Truncate(time.Microsecond)
	if e.RunAt.After(now) {
		e.State = Waiting
	}
	most := maxArgs
	if d.args == reflect.TypeFor[mailJob]() {
		most = maxMail
	}
	text, err := encode(args, most)
	if err != nil {
		return nil, fmt.Errorf("the arguments cannot be stored: %w", err)
	}
	e.Args = text
	if d.opts.Secret {
		e.Args, e.Sealed = "", r.seal(d.kind, text)
	}
	if d.opts.Limit > 0 || d.opts.Rate.N > 0 {
		// The kind begins the key, so that jobs of two kinds are not counted together.
		if e.LimitKey = d.kind + " " + e.LimitKey; len(e.LimitKey) > 200 {
			return nil, fmt.Errorf("the limit key %.40q... has more than 200 bytes with the name of the kind", e.LimitKey)
		}
	} else if e.LimitKey != "" {
		return nil, errors.New("it has a LimitKey, and its declaration has no Limit and no Rate")
	}
	if e.unique != nil {
		e.UniqueKey = uniqueKey(d.kind, *e.unique, text, e.within, now)
	}
	return e, nil
}

func uniqueKey(kind, key, args string, within time.Duration, now time.Time) *string {
	if key == "" {
		key = "args " + args
	} else {
		key = "key " + key
	}
	// One that is only unique while it is there has the empty period.
	period := ""
	if within > 0 {
		period = within.String() + " " + strconv.FormatInt(now.UnixNano()/int64(within), 10)
	}
	sum := sha256.Sum256([]byte(kind + "\x00" + period + "\x00" + key))
	text := base64.RawURLEncoding.EncodeToString(sum[:])
	if within > 0 {
		text = periodMark + text[1:]
	}
	return &text
}

// insert stores a job: one statement, and another if it is unique and there already.
func (r *Runner) insert(ctx context.Context, h database.Handle, e *enqueued) (int64, error) {
	if e.UniqueKey == nil {
		err := orm.Create(ctx, h, &e.Record)
		return e.ID, err
	}
	j := &e.Record
	columns, args := j.columns()
	insert := "INSERT INTO jobs_job (" + columns + ") VALUES (" + places(len(args)) + ") ON CONFLICT (unique_key) DO NOTHING RETURNING id"
	for range 10 {
		ids, err := orm.FromSQL[int64](h, insert, args...).All(ctx)
		if err != nil {
			return 0, err
		}
		if len(ids) == 1 {
			return ids[0], nil
		}
		id, err := orm.Select[int64](orm.From[Record](h).Where(Records.UniqueKey.Eq(*e.UniqueKey)), Records.ID).First(ctx)
		if err == nil || !errors.Is(err, orm.ErrNotFound) {
			return id, err
		}
		// The other has ended between the two statements.
	}
	return 0, errors.New("others with the same key come and go")
}

// columns returns what a new job is stored with, its arguments first, and the names of these columns.
func (j *Record) columns() (names string, args []any) {
	names = "args, sealed, kind, queue, state, priority, run_at, version, max_attempts, created, limit_key, language, request, depth, stop, admitted, paced" +
		", attempt, crashes, worker, progress, progress_text, result, error"
	args = []any{j.Args, j.Sealed, j.Kind, j.Queue, j.State, j.Priority, j.RunAt, j.Version, j.MaxAttempts, j.Created, j.LimitKey, j.Language, j.Request, j.Depth, false, false, false,
		int32(0), int32(0), "", int32(0), "", "", ""}
	if j.UniqueKey != nil {
		names, args = names+", unique_key", append(args, *j.UniqueKey)
	}
	if j.Deadline != nil {
		names, args = names+", deadline", append(args, *j.Deadline)
	}
	if j.Batch != nil {
		names, args = names+", batch", append(args, *j.Batch)
	}
	return names, args
}

// places are so many places for arguments.
func places(n int) string { return strings.TrimPrefix(strings.Repeat(", ?", n), ", ") }

// wakeAfter tells the workers of this process of a job, when it is committed.
func (r *Runner) wakeAfter(ctx context.Context, h database.Handle, at time.Time) error {
	return database.AfterCommit(ctx, h, func(ctx context.Context) { r.committed(ctx, at) })
}

// EnqueueBatch stores jobs of any declared types that belong together. When all have ended, one more is
// enqueued: then, whose handler finds out by [Attempt.Batch] how many of them failed. It returns the ID of the batch.
func EnqueueBatch(ctx context.Context, h database.Handle, then any, args []any, options ...EnqueueOption) (id int64, err error) {
	r, err := runnerOf(h)
	if err != nil {
		return 0, err
	}
	d := r.declared.byType[reflect.TypeOf(then)]
	if d == nil {
		return 0, fmt.Errorf("enqueue %T after a batch: no module of the site declares a job with arguments of this type", then)
	}
	text, err := encode(then, maxArgs)
	if err != nil {
		return 0, fmt.Errorf("the arguments of %s cannot be stored: %w", d.kind, err)
	}
	if d.opts.Secret {
		return 0, fmt.Errorf("enqueue %s after a batch: jobs with Secret cannot follow a batch", d.kind)
	}
	b := Batch{Total: int32(len(args)), Left: int32(len(args)), Created: r.host.Now(), Kind: d.kind, Args: text}
	all := func(ctx context.Context, tx *database.Tx) error {
		if err := orm.Create(ctx, tx, &b); err != nil {
			return err
		}
		if len(args) == 0 {
			return r.afterBatch(ctx, tx, &b)
		}
		_, err := enqueueAll(ctx, tx, args, append(slices.Clip(options), inBatch(b.ID)))
		return err
	}
	if tx, ok := h.(*database.Tx); ok {
		err = tx.InTx(ctx, all)
	} else {
		err = database.Root(h).InTx(ctx, all)
	}
	return b.ID, err
}

// afterBatch enqueues what follows a batch.
func (r *Runner) afterBatch(ctx context.Context, h database.Handle, b *Batch) error {
	d := r.declared.byKind[b.Kind]
	if d == nil {
		return fmt.Errorf("batch %d is over, and no module declares the jobs %s that follow it", b.ID, b.Kind)
	}
	args := reflect.New(d.args)
	if err := decode(b.Args, args.Interface()); err != nil {
		return fmt.Errorf("the arguments of %s after batch %d: %w", b.Kind, b.ID, err)
	}
	e, err := r.newJob(ctx, d, args.Elem().Interface(), []EnqueueOption{func(e *enqueued) { e.Follows = &b.ID }})
	if err != nil {
		return err
	}
	if err := orm.Create(ctx, h, &e.Record); err != nil {
		return err
	}
	return r.wakeAfter(ctx, h, e.RunAt)
}

// Once returns true the first time that it is called with the key in a transaction that is committed, and false
// after that: so an effect of a job that is written in the same transaction happens exactly once, however
// often the job is tried. Others with the same key wait for the transaction. Keys are at most 200 bytes and kept for 400 days.
func Once(ctx context.Context, tx *database.Tx, key string) (first bool, err error) {
	if key == "" || len(key) > 200 {
		return false, fmt.Errorf("jobs.Once: the key has %d bytes; it needs 1 to 200", len(key))
	}
	r, err := runnerOf(tx)
	if err != nil {
		return false, fmt.Errorf("jobs.Once: %w", err)
	}
	n, err := orm.ExecSQL(ctx, tx, `INSERT INTO jobs_effect ("key", "at") VALUES (?, ?) ON CONFLICT ("key") DO NOTHING`, key, r.host.Now())
	return n == 1, err
}

// firstLine cuts a text to what is shown in a list.
func firstLine(text string, most int) string {
	text, _, _ = strings.Cut(text, "\n")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most-3], "") + "..."
	}
	return strings.ReplaceAll(text, "\x00", "")
}
