package jobs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// Jobs with a Limit or a Rate are claimed as all others. Before they run they are admitted, under a lock of their
// key: those for which there is no place are held, and who ends makes one of them ready; those whose turn has
// not come wait until it does. Neither uses up an attempt.

// admit returns those of the jobs that may run now.
func (r *Runner) admit(ctx context.Context, worker string, jobs []Record) (run []Record, err error) {
	byKey := map[string][]Record{}
	for _, j := range jobs {
		if j.LimitKey == "" {
			run = append(run, j)
			continue
		}
		byKey[j.LimitKey] = append(byKey[j.LimitKey], j)
	}
	for key, some := range byKey {
		var admitted []Record
		err = r.db.InTxWith(ctx, database.TxOptions{Retry: 5}, func(ctx context.Context, tx *database.Tx) error {
			admitted, err = r.admitKey(ctx, tx, worker, key, some)
			return err
		})
		if err != nil {
			return run, err
		}
		run = append(run, admitted...)
	}
	return run, nil
}

// admitKey is admit for jobs with one key.
func (r *Runner) admitKey(ctx context.Context, tx *database.Tx, worker, key string, jobs []Record) (run []Record, err error) {
	if err := lockKey(ctx, tx, key); err != nil {
		return nil, err
	}
	d := r.declared.byKind[jobs[0].Kind]
	run = jobs
	if d.opts.Rate.N > 0 {
		if run, err = r.pace(ctx, tx, worker, key, d.opts.Rate, run); err != nil {
			return nil, err
		}
	}
	if d.opts.Limit > 0 && len(run) > 0 {
		if run, err = r.within(ctx, tx, worker, key, d.opts.Limit, run); err != nil {
			return nil, err
		}
	}
	return run, nil
}

// lockKey waits for others that decide about jobs with the key. On SQLite the transaction is the lock.
func lockKey(ctx context.Context, tx *database.Tx, key string) error {
	if !locksRows(tx) {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7061215))", key)
	return err
}

// locksRows reports whether several transactions may write at once.
func locksRows(h database.Handle) bool { return database.Root(h).Dialect().Name() == "postgres" }

// pace makes jobs wait until their turn under a rate.
func (r *Runner) pace(ctx context.Context, tx *database.Tx, worker, key string, rate Rate, jobs []Record) (run []Record, err error) {
	now := r.host.Now()
	next, err := orm.FromSQL[int64](tx, `INSERT INTO jobs_pace ("key", "next") VALUES (?, 0) ON CONFLICT ("key") DO UPDATE SET "next" = jobs_pace."next" RETURNING "next"`, key).First(ctx)
	if err != nil {
		return nil, err
	}
	// The generic cell rate algorithm (ITU-T I.371): next is when the bucket is full again.
	step := rate.Per.Microseconds() / int64(rate.N)
	burst := step * int64(rate.N-1)
	from := next
	for _, j := range jobs {
		if j.Paced {
			run = append(run, j)
			continue
		}
		next = max(next, now.UnixMicro())
		at := time.UnixMicro(next - burst)
		next += step
		if !at.After(now) {
			run = append(run, j)
			continue
		}
		if _, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET state = 'waiting', run_at = ?, paced = ?, attempt = attempt - 1, worker = '' WHERE id = ? AND worker = ? AND state = 'running'`,
			at, true, j.ID, worker); err != nil {
			return nil, err
		}
		if err := r.wakeAfter(ctx, tx, at); err != nil {
			return nil, err
		}
	}
	if next != from {
		_, err = orm.ExecSQL(ctx, tx, `UPDATE jobs_pace SET "next" = ? WHERE "key" = ?`, next, key)
	}
	return run, err
}

// within holds the jobs for which there is no place. Those that were held before go first.
func (r *Runner) within(ctx context.Context, tx *database.Tx, worker, key string, limit int, jobs []Record) (run []Record, err error) {
	at, err := orm.FromSQL[int64](tx, `SELECT count(*) AS n FROM jobs_job WHERE state = 'running' AND limit_key <> '' AND limit_key = ? AND admitted = ?`, key, true).First(ctx)
	if err != nil {
		return nil, err
	}
	places := max(limit-int(at), 0)
	held, err := orm.FromSQL[Record](tx, `SELECT * FROM jobs_job WHERE state = 'held' AND limit_key = ? ORDER BY priority DESC, run_at, id LIMIT ?`, key, int64(places)).All(ctx)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(held, jobs)
	slices.SortFunc(all, order)
	for i, j := range all {
		set := "state = 'held', attempt = attempt - 1, worker = ''"
		args := []any{}
		switch first := i < places; {
		case j.State == Held && first:
			if _, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET state = 'ready' WHERE id = ? AND state = 'held'`, j.ID); err != nil {
				return nil, err
			}
			if err := r.wakeAfter(ctx, tx, j.RunAt); err != nil {
				return nil, err
			}
			continue
		case j.State == Held:
			continue
		case first:
			run = append(run, j)
			set, args = "admitted = ?", []any{true}
		}
		if _, err := orm.ExecSQL(ctx, tx, "UPDATE jobs_job SET "+set+" WHERE id = ? AND worker = ? AND state = 'running'", append(args, j.ID, worker)...); err != nil {
			return nil, err
		}
	}
	return run, nil
}

// promote makes a job ready that was held, as one with the same key has ended.
func (r *Runner) promote(ctx context.Context, tx *database.Tx, key string) error {
	if key == "" {
		return nil
	}
	if err := lockKey(ctx, tx, key); err != nil {
		return err
	}
	n, err := orm.ExecSQL(ctx, tx, `UPDATE jobs_job SET state = 'ready' WHERE state = 'held' AND id IN
		(SELECT id FROM jobs_job WHERE state = 'held' AND limit_key = ? ORDER BY priority DESC, run_at, id LIMIT 1)`, key)
	if err != nil || n == 0 {
		return err
	}
	return r.wakeAfter(ctx, tx, r.host.Now())
}

// unhold makes jobs ready that are held although there is a place: the limit was raised, or a process was killed.
func (r *Runner) unhold(ctx context.Context) error {
	type held struct {
		LimitKey string
		Running  int64
	}
	keys, err := orm.FromSQL[held](r.db, `SELECT limit_key, (SELECT count(*) FROM jobs_job o WHERE o.state = 'running' AND o.limit_key <> '' AND o.limit_key = h.limit_key) AS running
		FROM jobs_job h WHERE h.state = 'held' GROUP BY limit_key LIMIT 1000`).All(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		kind, _, _ := strings.Cut(k.LimitKey, " ")
		d := r.declared.byKind[kind]
		if d == nil || d.opts.Limit > 0 && int(k.Running) >= d.opts.Limit {
			continue
		}
		if err := r.db.InTxWith(ctx, database.TxOptions{Retry: 5}, func(ctx context.Context, tx *database.Tx) error {
			return r.promote(ctx, tx, k.LimitKey)
		}); err != nil {
			return err
		}
	}
	return nil
}
