package jobpages_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// TestInABrowser: the pages have no faults of accessibility, and that of a job goes on without being loaded again.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	c := volatest.New(t, config())
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	authtest.User(t, c, "ann", func(u *auth.User) { u.Superuser = true })
	long := strings.Repeat("a-text-without-a-space-", 20)
	bad := enqueue(t, c.DB, sheet{"panic"})
	for _, text := range []string{"good", "bad", long} {
		enqueue(t, c.DB, sheet{text})
	}
	enqueue(t, c.DB, letter{"hush"}, jobs.In(time.Hour))
	c.RunJobs()
	runs := jobs.Record{
		Kind: "press.sheet", Queue: "default", State: jobs.Running, Args: `{"Text":"x"}`, RunAt: time.Now(), Created: time.Now(), Worker: "somebody",
		Attempt: 1, MaxAttempts: 20, Progress: 40, ProgressText: "40 of 100 sheets",
	}
	if err := orm.Create(t.Context(), c.DB, &runs); err != nil {
		t.Fatal(err)
	}
	process := jobs.Process{ID: "somebody", Name: "press.example.org:4711", Seen: time.Now(), Started: time.Now(), Queues: "default letters", Kinds: "press.sheet\npress.letter"}
	if err := orm.Create(t.Context(), c.DB, &process); err != nil {
		t.Fatal(err)
	}
	open := func(path string) { chromium.Do(ctx, t, chromedp.Navigate(server.URL+path)) }
	open("/accounts/login/?next=/jobpages/")
	chromium.Load(ctx, t, chromedp.SendKeys(`[name=login]`, "ann"), chromedp.SendKeys(`[name=password]`, authtest.Password+"\r"))
	chromium.CheckPage(ctx, t, "jobs, overview")
	open("/jobpages/all/")
	chromium.CheckPage(ctx, t, "jobs, all")
	open(fmt.Sprintf("/jobpages/%d/", bad))
	chromium.CheckPage(ctx, t, "a job with an error")
	open(fmt.Sprintf("/jobpages/%d/", runs.ID))
	chromium.CheckPage(ctx, t, "a job that runs")
	open(fmt.Sprintf("/jobpages/%d/", runs.ID))
	set := func(ctx context.Context, what ...orm.Assignment[jobs.Record]) {
		t.Helper()
		if _, err := orm.From[jobs.Record](c.DB).Where(jobs.Records.ID.Eq(runs.ID)).Update(ctx, what...); err != nil {
			t.Fatal(err)
		}
	}
	chromium.Eval[bool](ctx, t, `window.same = true`)
	set(t.Context(), jobs.Records.Progress.Set(90), jobs.Records.ProgressText.Set("90 of 100 sheets"))
	comes := func(text string) {
		t.Helper()
		if !chromium.Eval[bool](ctx, t, `new Promise((resolve) => {
			const look = () => document.body.innerText.includes(`+fmt.Sprintf("%q", text)+`) ? resolve(window.same === true) : setTimeout(look, 50);
			setTimeout(() => resolve(false), 60000);
			look();
		})`) {
			t.Fatalf("%q does not come, or the page was loaded again", text)
		}
	}
	comes("90 of 100 sheets")
	set(t.Context(), jobs.Records.State.Set(jobs.Done), jobs.Records.Progress.Set(100), jobs.Records.Result.Set(`{"sheets":100}`))
	comes(`"sheets": 100`)
}
