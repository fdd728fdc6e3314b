// Package ajax changes parts of pages in place: the server's side, and the module of JavaScript
// for browsers. A link or a form names the parts, which are blocks of the page (see
// [templates.PartChooser]):
//
//	<a href="?page=2" data-swap="list pager">Older</a>
//
// The handler stays as it is. [module.Host.Render] sends the whole page, or only the parts that
// the request asks for, and without JavaScript the link is a link. The layout loads the module:
//
//	<script type="module" src="{{static "vola/ajax.js"}}"></script>
//
// What only some parts show need not be computed for others: a method of the page's data is
// called where the template shows it, and nowhere else.
//
// What the browser's side does is described in docs/ajax.md of this repository.
//
// A request asks by the header Vola-Target, with the names of parts and spaces between them; a
// name with a question mark at its end is one that the page may lack. Requests of htmx, by
// HX-Target, and of Turbo, by Turbo-Frame, get the same part.
//
// [templates.PartChooser]: https://pkg.go.dev/github.com/volaweb/vola/templates#PartChooser
// [module.Host.Render]: https://pkg.go.dev/github.com/volaweb/vola/module#Host.Render
package ajax

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

//go:embed static
var files embed.FS

// Static has the file vola/ajax.js, for the layers of [github.com/volaweb/vola/web/assets]. A
// site has it already.
func Static() fs.FS {
	sub, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // the name is valid
	}
	return sub
}

// The headers of requests that ask for parts, and of answers to them.
const (
	target    = "Vola-Target" // of a request
	htmx      = "Hx-Target"
	turbo     = "Turbo-Frame"
	partsSent = "Vola-Parts"    // which parts are in the answer
	visit     = "Vola-Visit"    // the browser is to open the page, which lacks a part
	location  = "Vola-Location" // where a redirect leads
)

// vary is what an answer depends on that may have parts only.
const vary = target + ", HX-Target, " + turbo

// Bounds of what a request may ask for.
const (
	maxTarget = 1000 // bytes
	maxParts  = 20
)

// asked returns the parts that a request asks for, nil for a whole page. Those in optional are
// wanted if the page has them. The error, for more than 20 names or 1,000 bytes, is of kind
// fault.Invalid.
func asked(r *http.Request) (parts, optional []string, err error) {
	if values := r.Header[target]; len(values) > 0 {
		text := strings.Join(values, " ")
		if len(text) > maxTarget {
			return nil, nil, errTarget()
		}
		for name := range strings.FieldsSeq(text) {
			list := &parts
			if rest, ok := strings.CutSuffix(name, "?"); ok {
				name, list = rest, &optional
			}
			if name = decoded(name); !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		}
		if len(parts)+len(optional) > maxParts {
			return nil, nil, errTarget()
		}
		return parts, optional, nil
	}
	if id := askedByHTMX(r.Header); id != "" {
		return []string{id}, nil, nil
	}
	if id := r.Header.Get(turbo); id != "" && len(r.Header[htmx]) == 0 {
		return []string{decoded(id)}, nil, nil
	}
	return nil, nil, nil
}

// askedByHTMX returns the id that a request of htmx asks for, "" for a whole page: one of its
// history, or one that it takes something from. Version 4, which sends Hx-Source, names
// elements, as in ul#list, and leaves their ids in percent encoding.
func askedByHTMX(h http.Header) string {
	id := h.Get(htmx)
	if h.Get("Hx-History-Restore-Request") == "true" || h.Get("Hx-Request-Type") == "full" {
		return ""
	}
	if h.Get("Hx-Source") != "" {
		_, id, _ = strings.Cut(id, "#")
	}
	return decoded(id)
}

// decoded is a name as it was before it became a header: in percent encoding, or with one byte
// for each letter of Latin-1, which is what browsers send.
func decoded(name string) string {
	if !utf8.ValidString(name) {
		letters := make([]rune, len(name))
		for i := range len(name) {
			letters[i] = rune(name[i])
		}
		return string(letters)
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func errTarget() error {
	return fault.New(fault.Invalid, "The request asks for too many parts of the page.")
}

// Answer decides how a page is sent that has some parts. It returns those to render, nil for the
// whole page, and sets the header for it. If done is true it has answered: the page
// lacks a part, and the browser is to open it as a page.
//
// It is for those who render pages themselves; [module.Host.Render] calls it.
//
// [module.Host.Render]: https://pkg.go.dev/github.com/volaweb/vola/module#Host.Render
func Answer(w http.ResponseWriter, r *http.Request, have []string) (only []string, done bool, err error) {
	h := w.Header()
	ours := len(r.Header[target]) > 0
	if len(have) > 0 || ours {
		h.Add("Vary", vary)
	}
	if len(have) == 0 && !ours {
		return nil, false, nil
	}
	parts, optional, err := asked(r)
	if err != nil || len(parts) == 0 {
		return nil, false, err
	}
	for _, p := range parts {
		if slices.Contains(have, p) {
			continue
		}
		if ours && r.Method == http.MethodGet {
			h.Set(visit, "page")
			h.Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNoContent)
			return nil, true, nil
		}
		return nil, false, nil
	}
	for _, p := range optional {
		if slices.Contains(have, p) && !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	h.Set(partsSent, strings.Join(parts, " "))
	// A browser keeps one answer for each address, and that should be the page.
	if len(h["Cache-Control"]) == 0 {
		h.Set("Cache-Control", "private, no-store")
	}
	return parts, false, nil
}

// Middleware tells the browser's module where a redirect leads, which follows it by itself: so it
// learns the fragment of the address, and can leave the site. It does nothing for other
// requests. A site has it already.
func Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header[target]) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		rw := web.Observe(w)
		rw.MapStatus(func(status int) int {
			h := rw.Header()
			to := h.Get("Location")
			if to == "" || status != http.StatusMovedPermanently && status != http.StatusFound && status != http.StatusSeeOther {
				return status
			}
			h.Del("Location")
			h.Set(location, to)
			h.Set("Cache-Control", "no-store")
			h.Add("Vary", vary)
			return http.StatusOK
		})
		next.ServeHTTP(rw, r)
	})
}
