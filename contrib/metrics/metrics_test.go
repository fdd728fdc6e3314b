package metrics_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/metrics"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

const token = "a-token-of-the-operator"

// well is a module with pages, figures and a job.
type well struct {
	module.Base
	figures []module.Metric
	err     error
}

type bucket struct{}

func (*well) Name() string { return "well" }
func (x *well) Routes(r *web.Router) {
	r.Get("/{id:int}/", func(w http.ResponseWriter, r *http.Request) error {
		var n int64
		if err := database.QueryRow(r.Context(), x.DB, []any{&n}, "SELECT 1"); err != nil {
			return err
		}
		_, err := io.WriteString(w, "water")
		return err
	})
	r.Get("/dry/", func(http.ResponseWriter, *http.Request) error { return errors.New("dry") })
	r.Get("/deep/", func(http.ResponseWriter, *http.Request) error { panic("deep") })
}
func (x *well) Metrics(context.Context) ([]module.Metric, error) { return x.figures, x.err }
func (*well) Jobs() []jobs.Declaration {
	return []jobs.Declaration{jobs.Handle(func(context.Context, jobs.Job[bucket]) error { return nil }, jobs.Options{})}
}

func start(t *testing.T, db *database.DB, x *well) *volatest.Client {
	t.Helper()
	return volatest.Start(t, vola.Config{Name: "Well", Modules: []module.Module{jobs.New(jobs.Config{NoMail: true}), metrics.New(), x}},
		volatest.Options{DB: db, Environ: map[string]string{"METRICS_TOKEN": token}})
}

// get asks as somebody from an address, with headers by name and value.
func get(c *volatest.Client, remote string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://example.test/metrics", nil)
	r.RemoteAddr = remote
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	c.Site.ServeHTTP(w, r)
	return w
}

// parse reads the text by its grammar and returns the samples by name and labels.
func parse(t testing.TB, text string) map[string]float64 {
	t.Helper()
	const name = `[a-zA-Z_:][a-zA-Z0-9_:]*`
	comment := regexp.MustCompile(`^# (HELP (` + name + `) (?:[^\\]|\\\\|\\n)*|TYPE (` + name + `) (counter|gauge|histogram))$`)
	sample := regexp.MustCompile(`^(` + name + `)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*")*\})? (\S+)$`)
	all, types := map[string]float64{}, map[string]bool{}
	if !strings.HasSuffix(text, "\n") {
		t.Errorf("the text does not end with a line: %q", text)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if m := comment.FindStringSubmatch(line); m != nil {
			if m[3] != "" && types[m[3]] {
				t.Errorf("%s is there twice", m[3])
			}
			types[m[3]] = true
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("%q is no line of the format", line)
			continue
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if _, twice := all[m[1]+m[2]]; twice {
			t.Errorf("%q is there twice", m[1]+m[2])
		}
		if base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(m[1], ""); !types[m[1]] && !types[base] {
			t.Errorf("%q has no type before it", line)
		}
		all[m[1]+m[2]] = value
	}
	return all
}

// TestMetrics: requests, statements, jobs and figures of modules, each once.
func TestMetrics(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := start(t, db, &well{figures: []module.Metric{
			{Name: "well_depth_meters", Help: "How \\ deep\nit is.", Samples: []module.Sample{{Labels: map[string]string{"side": "a\"b\\c\nd", "bad-name": "x"}, Value: 7.5}}},
			{Name: "well_depth_meters", Help: "Twice."}, {Name: "well depth", Help: "No name."},
		}})
		for range 3 {
			c.Get("/well/7/").WantStatus(200)
		}
		c.Get("/well/8/").WantStatus(200)
		c.Get("/well/dry/").WantStatus(500)
		c.Get("/well/deep/").WantStatus(500)
		for _, path := range []string{"/none/1", "/none/2", "/none/3"} {
			c.Get(path).WantStatus(404)
		}
		r := httptest.NewRequest("BREW", "http://example.test/well/7/", nil)
		c.Site.ServeHTTP(httptest.NewRecorder(), r)
		for range 2 {
			if _, err := jobs.Enqueue(t.Context(), c.DB, bucket{}); err != nil {
				t.Fatal(err)
			}
		}
		c.RunJobs()
		if _, err := jobs.Enqueue(t.Context(), c.DB, bucket{}); err != nil {
			t.Fatal(err)
		}
		w := get(c, "127.0.0.1:1234", "Authorization", "Bearer "+token)
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
		all := parse(t, w.Body.String())
		for name, want := range map[string]float64{
			`vola_http_request_duration_seconds_count{method="GET",route="/well/{id:int}/",status="2xx"}`:            4,
			`vola_http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/well/{id:int}/",status="2xx"}`: 4,
			`vola_http_request_duration_seconds_count{method="GET",route="/well/dry/",status="5xx"}`:                 1,
			`vola_http_request_duration_seconds_count{method="GET",route="/well/deep/",status="5xx"}`:                1,
			`vola_http_requests_in_flight`:                                   1,
			`vola_database_statement_duration_seconds_count{failed="false"}`: 4,
			`jobs_attempts_total{kind="well.bucket",outcome="done"}`:         2,
			`jobs_jobs{queue="default",state="ready"}`:                       1,
			`well_depth_meters{side="a\"b\\c\nd"}`:                           7.5,
		} {
			if got, ok := all[name]; !ok || got != want {
				t.Errorf("%s is %v, %v, want %v", name, got, ok, want)
			}
		}
		if all["go_goroutines"] < 1 || all["go_memory_total_bytes"] < 1 {
			t.Error("the runtime has no figures")
		}
		for name := range all {
			if strings.Contains(name, "/none/") || strings.Contains(name, "BREW") {
				t.Errorf("clients make up %s", name)
			}
		}
	})
}

// TestWhoMay: the same machine, and who has the token.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	c := start(t, nil, &well{err: errors.New("no figures now")})
	const far, near = "192.0.2.1:1234", "127.0.0.1:1"
	dev := volatest.Start(t, vola.Config{Name: "Well", Modules: []module.Module{metrics.New()}}, volatest.Options{Dev: true})
	for _, test := range []struct {
		c       *volatest.Client
		remote  string
		headers []string
		want    int
	}{
		{c, near, nil, 404},
		{c, far, nil, 404},
		{c, far, []string{"Authorization", "Bearer " + token}, 200},
		{c, far, []string{"Authorization", "Bearer " + token + "x"}, 404},
		{c, far, []string{"Authorization", "Bearer "}, 404},
		{c, far, []string{"Authorization", "Basic " + token}, 404},
		{dev, near, nil, 200},
		{dev, "[::1]:1", nil, 200},
		{dev, far, nil, 404},
		{dev, far, []string{"X-Forwarded-For", "127.0.0.1"}, 404},
		{dev, far, []string{"Authorization", "Bearer "}, 404},
	} {
		if w := get(test.c, test.remote, test.headers...); w.Code != test.want || w.Code == 404 && strings.Contains(w.Body.String(), "vola_") {
			t.Errorf("%s %v: %d, want %d", test.remote, test.headers, w.Code, test.want)
		}
	}
	parse(t, get(c, far, "Authorization", "Bearer "+token).Body.String())
	_, err := vola.New(vola.Config{Name: "Well", Modules: []module.Module{metrics.New()}}, vola.Options{Environ: map[string]string{"SECRET_KEY": strings.Repeat("k", 40), "METRICS_TOKEN": "short"}})
	if err == nil || !strings.Contains(err.Error(), "METRICS_TOKEN has 5 characters") {
		t.Error(err)
	}
}

// FuzzText: whatever modules say, the text is of the format.
func FuzzText(f *testing.F) {
	f.Add("well_depth", "How deep.", "side", "left")
	f.Add("1", "\\\n\x00", "a:b", "\xff\"")
	x := &well{}
	site, err := vola.New(vola.Config{Name: "Well", Modules: []module.Module{metrics.New(), x}}, vola.Options{Environ: map[string]string{"SECRET_KEY": strings.Repeat("k", 40), "ALLOWED_HOSTS": "*", "METRICS_TOKEN": token}})
	if err != nil {
		f.Fatal(err)
	}
	if err := site.Open(context.Background(), databasetest.SQLite(f)); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(site.Close)
	f.Fuzz(func(t *testing.T, name, help, label, value string) {
		x.figures = []module.Metric{{Name: name, Help: help, Samples: []module.Sample{{Labels: map[string]string{label: value}, Value: 1}}}}
		r := httptest.NewRequest("GET", "http://example.test/metrics", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != 200 {
			t.Fatal(w.Code)
		}
		parse(t, w.Body.String())
	})
}

// BenchmarkRequest is a request with the module, and without.
func BenchmarkRequest(b *testing.B) {
	for name, modules := range map[string][]module.Module{"with": {metrics.New()}, "without": nil} {
		b.Run(name, func(b *testing.B) {
			site, err := vola.New(vola.Config{Name: "Well", Modules: append(modules, &well{})}, vola.Options{Environ: map[string]string{"SECRET_KEY": strings.Repeat("k", 40), "ALLOWED_HOSTS": "*"}})
			if err != nil {
				b.Fatal(err)
			}
			r := httptest.NewRequest("GET", "http://example.test/none", nil)
			b.ReportAllocs()
			for b.Loop() {
				site.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
