package volatest

import (
	"reflect"
	"slices"

	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// runner is the module that does the jobs of the site, nil if it has none.
func (c *Client) runner() *jobs.Runner {
	for _, m := range c.modules {
		if r, ok := module.As[*jobs.Runner](m); ok {
			return r
		}
	}
	return nil
}

// RunJobs runs the jobs that are due by the site's clock, one after the other, and those that they enqueue, until
// none is. It returns how many attempts it made. No worker runs in a test: jobs wait for this call. What is to be
// seen of an attempt that failed is in the log of the test and in the job's row.
func (c *Client) RunJobs() int {
	c.t.Helper()
	r := c.runner()
	if r == nil {
		c.t.Fatal("the site does no jobs; list jobs.New(jobs.Config{}) among its modules")
	}
	n, err := r.RunDue(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// InlineJobs makes each job run at once, when the transaction that enqueued it is committed, from now on.
func (c *Client) InlineJobs() {
	c.t.Helper()
	r := c.runner()
	if r == nil {
		c.t.Fatal("the site does no jobs; list jobs.New(jobs.Config{}) among its modules")
	}
	r.Inline()
}

// runMails sends the mails that are jobs.
func (c *Client) runMails() {
	c.t.Helper()
	if r := c.runner(); r != nil {
		if _, err := r.RunDue(c.t.Context(), "mail"); err != nil {
			c.t.Fatal(err)
		}
	}
}

// Jobs returns the arguments of the jobs of a kind that have not ended, as they were enqueued, in that order: those of
// the type A. A rolled back one is not there.
func Jobs[A any](c *Client) []A {
	c.t.Helper()
	r := c.runner()
	if r == nil {
		c.t.Fatal("the site does no jobs; list jobs.New(jobs.Config{}) among its modules")
	}
	rows, err := orm.From[jobs.Record](c.DB).Where(jobs.Records.Finished.IsNull()).OrderBy(jobs.Records.ID.Asc()).All(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	var out []A
	for i := range rows {
		args, err := r.Arguments(&rows[i])
		if err != nil {
			c.t.Fatal(err)
		}
		if a, ok := args.(A); ok {
			out = append(out, a)
		}
	}
	return out
}

// WantJob fails the test unless exactly one job with these arguments has not ended.
func WantJob[A any](c *Client, want A) {
	c.t.Helper()
	all := Jobs[A](c)
	n := len(slices.DeleteFunc(slices.Clone(all), func(a A) bool { return !reflect.DeepEqual(a, want) }))
	if n != 1 {
		c.t.Errorf("%d jobs have the arguments %+v, want 1; those of the type are %+v", n, want, all)
	}
}
