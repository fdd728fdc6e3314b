package i18n

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/volaweb/vola/internal/accept"
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
// names, else the best of Accept-Language, else the default. It does so when [From] is
// first asked for it. Then the answer says its language in Content-Language, and in
// Vary that it depends on both headers: an answer that has no texts depends on
// neither. The first call of From for a request is therefore made before the answer
// begins, and by the goroutine that writes its header.
func (t *Texts) Middleware() web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := &choice{texts: t, header: w.Header(), request: r}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), languageKey{}, c)))
		})
	}
}

// choice is the language of a request, which is made when it is asked for.
type choice struct {
	texts   *Texts
	header  http.Header
	request *http.Request
	once    sync.Once
	made    *Language
}

func (c *choice) language() *Language {
	c.once.Do(func() {
		c.made = c.texts.choose(c.request)
		if len(c.texts.languages) > 1 {
			c.header.Add("Vary", "Accept-Language, Cookie")
			c.header.Set("Content-Language", c.made.tag)
		}
	})
	return c.made
}

func (t *Texts) choose(r *http.Request) *Language {
	if c, err := r.Cookie(Cookie); err == nil && isTag(c.Value) {
		if l := t.Language(c.Value); l != nil {
			return l
		}
	}
	if l := t.accepted(r.Header.Get("Accept-Language")); l != nil {
		return l
	}
	return t.languages[0]
}

// accepted returns the best of the languages for a header Accept-Language (RFC 9110,
// section 12.5.4), nil if it names none that the site has, or "*" first.
func (t *Texts) accepted(header string) *Language {
	type wanted struct {
		tag    string
		weight float64
	}
	var list []wanted
	for entry := range strings.SplitSeq(header[:min(len(header), maxAccept)], ",") {
		if len(list) == maxWanted {
			break
		}
		tag, params, _ := strings.Cut(entry, ";")
		tag = strings.TrimSpace(tag)
		if weight, ok := accept.Quality(params); ok && weight > 0 && (tag == "*" || isTag(tag)) {
			list = append(list, wanted{tag, weight})
		}
	}
	slices.SortStableFunc(list, func(a, b wanted) int { return cmp.Compare(b.weight, a.weight) })
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
