package i18n

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/web"
)

// Cookie is the name of the cookie that holds the tag of the language that a visitor
// has chosen.
const Cookie = "lang"

// Limits of Accept-Language: what is longer is not read further.
const (
	maxAccept = 1000 // bytes
	maxWanted = 20   // languages
)

// Middleware chooses the language of each request: the one that the cookie [Cookie]
// names, else the best of Accept-Language, else the default. [From] returns it. The
// answer says its language in Content-Language, and in Vary that it depends on both
// headers. A site of one language always has that one, and says nothing.
func (t *Texts) Middleware() web.Middleware {
	if len(t.languages) == 1 {
		only := t.languages[0]
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(With(r.Context(), only)))
			})
		}
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			l := t.choose(r)
			h := w.Header()
			h.Add("Vary", "Accept-Language, Cookie")
			h.Set("Content-Language", l.tag)
			next.ServeHTTP(w, r.WithContext(With(r.Context(), l)))
		})
	}
}

func (t *Texts) choose(r *http.Request) *Language {
	if c, err := r.Cookie(Cookie); err == nil && isTag(c.Value) {
		if l := t.Language(c.Value); l != nil {
			return l
		}
	}
	if l := t.Accepted(r.Header.Get("Accept-Language")); l != nil {
		return l
	}
	return t.Default()
}

// Accepted returns the best of the languages for a header Accept-Language (RFC 9110,
// section 12.5.4), nil if it names none that the site has, or "*" first. At most 1,000
// bytes and 20 languages of it are read.
func (t *Texts) Accepted(header string) *Language {
	if len(header) > maxAccept {
		header = header[:maxAccept]
	}
	type wanted struct {
		tag    string
		weight float64
	}
	var list []wanted
	for entry := range strings.SplitSeq(header, ",") {
		if len(list) == maxWanted {
			break
		}
		tag, params, _ := strings.Cut(entry, ";")
		tag = strings.TrimSpace(tag)
		if weight := weightOf(params); weight > 0 && (tag == "*" || isTag(tag)) {
			list = append(list, wanted{tag, weight})
		}
	}
	slices.SortStableFunc(list, func(a, b wanted) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	for _, want := range list {
		if want.tag == "*" {
			return nil
		}
		if l := t.Language(want.tag); l != nil {
			return l
		}
	}
	return nil
}

// weightOf returns the weight of an entry, from 0 to 1; one that is malformed is 0.
func weightOf(params string) float64 {
	name, value, ok := strings.Cut(params, "=")
	if !ok {
		return truth(strings.TrimSpace(params) == "")
	}
	value = strings.TrimSpace(value)
	if !strings.EqualFold(strings.TrimSpace(name), "q") || value == "" || len(value) > 5 || strings.Trim(value, "0123456789.") != "" {
		return 0
	}
	weight, err := strconv.ParseFloat(value, 64)
	if err != nil || weight > 1 {
		return 0
	}
	return weight
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
