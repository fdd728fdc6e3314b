package blog

import (
	"net/url"
	"strings"
	"time"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/jekyll"
)

// meta is what a page tells programs about itself: search engines, and sites
// that show a card for a link.
type meta struct {
	Title       string // without the site's name
	Description string
	Canonical   string // the page's one address; absolute where the site knows its own
	Type        string // "website" or "article", of Open Graph
	Image       string // absolute, or ""
	NoIndex     bool
	// Of articles:
	Published, Modified string
	Author              string
	Topics              []string
	Posting             *posting
}

// posting describes a post in the terms of https://schema.org/BlogPosting, as
// JSON-LD. To a browser it is data, which the Content-Security-Policy does not
// concern.
type posting struct {
	Context       string   `json:"@context"`
	Type          string   `json:"@type"`
	Headline      string   `json:"headline"`
	Description   string   `json:"description,omitempty"`
	URL           string   `json:"url"`
	Page          string   `json:"mainEntityOfPage"`
	DatePublished string   `json:"datePublished"`
	DateModified  string   `json:"dateModified"`
	Keywords      []string `json:"keywords,omitempty"`
	Image         string   `json:"image,omitempty"`
	Author        thing    `json:"author"`
	Publisher     thing    `json:"publisher"`
}

// thing is a person or an organisation.
type thing struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// descriptionWords is how much of a text describes it, where its writer did not
// say.
const descriptionWords = 30

func (l links) listMeta(title, lead, path string) meta {
	return meta{Title: title, Description: lead, Canonical: l.absolute(path), Type: "website"}
}

// postMeta describes a post or a page, of which author and topics are loaded.
func (l links) postMeta(p Post, body Body) (meta, error) {
	path, err := l.post(p)
	if err != nil {
		return meta{}, err
	}
	m := meta{
		Title: p.Title, Description: p.description(), Canonical: l.absolute(path), Type: "article",
		Image: l.firstImage(body.HTML),
	}
	if p.Page {
		m.Type = "website"
		return m, nil
	}
	author := p.Author.Row()
	byline, err := l.in(p, "blog:author", author.Username)
	if err != nil {
		return m, err
	}
	for _, t := range p.Topics.Rows() {
		m.Topics = append(m.Topics, t.Name)
	}
	m.Published, m.Modified = l.date(p).Format(time.RFC3339), p.Changed.UTC().Format(time.RFC3339)
	m.Author = l.absolute(byline)
	m.Posting = &posting{
		Context: "https://schema.org", Type: "BlogPosting", Headline: p.Title, Description: m.Description,
		URL: m.Canonical, Page: m.Canonical, DatePublished: m.Published, DateModified: m.Modified,
		Keywords: m.Topics, Image: m.Image,
		Author:    thing{Type: "Person", Name: author.Name(), URL: m.Author},
		Publisher: thing{Type: "Organization", Name: l.Site.Name},
	}
	return m, nil
}

// description returns the summary that the writer gave, whole, else the
// beginning of the text.
func (p Post) description() string {
	words := strings.Fields(markup.PlainText(p.Excerpt))
	if len(words) <= descriptionWords || strings.HasPrefix(p.Excerpt, jekyll.SummaryStart) {
		return strings.Join(words, " ")
	}
	return strings.Join(words[:descriptionWords], " ") + " ..."
}

// firstImage returns the address of the first picture of the blog's own media
// in a text.
func (l links) firstImage(text string) string {
	prefix, err := l.URL("blog:media", "x")
	if err != nil {
		return ""
	}
	prefix = strings.TrimSuffix(prefix, "x")
	for _, ref := range markup.Images(text) {
		if u, err := url.Parse(ref); err == nil && strings.HasPrefix(u.Path, prefix) && isImage(u.Path) {
			return l.absolute(u.EscapedPath())
		}
	}
	return ""
}
