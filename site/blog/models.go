package blog

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/volaweb/vola/orm"
)

// Author writes posts.
type Author struct {
	ID       int64
	Username string `db:"size=150,unique"`
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

// Post is an article, or a page outside of the stream of articles. What is
// long in it is in its Body, so that lists do not read it.
type Post struct {
	ID    int64
	Title string `db:"size=200"`
	Slug  string `db:"size=200,unique"`
	// Page says that the post stands at /slug/ and in no list.
	Page bool
	// Excerpt is what lists show of the text. It is HTML and holds nothing
	// that a browser would run.
	Excerpt string
	// Whole says that the excerpt is all there is to read.
	Whole  bool
	Author orm.Ref[Author] `db:"on_delete=protect"`
	Topics orm.Many[Topic]
	// Published is the moment from which the post is shown; nil for a draft.
	Published *time.Time
	// Zone is the time zone that the post was dated in, such as
	// "Asia/Kolkata", "+05:30" or "UTC": its address and date are in it.
	Zone string `db:"size=60"`
	// Month is the year and month of Published in Zone, "2026-11".
	Month string `db:"size=7"`
	// Interview says that the text has questions and answers.
	Interview bool
	// PreviewKey is part of the address at which those who know it can read
	// the post before it is published: 128 random bits in hexadecimal.
	PreviewKey string `db:"size=32"`
	// Demo names the demonstration on the page of an article of our own; ""
	// for none. No import of what others wrote sets it.
	Demo string `db:"size=40"`
	// Lang is the language of the text, such as "he" or "pt-BR"; "" where the
	// file and its site do not say.
	Lang string `db:"size=35"`
	// Edition is the language whose lists have the post, as its paths have it, such
	// as "de"; "" for the site's first.
	Edition string `db:"size=35"`
	// TranslationOf is the slug of the post that this one is a translation of, "" for
	// none.
	TranslationOf string    `db:"size=200,index"`
	Created       time.Time `db:"auto_now_add"`
	Changed       time.Time `db:"auto_now,index"`

	Body orm.HasOne[Body]
}

// Body is the long part of a post.
type Body struct {
	orm.Partial
	ID   int64
	Post orm.Ref[Post] `db:"unique,on_delete=cascade"`
	// Heading and Words are what search looks at, folded by search.Fold: the
	// title, and all else: the text, the author's name, the topics. They
	// stand first so that a search need not read past them.
	Heading string
	Words   string
	// Text is what the post says, without markup, for the description of the
	// page and the extracts that search shows.
	Text string
	// HTML is what the page shows. It holds nothing that a browser would run.
	HTML string
	// Source is the file as it was written.
	Source string
}

// Origin says which file a post was imported from, so that a second import
// changes only what changed.
type Origin struct {
	ID   int64
	Path string `db:"size=500,unique"` // below the folder that was imported
	// Folder is the folder that was imported, as an absolute path;
	// "(the program)" for the content of the program, and "" for imports before
	// this was kept.
	Folder string
	Hash   string        `db:"size=64"` // of the file, and of how it was read
	Post   orm.Ref[Post] `db:"unique,on_delete=cascade"`
}

// OldPath is a path that led to a post once, and leads readers on to it now.
type OldPath struct {
	ID   int64
	Path string        `db:"size=500,unique"` // without a slash at its end
	Post orm.Ref[Post] `db:"on_delete=cascade"`
}

// Removal says when posts were last removed together with their files. There is
// at most one, so that feeds know that something went away.
type Removal struct {
	ID int64
	At time.Time `db:"auto_now"`
}

// Models returns the declarations of the module's models.
func (b *Blog) Models() []orm.Declaration {
	return []orm.Declaration{
		// snippet: tags
		orm.Model[Author](orm.Invalidates(allPosts)),
		orm.Model[Topic](orm.Invalidates(allPosts)),
		// end snippet
		orm.Model[Post](
			orm.Index("Page", "Published", "ID"),
			orm.Index("Edition", "Page", "Published", "ID"),
			orm.Index("Month", "Published"),
			orm.Index("Author", "Page", "Published", "ID"),
			orm.Index("Published", "ID"), // of search, which finds pages too
			orm.Invalidates(allPosts),
		),
		orm.Model[Body](orm.Invalidates(allPosts)),
		orm.Model[Origin](),
		orm.Model[OldPath](),
		orm.Model[Removal](orm.Invalidates(allPosts)),
	}
}

// Date returns when the post was published, in its own zone; the zero time for
// a draft.
func (p Post) Date() time.Time {
	if p.Published == nil {
		return time.Time{}
	}
	return p.Published.In(zoneOf(p.Zone, time.LoadLocation))
}

// YearNumber returns the year of the post's address, with four digits.
func (p Post) YearNumber() string { year, _, _ := strings.Cut(p.Month, "-"); return year }

// MonthNumber returns the month of the post's address, with two digits.
func (p Post) MonthNumber() string { _, month, _ := strings.Cut(p.Month, "-"); return month }

// Summary returns the excerpt for lists. It was cleaned when it was saved.
func (p Post) Summary() template.HTML { return template.HTML(p.Excerpt) }

// String returns the title, for lists and logs.
func (p Post) String() string { return fmt.Sprintf("%q", p.Title) }

// Content returns the text for the page. It was cleaned when it was saved.
func (b Body) Content() template.HTML { return template.HTML(b.HTML) }

// visibleAt reports whether visitors may see the post at that time.
func (p Post) visibleAt(now time.Time) bool { return p.Published != nil && !p.Published.After(now) }

// publish sets the moment from which the post is shown, and the zone that its
// address is in.
func (p *Post) publish(at time.Time, zoneName string) {
	at = at.Truncate(time.Microsecond)
	p.Published, p.Zone = &at, zoneName
	p.Month = p.Date().Format("2006-01")
}

// zoneOf returns the zone of a name, or of an offset such as "+05:30"; UTC for one
// that is not known. load finds those that have a name.
func zoneOf(name string, load func(string) (*time.Location, error)) *time.Location {
	if loc, err := parseZone(name, load); err == nil {
		return loc
	}
	return time.UTC
}

func parseZone(name string, load func(string) (*time.Location, error)) (*time.Location, error) {
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		at, err := time.Parse("-07:00", name)
		_, offset := at.Zone()
		return time.FixedZone(name, offset), err
	}
	return load(name)
}
