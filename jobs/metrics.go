package jobs

import (
	"context"
	"time"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// mostCounted is up to which number jobs are counted for metrics.
const mostCounted = 10_000

// Metrics are what this process has done, and how many jobs of each state there are: up to 10,000 of each.
func (r *Runner) Metrics(ctx context.Context) ([]module.Metric, error) {
	ended := module.Metric{Name: "jobs_attempts_total", Help: "Attempts that ended in this process, by kind and by what became of the job.", Grows: true}
	took := module.Metric{Name: "jobs_attempts_seconds_total", Help: "Time that attempts took in this process.", Grows: true}
	for _, s := range r.Stats() {
		for outcome, n := range map[string]int64{"done": s.Done, "failed": s.Failed, "cancelled": s.Cancelled, "retried": s.Retried} {
			ended.Samples = append(ended.Samples, module.Sample{Labels: map[string]string{"kind": s.Kind, "outcome": outcome}, Value: float64(n)})
		}
		took.Samples = append(took.Samples, module.Sample{Labels: map[string]string{"kind": s.Kind}, Value: s.Time.Seconds()})
	}
	type count struct {
		State, Queue string
		N            int64
	}
	sql, args := "", []any{}
	for _, state := range []string{"waiting", "ready", "held", "running"} {
		if sql != "" {
			sql += " UNION ALL "
		}
		sql += `SELECT '` + state + `' AS state, queue, count(*) AS n FROM (SELECT queue FROM jobs_job WHERE state = '` + state + `' LIMIT ?) AS ` + state + ` GROUP BY queue`
		args = append(args, int64(mostCounted))
	}
	counts, err := orm.FromSQL[count](r.db, sql, args...).All(ctx)
	if err != nil {
		return nil, err
	}
	there := module.Metric{Name: "jobs_jobs", Help: "Jobs that have not ended, by queue and state, in all processes; each up to 10,000."}
	for _, c := range counts {
		there.Samples = append(there.Samples, module.Sample{Labels: map[string]string{"queue": c.Queue, "state": c.State}, Value: float64(c.N)})
	}
	// Of each queue and priority the index has the oldest first; of the first 10,000 this is the oldest.
	oldest, err := orm.FromSQL[*time.Time](r.db, `SELECT min(run_at) AS oldest FROM (SELECT run_at FROM jobs_job WHERE state = 'ready' LIMIT ?) AS ready`, int64(mostCounted)).First(ctx)
	if err != nil {
		return nil, err
	}
	age := 0.0
	if oldest != nil {
		age = max(r.host.Now().Sub(*oldest).Seconds(), 0)
	}
	return []module.Metric{ended, took, there, {
		Name: "jobs_oldest_ready_seconds", Help: "How long the job has waited for a worker that has waited longest.", Samples: []module.Sample{{Value: age}},
	}}, nil
}
