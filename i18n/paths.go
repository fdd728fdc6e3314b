package i18n

import (
	"context"
	"net/url"
	"strings"
)

// SplitPath returns the language of a path on a site whose languages have paths of
// their own, and what the path is without it: German and "/blog/" for "/de/blog/". A
// path of no other language is one of the first.
func (t *Texts) SplitPath(path string) (*Language, string) {
	rest, ok := strings.CutPrefix(path, "/")
	tag, _, below := strings.Cut(rest, "/")
	if !ok || !below {
		return t.languages[0], path
	}
	for _, l := range t.languages[1:] {
		if l.pathTag() == tag {
			return l, path[1+len(tag):]
		}
	}
	return t.languages[0], path
}

// PathTags returns what the paths of the languages but the first begin with: their tags
// in lower case.
func (t *Texts) PathTags() []string {
	var tags []string
	for _, l := range t.languages[1:] {
		tags = append(tags, l.pathTag())
	}
	return tags
}

// PathTag returns what the paths of a language begin with, such as "de"; "" for the first.
// In development the language may be of Texts that were read later: its tag counts.
func (t *Texts) PathTag(l *Language) string {
	if l.Tag() == t.languages[0].Tag() {
		return ""
	}
	return l.pathTag()
}

func (l *Language) pathTag() string { return strings.ToLower(l.tag) }

// Alternate is a page in one of the languages of a site.
type Alternate struct {
	*Language
	Path    string // such as "/de/blog/", escaped as links are; always one of this host
	Current bool   // it is the page that is shown
}

// place is the language of a request, and where it is in the other ones.
type place struct {
	texts    *Texts
	language *Language
	rest     string // the path without the language
	all      bool   // the page is there in all languages
}

// WithPath returns a context with the language of the path of a request, which is decoded
// as in [url.URL]. all says that the other languages have the page as well, for
// [Alternates].
func (t *Texts) WithPath(ctx context.Context, path string, all bool) context.Context {
	l, rest := t.SplitPath(path)
	return context.WithValue(ctx, languageKey{}, &place{t, l, rest, all})
}

// Alternates returns the page that a context is of in all languages of the site, in
// their order: for links with hreflang, and menus. It is empty on a site whose languages
// have no paths of their own, and for a page that has one path or does not exist.
func Alternates(ctx context.Context) []Alternate {
	p, ok := ctx.Value(languageKey{}).(*place)
	if !ok || !p.all {
		return nil
	}
	out := make([]Alternate, len(p.texts.languages))
	// What begins with two slashes would be another host where the language is left out.
	rest := (&url.URL{Path: "/" + strings.TrimLeft(p.rest, "/")}).EscapedPath()
	for i, l := range p.texts.languages {
		out[i] = Alternate{Language: l, Path: rest, Current: l == p.language}
		if i > 0 {
			out[i].Path = "/" + l.pathTag() + rest
		}
	}
	return out
}

// Menu returns the languages of the site for a menu. On a site whose languages have paths of
// their own each has the path of the page that a context is of, or of the front page where
// the page is not in all languages. Elsewhere Path is "": what answers the menu sets a cookie.
func (t *Texts) Menu(ctx context.Context) []Alternate {
	if all := Alternates(ctx); len(all) > 0 {
		return all
	}
	current := From(ctx)
	_, byPath := ctx.Value(languageKey{}).(*place)
	out := make([]Alternate, len(t.languages))
	for i, l := range t.languages {
		out[i] = Alternate{Language: l, Current: l.Tag() == current.Tag()}
		switch {
		case byPath && i > 0:
			out[i].Path = "/" + l.pathTag() + "/"
		case byPath:
			out[i].Path = "/"
		}
	}
	return out
}

// Path returns a path of the site in the language of a context: "/de/blog/" for "/blog/"
// in German; as it is in the first language, and on a site whose languages have no paths
// of their own.
func Path(ctx context.Context, path string) string {
	if tag := PathTag(ctx); tag != "" && strings.HasPrefix(path, "/") {
		return "/" + tag + path
	}
	return path
}

// PathTag returns what names of routes and paths begin with in the language of a
// context, such as "de"; "" in the first language, and on a site whose languages have
// no paths of their own.
func PathTag(ctx context.Context) string {
	p, ok := ctx.Value(languageKey{}).(*place)
	if !ok {
		return ""
	}
	return p.texts.PathTag(p.language)
}
