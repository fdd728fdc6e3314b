package jobpages

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
)

// counted is up to which number jobs are counted, so that the page is quick however many there are.
const counted = 10_000

// mostRows is how many schedules and processes are shown.
const mostRows = 200

// number is a count that ends somewhere.
type number struct {
	N    int64
	More bool // there are more
}

func numberOf(n int64) number { return number{min(n, counted), n > counted} }

// queue is a row of the overview.
type queue struct {
	Name                          string
	Waiting, Ready, Held, Running number
	Done, Failed                  number // in the last hour
	Paused                        bool
}

// overview is what the first page shows.
type overview struct {
	Queues    []queue
	Schedules []jobs.Schedule
	Processes []jobs.Process
	Unknown   []string // kinds that wait and that no process knows
	MayChange bool
	Now       time.Time
}

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o := overview{Now: p.Now()}
	var err error
	if o.MayChange, err = auth.Can(ctx, mayChange); err != nil {
		return err
	}
	if o.Processes, err = orm.From[jobs.Process](p.DB).OrderBy(jobs.Processes.Started.Asc(), jobs.Processes.ID.Asc()).Limit(mostRows).All(ctx); err != nil {
		return err
	}
	if o.Schedules, err = orm.From[jobs.Schedule](p.DB).OrderBy(jobs.Schedules.Name.Asc()).Limit(mostRows).All(ctx); err != nil {
		return err
	}
	if err := p.count(ctx, &o); err != nil {
		return err
	}
	return p.Render(w, r, overviewPage.Data(o))
}

// count fills in the queues: those that have jobs, and those that processes work on.
func (p *Pages) count(ctx context.Context, o *overview) error {
	queues := map[string]*queue{}
	of := func(name string) *queue {
		if queues[name] == nil {
			queues[name] = &queue{Name: name}
		}
		return queues[name]
	}
	known := map[string]bool{}
	for _, process := range o.Processes {
		for _, name := range strings.Fields(process.Queues) {
			of(name)
		}
		for _, kind := range strings.Split(process.Kinds, "\n") {
			known[kind] = true
		}
	}
	type count struct {
		State, Queue, Kind string
		N                  int64
	}
	var parts []string
	var args []any
	for _, state := range []jobs.State{jobs.Waiting, jobs.Ready, jobs.Held, jobs.Running} {
		parts = append(parts, "SELECT '"+string(state)+"' AS state, queue, kind, count(*) AS n FROM (SELECT queue, kind FROM jobs_job WHERE state = '"+string(state)+"' LIMIT ?) AS "+string(state)+" GROUP BY queue, kind")
		args = append(args, int64(counted+1))
	}
	hour := o.Now.Add(-time.Hour)
	for _, state := range []jobs.State{jobs.Done, jobs.Failed} {
		parts = append(parts, "SELECT '"+string(state)+"' AS state, queue, kind, count(*) AS n FROM (SELECT queue, kind FROM jobs_job WHERE finished IS NOT NULL AND state = '"+string(state)+"' AND finished > ? LIMIT ?) AS "+string(state)+" GROUP BY queue, kind")
		args = append(args, hour, int64(counted+1))
	}
	rows, err := orm.FromSQL[count](p.DB, strings.Join(parts, " UNION ALL "), args...).All(ctx)
	if err != nil {
		return err
	}
	sums := map[[2]string]int64{}
	for _, row := range rows {
		of(row.Queue)
		sums[[2]string{row.Queue, row.State}] += row.N
		if row.State == string(jobs.Ready) && !known[row.Kind] && !slices.Contains(o.Unknown, row.Kind) {
			o.Unknown = append(o.Unknown, row.Kind)
		}
	}
	lines, err := orm.From[jobs.Line](p.DB).Where(jobs.Lines.Paused.Eq(true)).Limit(mostRows).All(ctx)
	if err != nil {
		return err
	}
	for _, line := range lines {
		of(line.Name).Paused = true
	}
	for name, q := range queues {
		sum := func(state jobs.State) number { return numberOf(sums[[2]string{name, string(state)}]) }
		q.Waiting, q.Ready, q.Held, q.Running = sum(jobs.Waiting), sum(jobs.Ready), sum(jobs.Held), sum(jobs.Running)
		q.Done, q.Failed = sum(jobs.Done), sum(jobs.Failed)
		o.Queues = append(o.Queues, *q)
	}
	slices.SortFunc(o.Queues, func(a, b queue) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(o.Unknown)
	return nil
}
