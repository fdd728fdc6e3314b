package pagecache

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// policyNames are the headers of others that handlers see, since they add to them.
var policyNames = [...]string{"Content-Security-Policy", "Content-Security-Policy-Report-Only"}

// policiesOf returns the policies of a header.
func policiesOf(h http.Header) (out [len(policyNames)][]string) {
	for i, name := range policyNames {
		out[i] = slices.Clone(h[name])
	}
	return out
}

// recorder is the writer of a handler whose page may be kept. It begins with an empty header but for
// the policies: what others have set, such as the id of the request, is not of the page.
type recorder struct {
	header   http.Header
	sent     http.Header // as it was when the status was sent
	policies [len(policyNames)][]string
	status   int
	body     []byte
	max      int

	// own has the places of a page for nonces, whole says that there is one: body is it, without
	// nonces.
	own   []templates.Place
	whole bool

	foreground bool
	// real is where an answer goes that is too long or does not end; passed says that it did, and
	// passes is told before.
	real   http.ResponseWriter
	passed bool
	passes func()
}

func newRecorder(real http.ResponseWriter, policies [len(policyNames)][]string, max int, foreground bool, passes func()) *recorder {
	rec := &recorder{header: http.Header{}, policies: policies, max: max, foreground: foreground, real: real, passes: passes}
	for i, name := range policyNames {
		if len(policies[i]) > 0 {
			rec.header[name] = slices.Clone(policies[i])
		}
	}
	return rec
}

// Header returns the header that the handler writes.
func (rec *recorder) Header() http.Header { return rec.header }

// WriteHeader notes the status. What is changed in the header from now on does not count.
func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 && status >= http.StatusOK {
		rec.status, rec.sent = status, rec.header.Clone()
	}
}

// Write notes part of the body.
func (rec *recorder) Write(p []byte) (int, error) {
	rec.WriteHeader(http.StatusOK)
	if rec.whole {
		return len(p), nil // after a page that is whole
	}
	if !rec.passed && len(rec.body)+len(p) > rec.max {
		rec.passOn()
	}
	if rec.passed {
		if !rec.foreground {
			return len(p), nil
		}
		return rec.real.Write(p)
	}
	rec.body = append(rec.body, p...)
	return len(p), nil
}

// KeepPage is that of [web.PageKeeper].
func (rec *recorder) KeepPage(_ int, page []byte, own []templates.Place) bool {
	if rec.status == 0 && !rec.whole {
		rec.whole, rec.body, rec.own = true, bytes.Clone(page), slices.Clone(own)
	}
	return true
}

// Flush sends what there is: an answer that a handler wants to be sent in parts is not kept.
func (rec *recorder) Flush() {
	rec.WriteHeader(http.StatusOK)
	rec.passOn()
	if rec.foreground {
		_ = http.NewResponseController(rec.real).Flush() // Flusher has no way to say that it cannot
	}
}

// passOn sends what was recorded, and all that follows.
func (rec *recorder) passOn() {
	if rec.passed || rec.whole {
		return
	}
	rec.passed = true
	if rec.foreground {
		rec.passes()
		rec.copyHeader(rec.real.Header())
		rec.real.WriteHeader(rec.status)
		_, _ = rec.real.Write(rec.body) // the next write fails too
	}
	rec.body = nil
}

// copyHeader gives a header what the handler has set.
func (rec *recorder) copyHeader(to http.Header) {
	for name, values := range rec.sent {
		set(to, name, values)
	}
}

// set sets a field of an answer, beside what others say that it depends on.
func set(h http.Header, name string, values []string) {
	if name != "Vary" {
		h[name] = values
		return
	}
	for _, value := range values {
		if !slices.Contains(h[name], value) {
			h[name] = append(h[name], value)
		}
	}
}

// send answers with what was recorded, which is not kept.
func (rec *recorder) send(w http.ResponseWriter, r *http.Request) {
	switch {
	case rec.passed:
		return
	case rec.status == 0:
		web.Fail(w, r, errors.New("pagecache: the handler has not answered, as what was registered by BeforeHeader returned an error"))
		return
	}
	rec.copyHeader(w.Header())
	var err error
	if rec.whole || rec.status == http.StatusOK {
		err = web.SendPage(w, r, rec.status, rec.body, rec.own)
	} else {
		w.WriteHeader(rec.status)
		_, err = w.Write(rec.body)
	}
	if err != nil && rec.status != http.StatusNotModified && rec.status != http.StatusNoContent {
		web.Fail(w, r, err)
	}
}
