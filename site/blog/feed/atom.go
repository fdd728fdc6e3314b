package feed

import (
	"cmp"
	"encoding/xml"
	"io"
	"time"
)

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr,omitempty"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"` // of entries that have none
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Author     *atomAuthor    `xml:"author"`
	Link       atomLink       `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    *atomText      `xml:"summary"`
	Content    *atomText      `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// WriteAtom writes the feed in the format of RFC 4287.
func (f Feed) WriteAtom(w io.Writer) error {
	out := atomFeed{
		Lang: f.Language, ID: cmp.Or(f.Self, f.Link), Title: f.Title, Updated: f.updated().Format(time.RFC3339),
		Author: atomAuthor{f.Title},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: f.Self},
			{Rel: "alternate", Type: "text/html", Href: f.Link},
		},
	}
	for _, e := range f.Entries {
		entry := atomEntry{
			ID: e.Link, Title: e.Title,
			Published: e.Published.Format(time.RFC3339), Updated: e.updated().Format(time.RFC3339),
			Link:    atomLink{Rel: "alternate", Type: "text/html", Href: e.Link},
			Summary: htmlText(e.Summary), Content: htmlText(e.Content),
		}
		if e.Author != "" {
			entry.Author = &atomAuthor{e.Author}
		}
		for _, topic := range e.Topics {
			entry.Categories = append(entry.Categories, atomCategory{topic})
		}
		out.Entries = append(out.Entries, entry)
	}
	return encode(w, out)
}

func htmlText(s string) *atomText {
	if s == "" {
		return nil
	}
	return &atomText{"html", s}
}
