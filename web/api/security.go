package api

import (
	"maps"
	"slices"

	"github.com/volaweb/vola/web"
)

// Guarded says of middleware what a request must have to pass it, for the document: one of the schemes.
// The middleware is what guards, not this.
//
//	programs := r.Wrap(api.Guarded(auth.TokenRequired("orders:read"), api.Bearer("orders:read")))
//
// A route below several must pass all of them.
func Guarded(mw web.Middleware, by ...Scheme) web.Middleware {
	return web.Described(mw, slices.Clone(by))
}

// Scheme is a way in which a request says who sends it. [Session] and [Bearer] make one.
type Scheme struct {
	// Name is that in the document, such as "token".
	Name string
	// Description says how it is used.
	Description string
	// Cookie is the name of the cookie that the request has; "" if it has a token in the header
	// Authorization.
	Cookie string
	// Scopes are what the token must allow, or what the user must be permitted.
	Scopes []string
}

// Session is the session of a user who has logged in, in a cookie of that name. needs are the permissions of
// which the user has all.
func Session(cookie string, needs ...string) Scheme {
	return Scheme{Name: "session", Description: "The session of a user who has logged in.", Cookie: cookie, Scopes: needs}
}

// Bearer is a token in the header Authorization, "Bearer ...", which allows the scopes.
func Bearer(scopes ...string) Scheme {
	return Scheme{Name: "token", Description: "A token, in the header Authorization.", Scopes: scopes}
}

// SecurityScheme is a [Scheme] in a document.
type SecurityScheme struct {
	Type        string `json:"type"` // "http" or "apiKey"
	Description string `json:"description,omitempty"`
	Scheme      string `json:"scheme,omitempty"` // of type "http"
	In          string `json:"in,omitempty"`     // of type "apiKey"
	Name        string `json:"name,omitempty"`   // of type "apiKey"
}

// Requirement is what a request must have, all of it: names of schemes, each with what it must allow.
type Requirement map[string][]string

// security returns what a request must have for a route, in one of several ways; nil is nothing.
func (b *describer) security(route web.RouteInfo) []Requirement {
	var out []Requirement
	for _, guard := range route.Guards {
		schemes, ok := guard.([]Scheme)
		if !ok || len(schemes) == 0 {
			continue
		}
		if out == nil {
			out = []Requirement{{}}
		}
		var all []Requirement
		for _, have := range out {
			for _, s := range schemes {
				both := maps.Clone(have)
				scopes := slices.Concat(both[b.scheme(s)], s.Scopes)
				slices.Sort(scopes)
				both[b.scheme(s)] = append([]string{}, slices.Compact(scopes)...) // never null
				all = append(all, both)
			}
		}
		out = all
	}
	return out
}

// scheme returns the name of a scheme in the document, which it enters there.
func (b *describer) scheme(s Scheme) string {
	is := SecurityScheme{Type: "http", Scheme: "bearer", Description: s.Description}
	if s.Cookie != "" {
		is = SecurityScheme{Type: "apiKey", In: "cookie", Name: s.Cookie, Description: s.Description}
	}
	if b.doc.Components.SecuritySchemes == nil {
		b.doc.Components.SecuritySchemes = map[string]SecurityScheme{}
	}
	return nameIn(b.doc.Components.SecuritySchemes, s.Name, is)
}
