package blog_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/volatest"
)

// TestPublication: hubs are told of a post at its time, once, again when they were away, and not of one that was given
// another date.
func TestPublication(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var mu sync.Mutex
		var told []string
		status := http.StatusServiceUnavailable
		hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if status < 300 {
				told = append(told, r.PostFormValue("hub.mode")+" "+r.PostFormValue("hub.url"))
			}
			w.WriteHeader(status)
		}))
		defer hub.Close()
		s := &site{t: t, blog: blog.New(nil), clock: &clock{now: noon}, dir: t.TempDir()}
		cfg := config(s.blog)
		cfg.Modules = append([]module.Module{jobs.New(jobs.Config{})}, cfg.Modules...)
		s.Client = volatest.Start(t, cfg, volatest.Options{DB: db, Now: s.clock.Now, Environ: map[string]string{"BLOG_MEDIA": t.TempDir(), "BLOG_HUBS": hub.URL}})
		want := func(n int) {
			t.Helper()
			s.RunJobs()
			mu.Lock()
			defer mu.Unlock()
			if len(told) != n {
				t.Errorf("told %q, want %d", told, n)
			}
			told = nil
		}
		date := func(d time.Duration) string { return noon.Add(d).Format("2006-01-02 15:04:05 -0700") }
		s.post("2013-01-01-old.md", "title: Old; date: 2010-01-01", "Old.")
		s.post("2013-01-01-soon.md", "title: Soon; date: "+date(time.Hour), "Soon.")
		s.post("2013-01-01-later.md", "title: Later; date: "+date(2*time.Hour), "Later.")
		s.post("2013-01-01-draft.md", "title: Draft; published: false", "Draft.")
		if _, err := s.run("import", s.dir); err != nil {
			t.Fatal(err)
		}
		want(0)
		s.Get("/blog/").WantStatus(200).WantNoText("main", "Soon.")
		// The hub is away at first.
		s.clock.Move(time.Hour)
		want(0)
		s.Get("/blog/").WantStatus(200).WantContains("main", "Soon.")
		mu.Lock()
		status = http.StatusNoContent
		mu.Unlock()
		s.clock.Move(time.Minute)
		want(2)
		// Given another date: the first time passes by.
		s.post("2013-01-01-later.md", "title: Later; date: "+date(5*time.Hour), "Later.")
		if _, err := s.run("import", s.dir); err != nil {
			t.Fatal(err)
		}
		s.clock.Move(2 * time.Hour)
		want(0)
		s.clock.Move(2 * time.Hour)
		want(2)
		s.clock.Move(48 * time.Hour)
		want(0)
		failed, err := orm.From[jobs.Record](db).Where(jobs.Records.State.Ne(jobs.Done)).Count(t.Context())
		if err != nil || failed != 0 {
			t.Errorf("%d jobs are not done, %v", failed, err)
		}
	})
	_, err := vola.New(config(blog.New(nil)), vola.Options{Environ: map[string]string{"SECRET_KEY": strings.Repeat("k", 40), "BLOG_HUBS": "hub.example.org"}})
	if err == nil || !strings.Contains(err.Error(), `"hub.example.org" is not the URL of a hub`) {
		t.Error(err)
	}
}
