package jobs

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

const (
	// drain is how long jobs may go on after the signal to stop, and grace how long they have to end after
	// their contexts have.
	drain = 15 * time.Second
	grace = 3 * time.Second
	// cooldown is how long a worker waits after it has claimed jobs, so that it claims several at once.
	cooldown = 2 * time.Millisecond
	// mostClaimed is how many jobs are claimed at once, and mostDue how many are made ready.
	mostClaimed = 200
	mostDue     = 1000
)

// worker works on jobs as long as the program runs.
type worker struct {
	r     *Runner
	kinds []string // that are known, sorted
	place string
	wake  chan struct{}
	// base is the context of attempts.
	base   context.Context // lifetime: from Work on until the worker has ended
	end    context.CancelCauseFunc
	all    sync.WaitGroup // of attempts
	others map[string]observed

	mu       sync.Mutex
	id       string // of its process
	lastBeat time.Time
	doubtful bool // others may take its jobs
	lines    map[string]*line
	running  map[int64]*Attempt
	nextDue  time.Time // when a job that waits is due, as far as is known
}

// line is a queue as the worker sees it.
type line struct {
	most, at int // attempts that may run, and that do
	paused   bool
	stuck    int // attempts whose time is over and that do not end; others run in their place
}

func (r *Runner) newWorker(ctx context.Context) *worker {
	w := &worker{
		r: r, kinds: slices.Sorted(maps.Keys(r.declared.byKind)), place: placeOf(), wake: make(chan struct{}, 1),
		lines: map[string]*line{}, running: map[int64]*Attempt{}, others: map[string]observed{},
	}
	if r.placeless {
		w.place = ""
	}
	w.base, w.end = context.WithCancelCause(context.WithoutCancel(ctx))
	for _, d := range r.declared.byKind {
		w.lines[d.opts.Queue] = &line{most: cmp.Or(r.cfg.Queues[d.opts.Queue], defaultAtOnce)}
	}
	if len(r.cfg.Only) > 0 {
		maps.DeleteFunc(w.lines, func(name string, _ *line) bool { return !slices.Contains(r.cfg.Only, name) })
	}
	return w
}

func (w *worker) queueNames() []string { return slices.Sorted(maps.Keys(w.lines)) }

func (w *worker) current() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.id
}

func (w *worker) attempts() []*Attempt {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Values(w.running))
}

// cancel ends the context of an attempt that runs here.
func (w *worker) cancel(id int64, cause error) {
	w.mu.Lock()
	a := w.running[id]
	w.mu.Unlock()
	if a != nil {
		a.cancel(cause)
	}
}

// poke makes the worker look for jobs, at once or when one is due.
func (w *worker) poke(at time.Time) {
	w.mu.Lock()
	if w.nextDue.IsZero() || at.Before(w.nextDue) {
		w.nextDue = at
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// work claims and runs jobs until ctx is done, and then waits for those that run.
func (w *worker) work(ctx context.Context) error {
	wait := 100 * time.Millisecond
	for {
		err := w.register(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil
		}
		if fault.KindOf(err) != fault.Unavailable && !errors.Is(err, database.ErrSerialization) {
			return err
		}
		w.r.host.Log.Warn("jobs wait for the database", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
	beating, stop := context.WithCancel(w.base)
	var beats sync.WaitGroup
	beats.Go(func() { w.beats(beating) })
	beats.Go(func() { w.doubts(beating) })
	beats.Go(func() { w.listens(beating) })
	beats.Go(func() { w.r.cleanUp(beating) })
	w.tell(ctx, "which queues are paused is not known", w.readLines(ctx))
	if err := w.lookAfterOthers(ctx); err != nil && ctx.Err() == nil {
		w.r.host.Log.Warn("whether other workers of jobs live is not known", "error", err)
	}
	w.loop(ctx)
	ended := w.drained()
	stop()
	beats.Wait()
	if ended {
		// Nobody has to find out that this process has ended.
		last, cancel := context.WithTimeout(w.base, 2*time.Second)
		defer cancel()
		if err := w.leave(last); err != nil {
			w.r.host.Log.Warn("the worker of jobs could not say that it ends", "error", err)
		}
	}
	w.end(ErrStopping)
	return nil
}

// doubts looks whether the last beat is too long ago, also while one waits for the database.
func (w *worker) doubts(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(w.r.cfg.Lease / 20):
		}
		w.doubt()
	}
}

func (w *worker) leave(ctx context.Context) error {
	return w.r.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		id := w.current()
		if _, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET state = 'ready', attempt = attempt - 1, worker = '', admitted = ?, paced = ? WHERE state = 'running' AND worker = ?`, false, false, id); err != nil {
			return err
		}
		_, err := orm.ExecSQL(ctx, tx, `DELETE FROM jobs_process WHERE id = ?`, id)
		return err
	})
}

// drained waits for the attempts that run: for their end, and then for that of their contexts. It reports whether
// all have ended.
func (w *worker) drained() bool {
	ended := make(chan struct{})
	go func() {
		w.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(drain):
	}
	for _, a := range w.attempts() {
		a.cancel(ErrStopping)
	}
	select {
	case <-ended:
		return true
	case <-time.After(grace):
	}
	for _, a := range w.attempts() {
		w.r.host.Log.Error("a job does not end although its context has; it will be done again", "job", a.ID, "kind", a.record.Kind)
	}
	return false
}

// loop claims jobs and starts attempts.
func (w *worker) loop(ctx context.Context) {
	pause := time.Duration(0)
	scheduled := time.Time{}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-time.After(pause):
		}
		now := w.r.host.Now()
		if !now.Before(scheduled) || scheduled.Sub(now) > time.Minute {
			next, err := w.r.schedules(ctx)
			w.tell(ctx, "jobs could not be enqueued that are due by their schedule", err)
			scheduled = now.Add(time.Minute)
			if err == nil && !next.IsZero() && next.Before(scheduled) {
				scheduled = next
			}
			if err != nil {
				scheduled = now.Add(time.Second)
			}
		}
		n, err := w.turn(ctx)
		w.tell(ctx, "jobs cannot be claimed; it is tried again", err)
		pause = w.r.poll
		switch {
		case err != nil:
			pause = time.Second
		case n > 0:
			pause = cooldown
		default:
			w.mu.Lock()
			due := w.nextDue
			w.mu.Unlock()
			if due.IsZero() || scheduled.Before(due) {
				due = scheduled
			}
			pause = min(pause, max(due.Sub(w.r.host.Now()), time.Millisecond))
		}
	}
}

func (w *worker) tell(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		w.r.host.Log.Warn(what, "error", err)
	}
}

// turn makes jobs ready that are due and claims for all queues. It returns how many were claimed.
func (w *worker) turn(ctx context.Context) (claimed int, err error) {
	w.mu.Lock()
	doubtful := w.doubtful
	w.mu.Unlock()
	if doubtful {
		return 0, nil
	}
	ready, err := w.look(ctx)
	if err != nil || !ready {
		return 0, err
	}
	for _, name := range w.queueNames() {
		free := w.free(name)
		if free == 0 {
			continue
		}
		n, err := w.claim(ctx, name, min(free, mostClaimed))
		claimed += n
		if err != nil {
			return claimed, err
		}
	}
	return claimed, nil
}

// look makes jobs ready whose time has come, and reports whether any is ready.
func (w *worker) look(ctx context.Context) (ready bool, err error) {
	type sight struct {
		Ready int64
		Next  *time.Time
	}
	const look = `SELECT CASE WHEN EXISTS (SELECT 1 FROM jobs_job WHERE state = 'ready') THEN 1 ELSE 0 END AS ready,
		(SELECT min(run_at) FROM jobs_job WHERE state = 'waiting') AS "next"`
	for {
		seen, err := orm.FromSQL[sight](w.r.db, look).First(ctx)
		if err != nil {
			return false, err
		}
		w.mu.Lock()
		w.nextDue = time.Time{}
		if seen.Next != nil {
			w.nextDue = *seen.Next
		}
		w.mu.Unlock()
		now := w.r.host.Now()
		if seen.Next == nil || seen.Next.After(now) {
			return seen.Ready == 1, nil
		}
		if _, err := orm.ExecSQL(ctx, w.r.db, dueSQL(w.r.db), now, int64(mostDue)); err != nil {
			return false, err
		}
	}
}

// free returns how many attempts may begin in a queue.
func (w *worker) free(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.lines[name]
	if l.paused {
		return 0
	}
	return max(l.most-l.at, 0)
}

// claim takes jobs of a queue and runs them.
func (w *worker) claim(ctx context.Context, queue string, most int) (int, error) {
	id := w.current()
	args := []any{id, w.r.host.Now().Truncate(time.Microsecond), queue}
	for _, k := range w.kinds {
		args = append(args, k)
	}
	jobs, err := orm.FromSQL[Record](w.r.db, claimSQL(w.r.db, len(w.kinds)), append(args, int64(most))...).All(ctx)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(jobs, order)
	run, err := w.r.admit(ctx, id, jobs)
	for _, j := range run {
		if w.has(j.ID) {
			w.postpone(ctx, id, j)
			continue
		}
		if w.r.started == nil || w.r.started(j.ID) {
			w.start(queue, j)
		}
	}
	if err != nil {
		// Those that were not admitted belong to this worker and do not run.
		w.r.unclaim(context.WithoutCancel(ctx), id, jobs, run)
	}
	return len(jobs), err
}

// has reports whether an attempt of the job runs here. It may do so for a worker that was lost, whose handler does not end
// although its context has.
func (w *worker) has(id int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running[id] != nil
}

// postpone gives a job back whose last attempt still runs.
func (w *worker) postpone(ctx context.Context, worker string, j Record) {
	at := w.r.host.Now().Add(w.r.cfg.Lease).Truncate(time.Microsecond)
	_, err := orm.ExecSQL(ctx, w.r.db, `UPDATE jobs_job SET state = 'waiting', run_at = ?, attempt = attempt - 1, worker = '', admitted = ? WHERE id = ? AND worker = ? AND state = 'running'`,
		at, false, j.ID, worker)
	w.tell(ctx, "a job that still runs is not given back before this program ends", err)
}

// claimSQL is the statement that claims jobs of so many kinds. That they are ready is said once: said of the rows that are
// changed too, it makes PostgreSQL read all jobs that are ready where it takes them for few.
func claimSQL(h database.Handle, kinds int) string {
	return `UPDATE jobs_job SET state = 'running', worker = ?, attempt = attempt + 1, started = ? WHERE ` +
		idsOf(h, `SELECT id FROM jobs_job WHERE state = 'ready' AND queue = ? AND kind IN (?`+strings.Repeat(", ?", kinds-1)+`)
		ORDER BY priority DESC, run_at, id LIMIT ?`) + ` RETURNING ` + claimedColumns
}

// claimedColumns are what an attempt needs of its job.
const claimedColumns = `id, kind, queue, priority, run_at, args, sealed, version, attempt, max_attempts, created, deadline, worker, batch, follows, limit_key, paced, language, request, depth`

// idsOf is the condition that a row is one of those that a query has found and locked. An array is read once, where IN might be
// read again for each row.
func idsOf(h database.Handle, query string) string {
	if locksRows(h) {
		return "id = ANY(ARRAY(" + query + " FOR UPDATE SKIP LOCKED))"
	}
	return "id IN (" + query + ")"
}

// dueSQL is the statement that makes jobs ready.
func dueSQL(h database.Handle) string {
	return `UPDATE jobs_job SET state = 'ready' WHERE ` + idsOf(h, `SELECT id FROM jobs_job WHERE state = 'waiting' AND run_at <= ? ORDER BY run_at LIMIT ?`)
}

// unclaim makes jobs ready again that were claimed and could not be admitted.
func (r *Runner) unclaim(ctx context.Context, worker string, jobs, run []Record) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Lease)
	defer cancel()
	for _, j := range jobs {
		if slices.ContainsFunc(run, func(o Record) bool { return o.ID == j.ID }) {
			continue
		}
		if _, err := orm.ExecSQL(ctx, r.db, `UPDATE jobs_job SET state = 'ready', attempt = attempt - 1, worker = '', admitted = ? WHERE id = ? AND worker = ? AND state = 'running'`, false, j.ID, worker); err != nil {
			r.host.Log.Error("a job that was claimed is not given back before this program ends", "job", j.ID, "error", err)
		}
	}
}

// order is that in which jobs run.
func order(a, b Record) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.RunAt.Compare(b.RunAt), cmp.Compare(a.ID, b.ID))
}

// start runs an attempt in a goroutine of its own.
func (w *worker) start(queue string, j Record) {
	ctx, cancel := context.WithCancelCause(w.base)
	a := w.r.newAttempt(j, cancel)
	w.mu.Lock()
	w.lines[queue].at++
	w.running[j.ID] = a
	w.mu.Unlock()
	w.all.Go(func() {
		late := time.AfterFunc(a.decl.opts.Timeout+grace, func() { w.stuck(queue, a) })
		defer func() {
			w.mu.Lock()
			if w.running[j.ID] == a {
				delete(w.running, j.ID)
			}
			if late.Stop() {
				w.lines[queue].at--
			} else {
				w.lines[queue].stuck--
			}
			w.mu.Unlock()
			w.poke(w.r.host.Now())
		}()
		w.r.attempt(ctx, w.base, a)
	})
}

// stuck lets another attempt run in the place of one that does not end although its time is over. It keeps its job: while it
// runs, the job does not run elsewhere.
func (w *worker) stuck(queue string, a *Attempt) {
	w.mu.Lock()
	l := w.lines[queue]
	l.at--
	l.stuck++
	if l.stuck > l.most*4 {
		l.most = 0 // too many: the process needs to be looked at
	}
	n := l.stuck
	w.mu.Unlock()
	w.r.host.Log.Error("a job does not end although its time is over and its context has ended", "job", a.ID, "kind", a.record.Kind,
		"timeout", a.decl.opts.Timeout, "such_jobs", n)
	w.poke(w.r.host.Now())
}

// readLines finds out which queues are paused.
func (w *worker) readLines(ctx context.Context) error {
	rows, err := orm.From[Line](w.r.db).All(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, l := range w.lines {
		l.paused = slices.ContainsFunc(rows, func(row Line) bool { return row.Name == name && row.Paused })
	}
	return nil
}
