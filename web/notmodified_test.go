package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/web"
)

// TestNotModified: the cases of RFC 9110, section 13, for GET and HEAD.
func TestNotModified(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, 3, 1, 12, 0, 0, 999_999_999, time.FixedZone("", 3600))
	const at, before, after = "Sun, 01 Mar 2026 11:00:00 GMT", "Sun, 01 Mar 2026 10:59:59 GMT", "Sun, 01 Mar 2026 11:00:01 GMT"
	both := web.Validators{ETag: `"a"`, LastModified: changed}
	tag, date := web.Validators{ETag: "a"}, web.Validators{LastModified: changed}
	for name, test := range map[string]struct {
		v    web.Validators
		h    http.Header
		want bool
	}{
		"no condition":                      {both, nil, false},
		"the tag":                           {both, http.Header{"If-None-Match": {`"a"`}}, true},
		"weak and strong":                   {both, http.Header{"If-None-Match": {`W/"a"`}}, true},
		"strong and weak":                   {tag, http.Header{"If-None-Match": {`"a"`}}, true},
		"another tag":                       {both, http.Header{"If-None-Match": {`"b"`}}, false},
		"in a list":                         {both, http.Header{"If-None-Match": {`"x", W/"y" ,"a"`}}, true},
		"in the second line":                {both, http.Header{"If-None-Match": {`"x"`, `"a"`}}, true},
		"with a comma in it":                {both, http.Header{"If-None-Match": {`"x,"a"`}}, false},
		"a star":                            {both, http.Header{"If-None-Match": {`*`}}, true},
		"a star, and no tag":                {date, http.Header{"If-None-Match": {`*`}}, true},
		"without quotes":                    {both, http.Header{"If-None-Match": {`a`}}, false},
		"not closed":                        {both, http.Header{"If-None-Match": {`"a`}}, false},
		"empty":                             {both, http.Header{"If-None-Match": {``}}, false},
		"the time":                          {both, http.Header{"If-Modified-Since": {at}}, true},
		"a later time":                      {date, http.Header{"If-Modified-Since": {after}}, true},
		"an earlier time":                   {both, http.Header{"If-Modified-Since": {before}}, false},
		"not a time":                        {both, http.Header{"If-Modified-Since": {"yesterday"}}, false},
		"two times":                         {both, http.Header{"If-Modified-Since": {at, at}}, false},
		"of another form":                   {date, http.Header{"If-Modified-Since": {"Sunday, 01-Mar-26 11:00:00 GMT"}}, true},
		"the tag beats the time":            {both, http.Header{"If-None-Match": {`"b"`}, "If-Modified-Since": {at}}, false},
		"the tag beats an earlier time":     {both, http.Header{"If-None-Match": {`"a"`}, "If-Modified-Since": {before}}, true},
		"a bad tag beats the time":          {both, http.Header{"If-None-Match": {`b`}, "If-Modified-Since": {at}}, false},
		"the time, with nothing to compare": {tag, http.Header{"If-Modified-Since": {after}}, false},
		"a tag, with nothing to compare":    {date, http.Header{"If-None-Match": {`"a"`}, "If-Modified-Since": {after}}, false},
	} {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				r, w := httptest.NewRequest(method, "/", nil), httptest.NewRecorder()
				r.Header = test.h.Clone()
				w.Header().Set("Vary", "Cookie")
				w.Header().Set("Cache-Control", "private, no-cache")
				w.Header().Set("Content-Type", "text/html")
				w.Header().Set("Content-Security-Policy", "script-src 'self'")
				want := test.want && method != "POST"
				if got := web.NotModified(w, r, test.v); got != want {
					t.Fatalf("%v, want %v", got, want)
				}
				if want && (w.Code != 304 || w.Header().Get("Content-Type") != "" || w.Header().Get("Content-Security-Policy") != "") {
					t.Errorf("%d %v", w.Code, w.Header())
				}
				if h := w.Header(); h.Get("Vary") != "Cookie" || h.Get("Cache-Control") != "private, no-cache" || (h.Get("Etag") == "") != (test.v.ETag == "") {
					t.Errorf("%v", h)
				}
				if test.v.ETag == "" && w.Header().Get("Last-Modified") != at {
					t.Errorf("%v", w.Header())
				}
			})
		}
	}
}

// TestAChangeOfThisSecondHasNoTime: another one may follow in the same second.
func TestAChangeOfThisSecondHasNoTime(t *testing.T) {
	t.Parallel()
	for _, changed := range []time.Time{time.Now(), time.Now().Add(time.Hour)} {
		r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		r.Header.Set("If-Modified-Since", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))
		if web.NotModified(w, r, web.Validators{LastModified: changed}) || w.Header().Get("Last-Modified") != "" {
			t.Errorf("%v: %v", changed, w.Header())
		}
	}
}

// TestTagsOfAnyText are sent in the form that tags have.
func TestTagsOfAnyText(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range []string{"7", `"7 8"`, `W/"x"`, `a"b`, "ä", "a\r\nSet-Cookie: x", strings.Repeat("x", 1000), `"`, `W/"`, `W/`} {
		w := httptest.NewRecorder()
		web.NotModified(w, httptest.NewRequest("GET", "/", nil), web.Validators{ETag: text})
		tag := w.Header().Get("Etag")
		inside, ok := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`)
		if inside, ok = strings.CutSuffix(inside, `"`); !ok || inside == "" || strings.ContainsAny(inside, "\" \r\n") || len(tag) > 70 {
			t.Errorf("%q is sent as %q", text, tag)
		}
		if other, ok := seen[tag]; ok {
			t.Errorf("%q and %q are both %q", text, other, tag)
		}
		seen[tag] = text
		again := httptest.NewRequest("GET", "/", nil)
		again.Header.Set("If-None-Match", tag)
		if !web.NotModified(httptest.NewRecorder(), again, web.Validators{ETag: text}) {
			t.Errorf("%q is not known again", text)
		}
	}
}

func FuzzNotModified(f *testing.F) {
	f.Add(`"a"`, `"a"`, "Sun, 01 Mar 2026 11:00:00 GMT")
	f.Add(`W/"a"`, `"b", W/"a"`, "")
	f.Add("x", "*", "Sunday, 01-Mar-26 11:00:00 GMT")
	f.Add(`"`, `"",`, "0")
	f.Fuzz(func(t *testing.T, tag, match, since string) {
		changed := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		r.Header["If-None-Match"], r.Header["If-Modified-Since"] = []string{match}, []string{since}
		got := web.NotModified(w, r, web.Validators{ETag: tag, LastModified: changed})
		sent := strings.TrimPrefix(w.Header().Get("Etag"), "W/")
		if got && !strings.Contains(match, "*") && (sent == "" || !strings.Contains(match, sent)) {
			t.Errorf("%q matches %q", sent, match)
		}
		if got != (w.Code == 304) {
			t.Errorf("%v, and %d", got, w.Code)
		}
		if strings.ContainsAny(w.Header().Get("Etag"), "\r\n") {
			t.Errorf("a header of two lines: %q", w.Header())
		}
		// The same request with HEAD has the same answer.
		r.Method = "HEAD"
		if head := web.NotModified(httptest.NewRecorder(), r, web.Validators{ETag: tag, LastModified: changed}); head != got {
			t.Errorf("GET %v, HEAD %v", got, head)
		}
	})
}
