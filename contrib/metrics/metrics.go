// Package metrics shows figures of a site in the text form of Prometheus, version 0.0.4: requests, statements, the Go
// runtime, and those of modules with a method Metrics (see module.HasMetrics), such as jobs.
//
//	Modules: []module.Module{metrics.New(), ...}
//
// They are at /metrics for requests with the token of the setting METRICS_TOKEN, as "Authorization: Bearer TOKEN". For others
// there is no such page, also not from the same machine: a proxy there speaks for everybody. In development requests from
// the same machine need no token.
package metrics

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// Metrics is the module. It is safe for concurrent use.
type Metrics struct {
	module.Base
	settings   settings
	inFlight   atomic.Int64
	requests   sync.Map // of *series, by request
	statements [2]series
	observe    func(context.Context, database.Statement) // statement, made once
}

type settings struct {
	Token string `env:"TOKEN" secret:"true" help:"the token with which /metrics can be read, at least 16 characters; without it nobody can, but for development"`
}

// minToken is how long a token must be, in bytes.
const minToken = 16

// New returns the module. Its page is at /metrics wherever the module is mounted.
func New() module.Module {
	m := &Metrics{}
	m.observe = m.statement
	return module.At("/", m)
}

// Name is "metrics".
func (*Metrics) Name() string { return "metrics" }

// Settings are those of the module.
func (m *Metrics) Settings() any { return &m.settings }

// Checks are about the token.
func (m *Metrics) Checks() []error {
	if n := len(m.settings.Token); n > 0 && n < minToken {
		return []error{fmt.Errorf("setting METRICS_TOKEN has %d characters; at least %d cannot be guessed", n, minToken)}
	}
	return nil
}

// Start says if nobody can read the figures.
func (m *Metrics) Start(ctx context.Context, h *module.Host) error {
	if m.settings.Token == "" && !h.Site.Dev {
		h.Log.Info("nobody can read /metrics, as METRICS_TOKEN is not set")
	}
	return m.Base.Start(ctx, h)
}

// Routes is that of the page.
func (m *Metrics) Routes(r *web.Router) {
	r.Get("/metrics", m.page).Name("metrics").AllLanguages()
}

// Middleware counts requests, and the statements that they run.
func (m *Metrics) Middleware() []web.Middleware { return []web.Middleware{m.count} }

// request is what is told apart of requests. There are as many different ones as routes, methods and classes.
type request struct {
	route, method string
	class         int
}

func (m *Metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.inFlight.Add(1)
		began, rw, ended := time.Now(), web.Observe(w), false
		defer func() {
			m.inFlight.Add(-1)
			status := rw.Status()
			switch {
			case !ended && status == 0:
				status = http.StatusInternalServerError // a panic, which is answered outside
			case status == 0:
				status = http.StatusOK
			}
			m.series(request{routeOf(r.Pattern), methodOf(r.Method), status / 100}).add(time.Since(began))
		}()
		next.ServeHTTP(rw, r.WithContext(database.Observe(r.Context(), m.observe)))
		ended = true
	})
}

// series returns the counters of a kind of requests.
func (m *Metrics) series(of request) *series {
	if s, ok := m.requests.Load(of); ok {
		return s.(*series)
	}
	s, _ := m.requests.LoadOrStore(of, new(series))
	return s.(*series)
}

// statement counts a statement.
func (m *Metrics) statement(_ context.Context, s database.Statement) {
	failed := 0
	if s.Err != nil && !errors.Is(s.Err, context.Canceled) {
		failed = 1
	}
	m.statements[failed].add(s.Duration)
}

// routeOf is the path of a pattern, without its method.
func routeOf(pattern string) string {
	if pattern == "" {
		return "none"
	}
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}

// methodOf is a method, if it is one that browsers and programs use: clients can make up others.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// bounds are the upper bounds of the classes of a histogram, in seconds.
func bounds() [11]float64 {
	return [...]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}
}

// series counts durations by class.
type series struct {
	nanoseconds atomic.Int64
	classes     [12]atomic.Int64 // the last is above all bounds
}

func (s *series) add(d time.Duration) {
	s.nanoseconds.Add(int64(d))
	seconds := d.Seconds()
	i := 0
	for _, bound := range bounds() {
		if seconds <= bound {
			break
		}
		i++
	}
	s.classes[i].Add(1)
}

// maxWait is how long the figures of modules may take.
const maxWait = 5 * time.Second

func (m *Metrics) page(w http.ResponseWriter, r *http.Request) error {
	if !m.may(r) {
		return fault.New(fault.NotFound, "")
	}
	var t text
	m.own(&t)
	ctx, cancel := context.WithTimeout(r.Context(), maxWait)
	defer cancel()
	for _, other := range m.Modules {
		has, ok := module.As[module.HasMetrics](other)
		if !ok {
			continue
		}
		list, err := has.Metrics(ctx)
		if err != nil {
			// The others are worth having.
			m.Log.Warn("a module has no figures now", "module", other.Name(), "error", err)
			continue
		}
		for _, metric := range list {
			t.metric(metric)
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(t.Bytes())
	return err
}

// may reports whether the figures are for the one who asks.
func (m *Metrics) may(r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && m.settings.Token != "" {
		got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(m.settings.Token))
		return subtle.ConstantTimeCompare(got[:], want[:]) == 1
	}
	if !m.Site.Dev {
		return false
	}
	ip := net.ParseIP(web.ClientHost(r))
	return ip != nil && ip.IsLoopback()
}

// own writes what this module has counted, and figures of the runtime.
func (m *Metrics) own(t *text) {
	t.histograms("vola_http_request_duration_seconds", "Requests that were answered, by route, method and class of status.", func(yield func(map[string]string, *series)) {
		m.requests.Range(func(key, value any) bool {
			of := key.(request)
			yield(map[string]string{"route": of.route, "method": of.method, "status": fmt.Sprintf("%dxx", of.class)}, value.(*series))
			return true
		})
	})
	t.metric(module.Metric{Name: "vola_http_requests_in_flight", Help: "Requests at work.", Samples: []module.Sample{{Value: float64(m.inFlight.Load())}}})
	t.histograms("vola_database_statement_duration_seconds", "Statements of requests, by whether they failed.", func(yield func(map[string]string, *series)) {
		yield(map[string]string{"failed": "false"}, &m.statements[0])
		yield(map[string]string{"failed": "true"}, &m.statements[1])
	})
	for _, of := range []struct {
		source, name, help string
		grows              bool
	}{
		{"/sched/goroutines:goroutines", "go_goroutines", "Goroutines that exist.", false},
		{"/memory/classes/total:bytes", "go_memory_total_bytes", "Memory that the Go runtime has from the system.", false},
		{"/memory/classes/heap/objects:bytes", "go_heap_objects_bytes", "Memory of objects on the heap.", false},
		{"/gc/cycles/total:gc-cycles", "go_gc_cycles_total", "Garbage collections.", true},
		{"/cpu/classes/user:cpu-seconds", "go_cpu_user_seconds_total", "Processor time of the program's own code, as the runtime estimates it.", true},
		{"/cpu/classes/gc/total:cpu-seconds", "go_cpu_gc_seconds_total", "Processor time of the garbage collector, as the runtime estimates it.", true},
	} {
		sample := []metrics.Sample{{Name: of.source}}
		metrics.Read(sample)
		value := 0.0
		switch v := sample[0].Value; v.Kind() {
		case metrics.KindUint64:
			value = float64(v.Uint64())
		case metrics.KindFloat64:
			value = v.Float64()
		default:
			continue // this version of Go does not have it
		}
		t.metric(module.Metric{Name: of.name, Help: of.help, Grows: of.grows, Samples: []module.Sample{{Value: value}}})
	}
	t.metric(module.Metric{Name: "vola_info", Help: "The site, and the version of Go.", Samples: []module.Sample{{Labels: map[string]string{"site": m.Site.Name, "go": runtime.Version()}, Value: 1}}})
}
