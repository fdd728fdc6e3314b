package jobpages_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/jobpages"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// press is a module with jobs.
type press struct{}

func (press) Name() string { return "press" }

type sheet struct{ Text string }
type letter struct{ Text string }

func (press) Jobs() []jobs.Declaration {
	return []jobs.Declaration{
		jobs.Handle(func(_ context.Context, job jobs.Job[sheet]) error {
			switch job.Args.Text {
			case "bad":
				return errors.New("<script>alert(1)</script>")
			case "panic":
				panic("<b>")
			}
			return job.SetResult(map[string]string{"pages": "<i>3</i>"})
		}, jobs.Options{Attempts: 2}),
		jobs.Handle(func(context.Context, jobs.Job[letter]) error { return nil }, jobs.Options{Secret: true, Queue: "letters"}),
		jobs.Cron("30 4 * * mon", sheet{"weekly"}).Named("weekly"),
	}
}

func config() vola.Config {
	return vola.Config{Name: "Press", Version: "1", Languages: []string{"en-GB", "de"}, Modules: []module.Module{
		jobs.New(jobs.Config{NoMail: true}), auth.New(auth.Config{}), jobpages.New(), press{},
	}}
}

func enqueue(t *testing.T, db *database.DB, args any, options ...jobs.EnqueueOption) int64 {
	t.Helper()
	id, err := jobs.Enqueue(t.Context(), db, args, options...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestPages(t *testing.T) {
	t.Parallel()
	volatest.Each(t, config, func(t *testing.T, c *volatest.Client) {
		done := enqueue(t, c.DB, sheet{"<u>good</u>"})
		bad, panics := enqueue(t, c.DB, sheet{"bad"}), enqueue(t, c.DB, sheet{"panic"})
		secret := enqueue(t, c.DB, letter{"hush"})
		later := enqueue(t, c.DB, sheet{"later"}, jobs.In(time.Hour))
		c.RunJobs()
		unknown := jobs.Record{Kind: "press.<gone>", Queue: "default", State: jobs.Ready, Args: "{", RunAt: time.Now(), Created: time.Now()}
		if err := orm.Create(t.Context(), c.DB, &unknown); err != nil {
			t.Fatal(err)
		}
		authtest.LogIn(t, c, authtest.User(t, c, "ann", func(u *auth.User) { u.Superuser = true }))
		page := c.Get("/jobpages/").WantStatus(200).WantContains("main", "Jobs of the kind press.<gone> wait").WantContains("main", "No process does jobs now.").
			WantContains("main", "weekly").WantContains("main", "30 4 * * mon UTC")
		page.WantCount("h2 + .wide tbody tr", 3) // default, letters and the schedule
		c.Get("/jobpages/all/").WantStatus(200).WantCount("tbody tr", 6).WantContains("main", "<script>alert(1)</script>")
		c.Get("/jobpages/all/?state=done").WantStatus(200).WantCount("tbody tr", 2)
		c.Get("/jobpages/all/?queue=letters").WantStatus(200).WantCount("tbody tr", 1)
		c.Get("/jobpages/all/?kind=press.sheet&state=waiting").WantStatus(200).WantCount("tbody tr", 3)
		c.Get("/jobpages/all/?state=lost").WantStatus(400)
		c.Get("/jobpages/all/?before=x").WantStatus(400)
		path := func(id int64) string { return fmt.Sprintf("/jobpages/%d/", id) }
		c.Get(path(done)).WantStatus(200).WantContains("pre", `"Text": "\u003cu\u003egood`).WantContains("main", `"pages": "\u003ci\u003e3`)
		c.Get(path(panics)).WantStatus(200).WantContains(".failure pre", "panic: <b>").WantContains(".failure details", "jobpages_test")
		c.Get(path(secret)).WantStatus(200).WantContains("main", "They are secret.").WantNoText("main", "hush")
		c.Get(path(unknown.ID)).WantStatus(200).WantContains("pre", "{")
		c.Get(path(999)).WantStatus(404)

		c.Get(path(bad)).Form("Retry now").Submit().WantStatus(303)
		c.Get(path(bad)).WantContains(".message", "The job begins again.").WantContains("h1", "ready")
		c.Get(path(later)).Form("Cancel").Submit().WantStatus(303)
		c.Get(path(later)).WantContains("h1", "cancelled").WantCount("form", 1)
		c.Post(path(done)+"retry/", nil).WantStatus(303)
		c.Get(path(done)).WantContains(".message", "nothing was done")
		c.Post(path(999)+"cancel/", nil).WantStatus(404)
		c.Get("/jobpages/").Form("Pause: default").Submit().WantStatus(303)
		c.Get("/jobpages/").WantContains("tbody", "paused").Form("Resume: default").Submit().WantStatus(303)
		c.Get("/jobpages/").WantNoText("tbody", "paused")
	})
}

// TestStatements: as many with a thousand jobs as with one.
func TestStatements(t *testing.T) {
	t.Parallel()
	volatest.Each(t, config, func(t *testing.T, c *volatest.Client) {
		list := make([]sheet, 1000)
		if _, err := jobs.EnqueueAll(t.Context(), c.DB, list); err != nil {
			t.Fatal(err)
		}
		authtest.LogIn(t, c, authtest.User(t, c, "ann", func(u *auth.User) { u.Superuser = true }))
		c.Get("/jobpages/").WantStatus(200)
		c.WantStatements(6)
		page := c.Get("/jobpages/all/").WantStatus(200).WantCount("tbody tr", 50)
		c.WantStatements(3)
		page.Click("a[rel=next]").WantStatus(200).WantCount("tbody tr", 50)
		c.Get("/jobpages/1/").WantStatus(200)
		c.WantStatements(4)
	})
}

// TestWhoMay: what is not allowed is refused, for everybody.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	volatest.Each(t, config, func(t *testing.T, c *volatest.Client) {
		id := enqueue(t, c.DB, sheet{"a"}, jobs.In(time.Hour))
		reads := []string{"/jobpages/", "/jobpages/all/", fmt.Sprintf("/jobpages/%d/", id)}
		writes := []string{fmt.Sprintf("/jobpages/%d/retry/", id), "/jobpages/queues/default/pause/", "/jobpages/queues/default/resume/", fmt.Sprintf("/jobpages/%d/cancel/", id)}
		for _, who := range []struct {
			name        string
			user        func(u *auth.User)
			may         []string
			read, write int
		}{
			{"nobody", nil, nil, 303, 303},
			{"staff", func(u *auth.User) { u.Staff = true }, nil, 403, 403},
			{"viewer", func(u *auth.User) {}, []string{"jobpages.view_jobs"}, 200, 403},
			{"changer without view", func(u *auth.User) {}, []string{"jobpages.change_jobs"}, 403, 403},
			{"changer", func(u *auth.User) {}, []string{"jobpages.view_jobs", "jobpages.change_jobs"}, 200, 303},
		} {
			c := c.Another()
			if who.user != nil {
				user := authtest.User(t, c, strings.ReplaceAll(who.name, " ", "-"), who.user)
				if err := authtest.Of(t, c).Allow(t.Context(), c.DB, user, who.may...); err != nil {
					t.Fatal(err)
				}
				authtest.LogIn(t, c, user)
			}
			for _, path := range reads {
				if got := c.Get(path); got.Status != who.read {
					t.Errorf("%s: GET %s is %d, want %d", who.name, path, got.Status, who.read)
				} else if buttons := strings.Count(got.Body, `method="post"`); (buttons > 0) != (who.write == 303) && who.read == 200 && path != "/jobpages/all/" {
					t.Errorf("%s: %s has %d buttons", who.name, path, buttons)
				}
			}
			for _, path := range writes {
				if got := c.Post(path, nil); got.Status != who.write {
					t.Errorf("%s: POST %s is %d, want %d", who.name, path, got.Status, who.write)
				}
			}
		}
	})
}
