package middleware

import (
	"net/http"
	"strings"
	"sync"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
)

// LanguageCookie is the name of the cookie that holds the tag of the language that a
// visitor has chosen.
const LanguageCookie = "lang"

// Language chooses the language of each request: the one that the cookie
// [LanguageCookie] names, else the best of Accept-Language, else the first. It does so
// when [i18n.From] is first asked for it. Then the answer says its language in
// Content-Language, and in Vary that it depends on both headers: an answer that has no
// texts depends on neither. The first call of From for a request is therefore made
// before the answer begins, and by the goroutine that writes its header.
func Language(texts *i18n.Texts) web.Middleware {
	if all := texts.Languages(); len(all) == 1 {
		return onlyLanguage(all[0])
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			choose := sync.OnceValue(func() *i18n.Language {
				l := chooseLanguage(texts, r)
				w.Header().Add("Vary", "Accept-Language, Cookie")
				w.Header().Set("Content-Language", l.Tag())
				return l
			})
			next.ServeHTTP(w, r.WithContext(i18n.WithFunc(r.Context(), choose)))
		})
	}
}

// LanguagePaths takes the language of each request from its path, on a site that is
// built with the paths of its languages (see [web.BuildConfig]): "/de/blog/" is German,
// and a path without a language is in the first one. Cookies and Accept-Language do not
// count, so that an address has one answer. Content-Language says the language.
func LanguagePaths(texts *i18n.Texts) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// What has no route is in no other language, and what has one path neither.
			route := web.RouteOf(w)
			ctx := texts.WithPath(r.Context(), r.URL.Path, route != nil && !route.AllLanguages)
			w.Header().Set("Content-Language", i18n.From(ctx).Tag())
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// SetLanguage sets the cookie [LanguageCookie], for a year: for what answers a menu of
// languages.
func SetLanguage(w http.ResponseWriter, r *http.Request, l *i18n.Language) {
	http.SetCookie(w, cookieForAYear(r, LanguageCookie, l.Tag()))
}

func cookieForAYear(r *http.Request, name, value string) *http.Cookie {
	const year = 365 * 24 * 60 * 60 // seconds
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: year, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
}

// onlyLanguage is Language for a site of one language. A server whose base context has
// the language pays nothing for it.
func onlyLanguage(l *i18n.Language) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if i18n.From(r.Context()) != l {
				r = r.WithContext(i18n.With(r.Context(), l))
			}
			next.ServeHTTP(w, r)
		})
	}
}

func chooseLanguage(texts *i18n.Texts, r *http.Request) *i18n.Language {
	if c, err := r.Cookie(LanguageCookie); err == nil {
		if l := texts.Language(c.Value); l != nil {
			return l
		}
	}
	if l := texts.Accepted(strings.Join(r.Header.Values("Accept-Language"), ",")); l != nil {
		return l
	}
	return texts.Default()
}
