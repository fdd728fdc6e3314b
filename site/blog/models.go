package blog

import (
	"cmp"
	"fmt"
	"html/template"
	"time"

	"github.com/volaweb/vola/orm"
)

// Author writes posts.
type Author struct {
	ID       int64
	Username string `db:"size=60,unique"`
	FullName string `db:"size=100"`
}

// Name returns the author's full name, or the user name where there is none.
func (a Author) Name() string { return cmp.Or(a.FullName, a.Username) }

// Topic is what posts are about.
type Topic struct {
	ID   int64
	Name string `db:"size=60"` // as people write it
	Slug string `db:"size=60,unique"`
}

// Post is an article.
type Post struct {
	ID    int64
	Title string `db:"size=200"`
	Slug  string `db:"size=200,unique"`
	// Source is the text as it was written, in Markdown.
	Source string
	// HTML and Excerpt are made from Source when it is saved, and hold nothing
	// that a browser would run.
	HTML    string
	Excerpt string
	// Text is what the post says, without markup, for search and for the
	// description of the page.
	Text   string
	Author orm.Ref[Author] `db:"on_delete=protect"`
	Topics orm.Many[Topic]
	// Published is the moment from which the post is shown; nil for a draft.
	Published *time.Time `db:"index"`
	// Zone is the time zone that the post was dated in, such as
	// "Asia/Kolkata", "+05:30" or "UTC": its address and date are in it.
	Zone string `db:"size=60"`
	// Month is the year and month of Published in Zone, "2026-11".
	Month   string    `db:"size=7,index"`
	Created time.Time `db:"auto_now_add"`
	Changed time.Time `db:"auto_now"`
}

// Date returns when the post was published, in its own zone; the zero time for
// a draft.
func (p Post) Date() time.Time {
	if p.Published == nil {
		return time.Time{}
	}
	return p.Published.In(zone(p.Zone))
}

// Year returns the year of the post's address.
func (p Post) Year() int { return p.Date().Year() }

// MonthNumber returns the month of the post's address, with two digits.
func (p Post) MonthNumber() string { return p.Date().Format("01") }

// Body returns the text for the page. It was cleaned when it was saved.
func (p Post) Body() template.HTML { return template.HTML(p.HTML) }

// Summary returns the excerpt for lists. It was cleaned when it was saved.
func (p Post) Summary() template.HTML { return template.HTML(p.Excerpt) }

// publish sets the moment from which the post is shown, and the zone that its
// address is in.
func (p *Post) publish(at time.Time, zoneName string) {
	at = at.Truncate(time.Microsecond)
	p.Published, p.Zone = &at, zoneName
	p.Month = p.Date().Format("2006-01")
}

// zone returns the location of that name; UTC for one that is not known.
func zone(name string) *time.Location {
	if at, err := time.Parse("-07:00", name); err == nil {
		_, offset := at.Zone()
		return time.FixedZone(name, offset)
	}
	if loc, err := time.LoadLocation(name); err == nil {
		return loc
	}
	return time.UTC
}

// Models returns the declarations of the module's models.
func (b *Blog) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Author](), orm.Model[Topic](), orm.Model[Post]()}
}

// String returns the title, for lists and logs.
func (p Post) String() string { return fmt.Sprintf("%q", p.Title) }
