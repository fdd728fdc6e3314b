package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// Commands look at jobs and change what becomes of them.
func (r *Runner) Commands() []module.Command {
	var list listing
	each := func(name, help string, one func(ctx context.Context, env module.Env, id int64) error) module.Command {
		return module.Command{Name: name, Args: "ID...", Help: help, Run: func(ctx context.Context, env module.Env, args []string) error {
			var errs []error
			for _, arg := range args {
				id, err := strconv.ParseInt(arg, 10, 64)
				if err != nil {
					return module.Usagef("%q is not the number of a job", arg)
				}
				errs = append(errs, one(ctx, env, id))
			}
			return errors.Join(errs...)
		}}
	}
	queue := func(name, help string, set func(ctx context.Context, env module.Env, queue string) error) module.Command {
		return module.Command{Name: name, Args: "QUEUE", Help: help, Run: func(ctx context.Context, env module.Env, args []string) error {
			return set(ctx, env, args[0])
		}}
	}
	return []module.Command{
		{Name: "list", Help: "list jobs, the newest first", Flags: list.flags, Run: list.run},
		each("show", "print all that is known of a job", r.show),
		each("retry", "begin again jobs that have failed or were cancelled, or that wait for their time", func(ctx context.Context, env module.Env, id int64) error {
			ok, err := Retry(ctx, env.Host.DB, id)
			return said(env.Stdout, id, "is ready", ok, err)
		}),
		each("cancel", "cancel jobs that wait or run", func(ctx context.Context, env module.Env, id int64) error {
			ok, err := Cancel(ctx, env.Host.DB, id)
			return said(env.Stdout, id, "is cancelled, or is told to end", ok, err)
		}),
		each("run", "run jobs that wait, at once and in this process", func(ctx context.Context, env module.Env, id int64) error {
			j, err := r.RunOne(ctx, id)
			if err == nil && j.State != Done {
				err = fmt.Errorf("job %d is %s: %s", id, j.State, j.Error)
			}
			return said(env.Stdout, id, "is done", true, err)
		}),
		queue("pause", "let no worker begin jobs of a queue", func(ctx context.Context, env module.Env, queue string) error {
			return Pause(ctx, env.Host.DB, queue)
		}),
		queue("resume", "let workers begin jobs of a queue again", func(ctx context.Context, env module.Env, queue string) error {
			return Resume(ctx, env.Host.DB, queue)
		}),
	}
}

// said prints what became of a job.
func said(out io.Writer, id int64, what string, ok bool, err error) error {
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("job %d is not in a state for that, or is not there", id)
	}
	_, err = fmt.Fprintf(out, "job %d %s\n", id, what)
	return err
}

// listing is the command list.
type listing struct {
	state, queue, kind string
	most               int
}

func (l *listing) flags(flags *flag.FlagSet) {
	flags.StringVar(&l.state, "state", "", "only those in this `state`: waiting, ready, held, running, done, failed or cancelled")
	flags.StringVar(&l.queue, "queue", "", "only those of this `queue`")
	flags.StringVar(&l.kind, "kind", "", "only those of this `kind`")
	flags.IntVar(&l.most, "n", 50, "at most so `many`")
}

func (l *listing) run(ctx context.Context, env module.Env, _ []string) error {
	q := orm.From[Record](env.Host.DB)
	if l.state != "" {
		if !slices.ContainsFunc(State("").Choices(), func(c orm.Choice) bool { return c.Value == State(l.state) }) {
			return module.Usagef("jobs are never %q", l.state)
		}
		q = q.Where(Records.State.Eq(State(l.state)))
	}
	if l.queue != "" {
		q = q.Where(Records.Queue.Eq(l.queue))
	}
	if l.kind != "" {
		q = q.Where(Records.Kind.Eq(l.kind))
	}
	if l.most < 1 || l.most > 10_000 {
		return module.Usagef("-n is from 1 to 10000")
	}
	rows, err := q.OrderBy(Records.ID.Desc()).Limit(l.most).All(ctx)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tKIND\tQUEUE\tSTATE\tATTEMPT\tTIME\tERROR")
	for _, j := range rows {
		at := j.RunAt
		switch {
		case j.Finished != nil:
			at = *j.Finished
		case j.State == Running && j.Started != nil:
			at = *j.Started
		}
		fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%d/%d\t%s\t%s\n", j.ID, j.Kind, j.Queue, j.State, j.Attempt, j.MaxAttempts, at.UTC().Format(time.DateTime), printable(j.Error, 60))
	}
	return out.Flush()
}

// printable cuts a text and leaves out what a terminal would obey.
func printable(text string, most int) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 {
			return ' '
		}
		return c
	}, text)
	return firstLine(text, most)
}

// show is the command show.
func (r *Runner) show(ctx context.Context, env module.Env, id int64) error {
	j, err := orm.Find[Record](ctx, env.Host.DB, id)
	if errors.Is(err, orm.ErrNotFound) {
		return fmt.Errorf("there is no job %d", id)
	}
	if err != nil {
		return err
	}
	failures, err := orm.From[Failure](env.Host.DB).Where(Failures.Job.Eq(id)).OrderBy(Failures.ID.Asc()).All(ctx)
	if err != nil {
		return err
	}
	args := j.Args
	if j.Sealed != "" {
		args = "(secret)"
	}
	fmt.Fprintf(env.Stdout, "job %d: %s in %s is %s, attempt %d of %d, enqueued %s\narguments: %s\n", j.ID, j.Kind, j.Queue, j.State, j.Attempt, j.MaxAttempts,
		j.Created.UTC().Format(time.DateTime), printable(args, 2000))
	if j.Progress > 0 || j.ProgressText != "" {
		fmt.Fprintf(env.Stdout, "progress: %d %% %s\n", j.Progress, printable(j.ProgressText, 500))
	}
	if json.Valid([]byte(j.Result)) {
		fmt.Fprintf(env.Stdout, "result: %s\n", printable(j.Result, 2000))
	}
	for _, f := range failures {
		fmt.Fprintf(env.Stdout, "attempt %d, %s, on %s: %s\n", f.Attempt, f.At.UTC().Format(time.DateTime), f.Worker, printable(f.Error, 2000))
		for line := range strings.Lines(f.Stack) {
			fmt.Fprintf(env.Stdout, "  %s\n", printable(line, 500))
		}
	}
	return nil
}

// RunOne runs a job that waits or is ready, at once and in this process, whether its queue is paused or not. It
// returns the job as it is after the attempt.
func (r *Runner) RunOne(ctx context.Context, id int64) (Record, error) {
	w := r.newWorker(ctx)
	if err := w.register(ctx); err != nil {
		return Record{}, err
	}
	stop, cancel := context.WithCancel(w.base)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.beats(stop)
	}()
	defer func() {
		cancel()
		<-done
		if err := w.leave(context.WithoutCancel(ctx)); err != nil {
			r.host.Log.Warn("the process could not say that it ends", "error", err)
		}
	}()
	jobs, err := orm.FromSQL[Record](r.db, `UPDATE jobs_job SET state = 'running', worker = ?, attempt = attempt + 1, started = ?
		WHERE id = ? AND state IN ('ready', 'waiting') RETURNING *`, w.current(), r.host.Now().Truncate(time.Microsecond), id).All(ctx)
	if err != nil {
		return Record{}, err
	}
	if len(jobs) == 0 {
		return Record{}, fmt.Errorf("job %d does not wait, or is not there", id)
	}
	if r.declared.byKind[jobs[0].Kind] == nil {
		return Record{}, fmt.Errorf("no module of this program declares the jobs %s", jobs[0].Kind)
	}
	run, err := r.admit(ctx, w.current(), jobs)
	if err != nil || len(run) == 0 {
		return Record{}, errors.Join(err, fmt.Errorf("job %d waits for others, as its Limit or Rate says", id))
	}
	own, end := context.WithCancelCause(w.base)
	stopped := context.AfterFunc(ctx, func() { end(ErrStopping) })
	defer stopped()
	a := r.newAttempt(jobs[0], end)
	w.mu.Lock()
	w.running[id] = a
	w.mu.Unlock()
	r.attempt(own, w.base, a)
	return orm.Find[Record](context.WithoutCancel(ctx), r.db, id)
}
