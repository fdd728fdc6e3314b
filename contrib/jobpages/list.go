package jobpages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
)

// pageSize is how many jobs a page of the list has.
const pageSize = 50

// row is a job of the list.
type row struct {
	ID          int64
	Kind, Queue string
	State       jobs.State
	Attempt     int32
	MaxAttempts int32
	RunAt       time.Time
	Finished    *time.Time
	Error       string
}

// named is a state with its name in the language of a visitor.
type named struct{ Value, Name string }

// nameOf returns the name of a state in the language of a visitor.
func nameOf(ctx context.Context, state jobs.State) string {
	for _, c := range state.Choices() {
		if c.Value == state {
			return i18n.From(ctx).T(c.Label)
		}
	}
	return string(state)
}

// list is what the list shows.
type list struct {
	State, Queue, Kind string
	States             []named
	Names              map[jobs.State]string
	Jobs               []row
	Older              string // the query of the next page, "" for none
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	asked := web.Query(r)
	l := list{Names: map[jobs.State]string{}, State: asked.String("state", ""), Queue: asked.String("queue", ""), Kind: asked.String("kind", "")}
	before := asked.Int("before", 0)
	if err := asked.Err(); err != nil {
		return err
	}
	known := l.State == ""
	for _, c := range jobs.State("").Choices() {
		state, _ := c.Value.(jobs.State)
		l.Names[state] = nameOf(r.Context(), state)
		l.States = append(l.States, named{string(state), l.Names[state]})
		known = known || string(state) == l.State
	}
	if !known {
		return fault.New(fault.Invalid, "Jobs are in no such state.")
	}
	q := orm.From[jobs.Record](p.DB)
	if l.State != "" {
		q = q.Where(jobs.Records.State.Eq(jobs.State(l.State)))
	}
	if l.Queue != "" {
		q = q.Where(jobs.Records.Queue.Eq(l.Queue))
	}
	if l.Kind != "" {
		q = q.Where(jobs.Records.Kind.Eq(l.Kind))
	}
	if before > 0 {
		q = q.Where(jobs.Records.ID.Lt(int64(before)))
	}
	var err error
	l.Jobs, err = orm.Select[row](q.OrderBy(jobs.Records.ID.Desc()).Limit(pageSize+1), jobs.Records.ID, jobs.Records.Kind, jobs.Records.Queue, jobs.Records.State,
		jobs.Records.Attempt, jobs.Records.MaxAttempts, jobs.Records.RunAt, jobs.Records.Finished, jobs.Records.Error).All(r.Context())
	if err != nil {
		return err
	}
	if len(l.Jobs) > pageSize {
		l.Jobs = l.Jobs[:pageSize]
		next := url.Values{"before": {strconv.FormatInt(l.Jobs[pageSize-1].ID, 10)}}
		for name, value := range map[string]string{"state": l.State, "queue": l.Queue, "kind": l.Kind} {
			if value != "" {
				next.Set(name, value)
			}
		}
		l.Older = next.Encode()
	}
	return p.Render(w, r, listPage.Data(l))
}

// detail is what the page of a job shows.
type detail struct {
	Job                            jobs.Record
	State, Args, Result            string
	Secret                         bool
	Failures                       []jobs.Failure
	Batch                          *jobs.Batch
	MayChange, MayRetry, MayCancel bool
	Moves                          bool // it may look different soon
}

// mostFailures is how many of its last failures the page of a job shows.
const mostFailures = 50

func (p *Pages) job(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	job, err := orm.Find[jobs.Record](ctx, p.DB, web.Int(r, "id"))
	if err != nil {
		return err
	}
	d := detail{Job: job, State: nameOf(ctx, job.State), Args: pretty(job.Args), Result: pretty(job.Result), Secret: job.Sealed != ""}
	if d.MayChange, err = auth.Can(ctx, mayChange); err != nil {
		return err
	}
	d.MayRetry = (job.State == jobs.Failed || job.State == jobs.Cancelled || job.State == jobs.Waiting) && job.Batch == nil
	d.MayCancel = !job.State.Ended()
	d.Moves = job.State == jobs.Running || job.State == jobs.Ready
	d.Failures, err = orm.From[jobs.Failure](p.DB).Where(jobs.Failures.Job.Eq(job.ID)).OrderBy(jobs.Failures.ID.Desc()).Limit(mostFailures).All(ctx)
	if err != nil {
		return err
	}
	if job.Batch != nil {
		b, err := orm.Find[jobs.Batch](ctx, p.DB, *job.Batch)
		if err != nil && !errors.Is(err, orm.ErrNotFound) {
			return err
		}
		if err == nil {
			d.Batch = &b
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return p.Render(w, r, jobPage.Data(d))
}

// pretty returns JSON with line breaks, and what is none as it is.
func pretty(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return text
	}
	return out.String()
}
