package jekyll

import (
	"cmp"
	"io/fs"
	"time"

	"github.com/volaweb/vola/site/blog/markup"
)

// The limits that hold where [Options] does not set others.
const (
	DefaultMaxBytes  = markup.MaxBytes // length of a text
	DefaultMaxTopics = 200             // topics of a post
)

// Options say what a text cannot know of the site it is for. The zero value is
// useful. Options may be used for many texts at the same time, if the functions
// in it may.
type Options struct {
	// Zone is that of dates which name none. Defaults to that of Site, else to
	// UTC.
	Zone *time.Location
	// MaxBytes is the length up to which a text is read. Defaults to
	// DefaultMaxBytes.
	MaxBytes int
	// MaxTopics is the number of topics that a post may have. Defaults to
	// DefaultMaxTopics.
	MaxTopics int

	// IDPrefix is put before every id in the text and before the links to
	// them, so that several texts fit on one page. Defaults to none; ids of
	// footnotes begin with the slug of the post in any case.
	IDPrefix string
	// Untrusted says that the text comes from somebody else, such as a comment: links
	// get rel="nofollow ugc", classes other than those of code are removed,
	// frames leave nothing.
	Untrusted bool

	// BaseURL takes the place of {{ site.baseurl }}, SiteURL that of
	// {{ site.url }}. Both default to the empty string, which makes addresses
	// begin at the root of the site.
	BaseURL, SiteURL string
	// Site is what is known of the site that the texts come from. Defaults to
	// nil: nothing is.
	Site *Site
	// PostURL returns the address of the post with the name given to
	// {% post_url %}, such as "2013-10-17-queues", or "" when there is none.
	// Defaults to /blog/2013/10/queues/ after BaseURL.
	PostURL func(name string) string
	// Includes has the files for {% include %}. It should implement fs.StatFS, so
	// that nothing but regular files is opened. Defaults to none.
	Includes fs.FS
	// Rewrite returns the new address of a local file that the text refers
	// to; see [markup.Images] for which these are. It is given each as markup.Images
	// returns it.
	// Defaults to leaving them alone.
	Rewrite func(ref string) string
}

func (o Options) maxBytes() int  { return cmp.Or(o.MaxBytes, DefaultMaxBytes) }
func (o Options) maxTopics() int { return cmp.Or(o.MaxTopics, DefaultMaxTopics) }

func (o Options) zone() *time.Location {
	switch {
	case o.Zone != nil:
		return o.Zone
	case o.Site != nil && o.Site.Zone != nil:
		return o.Site.Zone
	}
	return time.UTC
}

func (o Options) postURL(name string) string {
	if o.PostURL != nil {
		return o.PostURL(name)
	}
	date, slug, ok := splitName(name)
	if !ok || len(date) != len(time.DateOnly) {
		return ""
	}
	return o.BaseURL + "/blog/" + date[:4] + "/" + date[5:7] + "/" + markup.Slug(slug) + "/"
}
