package feed

import (
	"cmp"
	"encoding/xml"
	"io"
	"time"
)

// The names of the attributes that declare name spaces, and of the elements in
// them, are written out: encoding/xml would repeat the declaration on each.
type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Content string     `xml:"xmlns:content,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Self        rssLink   `xml:"atom:link"`
	Language    string    `xml:"language,omitempty"`
	Built       string    `xml:"lastBuildDate"`
	Items       []rssItem `xml:"item"`
}

type rssLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID  `xml:"guid"`
	Published   string   `xml:"pubDate"`
	Creator     string   `xml:"dc:creator,omitempty"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
	Content     string   `xml:"content:encoded,omitempty"`
}

type rssGUID struct {
	Permalink bool   `xml:"isPermaLink,attr"`
	Value     string `xml:",chardata"`
}

// WriteRSS writes the feed as RSS 2.0 (https://www.rssboard.org/rss-specification).
func (f Feed) WriteRSS(w io.Writer) error {
	out := rss{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		DC:      "http://purl.org/dc/elements/1.1/",
		Content: "http://purl.org/rss/1.0/modules/content/",
		Channel: rssChannel{
			Title: f.Title, Link: f.Link, Description: cmp.Or(f.Description, f.Title), Language: f.Language,
			Self:  rssLink{f.Self, "self", "application/rss+xml"},
			Built: f.updated().UTC().Format(time.RFC1123Z),
		},
	}
	for _, e := range f.Entries {
		out.Channel.Items = append(out.Channel.Items, rssItem{
			Title: e.Title, Link: e.Link, GUID: rssGUID{true, e.Link},
			Published: e.Published.Format(time.RFC1123Z),
			Creator:   e.Author, Categories: e.Topics,
			Description: e.Summary, Content: e.Content,
		})
	}
	return encode(w, out)
}
