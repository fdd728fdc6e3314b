package jobs

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cron"
	"github.com/volaweb/vola/orm"
)

// schedule is when a job is enqueued again and again.
type schedule struct {
	name string
	spec string
	args any
	zone *time.Location
	all  bool // each run that was missed is made up for
	skip bool // none is

	every time.Duration
	cron  cron.Expression
	text  string // of the cron expression
	job   *Declaration
}

// changed returns a copy of the declaration with another schedule.
func (d Declaration) changed(change func(*schedule)) Declaration {
	if d.schedule == nil {
		d.misused = true
		return d
	}
	s := *d.schedule
	change(&s)
	d.schedule = &s
	return d
}

// Named gives a schedule a name, by which it is known in the database. Defaults to the kind of its jobs. This and the
// methods below are for what [Every] and [Cron] return.
func (d Declaration) Named(name string) Declaration {
	return d.changed(func(s *schedule) { s.name = name })
}

// InZone says in which zone the times of a cron expression are. Defaults to UTC.
func (d Declaration) InZone(zone *time.Location) Declaration {
	return d.changed(func(s *schedule) { s.zone = zone })
}

// CatchUpAll enqueues a job for each time at which no process ran, 1,000 at most. Defaults to one job for all
// of them.
func (d Declaration) CatchUpAll() Declaration {
	return d.changed(func(s *schedule) { s.all, s.skip = true, false })
}

// CatchUpNone enqueues nothing for times that are more than a minute ago, because no process ran then.
func (d Declaration) CatchUpNone() Declaration {
	return d.changed(func(s *schedule) { s.skip, s.all = true, false })
}

// Every enqueues a job with these arguments each time that so much time has gone by, at least a second. When it is
// next is kept in the database: it does not begin again when the program does, and each time is one job,
// however many processes there are. The first is one interval after the schedule was first seen.
func Every(interval time.Duration, args any) Declaration {
	return Declaration{schedule: &schedule{every: interval, args: args}}
}

// Cron is [Every] at the times of a cron expression: minute, hour, day of the month, month and day of the week,
// as in "0 4 * * mon". A time of day that a zone skips, because its clocks go forward, is when they have gone;
// one that is there twice is the first of them.
func Cron(expression string, args any) Declaration {
	return Declaration{schedule: &schedule{text: expression, args: args}}
}

// prepare checks the schedule and finds the jobs that it enqueues.
func (s *schedule) prepare(d *Declaration, all *declarations) error {
	s.job = all.byType[reflect.TypeOf(s.args)]
	if s.job == nil {
		return fmt.Errorf("a schedule has arguments of type %T, and no module declares a job with those", s.args)
	}
	if s.name == "" {
		s.name = s.job.kind
	}
	if len(s.name) > 160 {
		return fmt.Errorf("the schedule %q has a name of more than 160 bytes", s.name)
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	if s.text == "" {
		s.spec = "every " + s.every.String()
		if s.every < time.Second {
			return fmt.Errorf("the schedule %s is every %v; a second is the least", s.name, s.every)
		}
	} else {
		s.spec = s.text + " " + s.zone.String()
		var err error
		if s.cron, err = cron.Parse(s.text); err != nil {
			return fmt.Errorf("the schedule %s: %w", s.name, err)
		}
	}
	if len(s.spec) > 200 {
		return fmt.Errorf("the schedule %s is longer than 200 bytes", s.name)
	}
	_, err := encode(s.args, maxArgs)
	return err
}

// next returns when it is due after a time.
func (s *schedule) next(after time.Time) time.Time {
	if s.text == "" {
		return after.Add(s.every)
	}
	next, ok := s.cron.Next(after.In(s.zone))
	if !ok {
		return after.AddDate(9, 0, 0)
	}
	return next
}

// maxCatchUp is how many jobs are enqueued for times that were missed.
const maxCatchUp = 1000

// due returns for how many times a job is enqueued now, and when it is next.
func (s *schedule) due(next, now time.Time) (times int, after time.Time) {
	for after = next; !after.After(now); {
		if times++; times > maxCatchUp {
			after = s.next(now)
			break
		}
		// An interval keeps its beat; after a long pause it is not counted through.
		if s.text == "" && !s.all && now.Sub(after) > s.every {
			after = after.Add(now.Sub(after) / s.every * s.every)
		}
		if late := now.Sub(after) > time.Minute; s.skip && late {
			times--
		}
		after = s.next(after)
	}
	if !s.all {
		times = min(times, 1)
	}
	return min(times, maxCatchUp), after
}

// schedules enqueues what is due, and returns when something is next.
func (r *Runner) schedules(ctx context.Context) (next time.Time, err error) {
	if len(r.declared.schedules) == 0 {
		return next, nil
	}
	rows, err := orm.From[Schedule](r.db).All(ctx)
	if err != nil {
		return next, err
	}
	stored := map[string]Schedule{}
	for _, row := range rows {
		stored[row.Name] = row
	}
	var errs []error
	for _, d := range r.declared.schedules {
		s, now := d.schedule, r.host.Now()
		row, ok := stored[s.name]
		if !ok || row.Spec != s.spec {
			row, err = r.startSchedule(ctx, s, now)
		} else if !row.Next.After(now) {
			row.Next, err = r.enqueueDue(ctx, s, row.Next, now)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the schedule %s: %w", s.name, err))
		} else if next.IsZero() || row.Next.Before(next) {
			next = row.Next
		}
	}
	return next, errors.Join(errs...)
}

// startSchedule stores one that is new or has changed. Another process may do so at the same time.
func (r *Runner) startSchedule(ctx context.Context, s *schedule, now time.Time) (Schedule, error) {
	row := Schedule{Name: s.name, Spec: s.spec, Next: s.next(now)}
	_, err := orm.ExecSQL(ctx, r.db, `INSERT INTO jobs_schedule (name, spec, "next") VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, "next" = excluded."next" WHERE jobs_schedule.spec <> excluded.spec`, row.Name, row.Spec, row.Next)
	return row, err
}

// enqueueDue moves the schedule on and enqueues its jobs, in one transaction. Of several processes one does it.
func (r *Runner) enqueueDue(ctx context.Context, s *schedule, was, now time.Time) (time.Time, error) {
	times, next := s.due(was, now)
	err := r.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		n, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_schedule SET "next" = ?, "last" = CASE WHEN ? > 0 THEN ? ELSE "last" END WHERE name = ? AND "next" = ? AND spec = ?`,
			next, int64(times), now, s.name, was, s.spec)
		if err != nil || n == 0 {
			return err
		}
		for range times {
			if _, err := Enqueue(ctx, tx, s.args); err != nil {
				return err
			}
		}
		return nil
	})
	return next, err
}
