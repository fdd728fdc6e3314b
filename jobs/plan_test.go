package jobs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
)

// TestPlans: which jobs are claimed or made ready is found in an index, in order, and they are changed by their keys: not all jobs are read
// that are ready or wait, also not where the database takes them for few because it has not counted them.
func TestPlans(t *testing.T) {
	t.Parallel()
	each(t, jobs.Config{}, packing, func(t *testing.T, s *store) {
		if _, err := jobs.EnqueueAll(t.Context(), s.db, make([]Pack, 2000)); err != nil {
			t.Fatal(err)
		}
		if _, err := jobs.EnqueueAll(t.Context(), s.db, make([]Pack, 2000), jobs.At(s.clock.Now().Add(1))); err != nil {
			t.Fatal(err)
		}
		now := s.clock.Now()
		for _, c := range []struct {
			sql   string
			args  []any
			index string
		}{
			{jobs.ClaimSQL(s.db), []any{"worker", now, "default", "shop.Pack", int64(10)}, "jobs_job_ready"},
			{jobs.DueSQL(s.db), []any{now, int64(10)}, "jobs_job_waiting"},
		} {
			plan := s.plan(t, c.sql, c.args)
			by := "jobs_job_pkey"
			if s.db.Dialect().Name() == "sqlite" {
				by = "SEARCH jobs_job USING INTEGER PRIMARY KEY (rowid=?)"
			}
			for _, want := range []string{by, c.index} {
				if strings.Count(plan, want) != 1 {
					t.Errorf("%s\nis done as\n%s\nwithout one %q", c.sql, plan, want)
				}
			}
		}
	})
}

// plan says how the database does a statement.
func (s *store) plan(t *testing.T, sql string, args []any) string {
	t.Helper()
	if s.db.Dialect().Name() == "postgres" {
		lines, err := orm.FromSQL[string](s.db, "EXPLAIN "+sql, args...).All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "\n")
	}
	type step struct {
		ID, Parent, Notused int64
		Detail              string
	}
	steps, err := orm.FromSQL[step](s.db, "EXPLAIN QUERY PLAN "+sql, args...).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, step := range steps {
		lines = append(lines, fmt.Sprint(step.Parent, " ", step.Detail))
	}
	return strings.Join(lines, "\n")
}
