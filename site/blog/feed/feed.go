// Package feed writes what programs read of a blog: RSS 2.0, Atom and
// sitemaps.
//
//	err := feed.Feed{Title: "Notes", Link: "https://example.org/blog/", Entries: entries}.WriteRSS(w)
//
// All addresses must be absolute. Text may hold anything: what XML cannot
// express is replaced.
package feed

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Feed is a list of entries, the newest first.
type Feed struct {
	Title string
	// Description is a sentence about the whole. RSS requires one; defaults
	// to the title.
	Description string
	Link        string // the page that shows the same
	Self        string // the address of the feed itself
	// Updated is when anything in it changed last. Defaults to the newest
	// change of the entries, and in a feed without any to the first moment of
	// 1970.
	Updated time.Time
	// Language is the tag (BCP 47) of the language of the feed, "" to say none.
	Language string
	Entries  []Entry
}

// Entry is one post in a feed.
type Entry struct {
	Title     string
	Link      string
	Author    string
	Published time.Time
	Updated   time.Time // defaults to Published
	Topics    []string
	// Summary and Content are HTML. Content may be missing.
	Summary, Content string
}

func (e Entry) updated() time.Time {
	if e.Updated.Before(e.Published) {
		return e.Published
	}
	return e.Updated
}

func (f Feed) updated() time.Time {
	at := f.Updated
	for _, e := range f.Entries {
		if u := e.updated(); u.After(at) {
			at = u
		}
	}
	if at.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return at
}

// encode writes v as an XML document.
func encode(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write %T: %w", v, err)
	}
	if err := enc.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Absolute returns text, which is HTML, with addresses that begin with a slash
// made ones of the site at base ("https://example.org"), and those that begin
// with a # ones of the page: readers of feeds show it elsewhere.
func Absolute(text, base, page string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		raw := string(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			out.WriteString(raw)
			continue
		}
		token, changed := z.Token(), false
		for i, a := range token.Attr {
			if a.Key != "href" && a.Key != "src" {
				continue
			}
			switch {
			case strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//"):
				token.Attr[i].Val, changed = base+a.Val, true
			case strings.HasPrefix(a.Val, "#"):
				token.Attr[i].Val, changed = page+a.Val, true
			}
		}
		if changed {
			raw = token.String()
		}
		out.WriteString(raw)
	}
}
