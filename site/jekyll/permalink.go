package jekyll

import (
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/volaweb/vola/site/blog/markup"
)

// splitName parts "2013-10-17-queues" into date and slug.
func splitName(name string) (date, slug string, ok bool) {
	name = path.Base(name)
	parts := strings.SplitN(name, "-", 4)
	if len(parts) != 4 || len(parts[0]) != 4 {
		return "", name, false
	}
	for _, part := range parts[:3] {
		if strings.Trim(part, "0123456789") != "" || part == "" || len(part) > 4 {
			return "", name, false
		}
	}
	return strings.Join(parts[:3], "-"), parts[3], true
}

// cleanPath returns the path of an address as a reader's browser asks for it,
// and "" if it says nothing: that of the root, or of no address at all.
func cleanPath(ref string) string {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.Path == "" {
		return ""
	}
	clean := path.Clean("/" + u.Path)
	if clean == "/" {
		return ""
	}
	if strings.HasSuffix(u.Path, "/") {
		clean += "/"
	}
	return clean
}

// permalinkSlug returns what of an old path names the post.
func permalinkSlug(old string) string {
	if dir, file := path.Split(strings.TrimSuffix(old, "/")); strings.HasPrefix(file, "index.") {
		old = dir
	}
	last := path.Base(old)
	return markup.Slug(strings.TrimSuffix(last, path.Ext(last)))
}

// place is what the placeholders of a permalink stand for.
type place struct {
	date        time.Time
	title, slug string // as the file has it, and as addresses here have it
	categories  []string
}

// expand fills in the placeholders that Jekyll allows in permalinks, or the
// pattern that it knows by that name. The result is an address: what has
// another meaning there is escaped.
func (p place) expand(permalink string) string {
	switch permalink {
	case "date":
		permalink = "/:categories/:year/:month/:day/:title.html"
	case "pretty":
		permalink = "/:categories/:year/:month/:day/:title/"
	case "ordinal":
		permalink = "/:categories/:year/:y_day/:title.html"
	case "none":
		permalink = "/:categories/:title.html"
	}
	if !strings.Contains(permalink, ":") || strings.Contains(permalink, "://") {
		return permalink
	}
	var categories []string
	for _, name := range p.categories {
		categories = append(categories, url.PathEscape(strings.ToLower(strings.TrimSpace(name))))
	}
	filled := strings.NewReplacer(
		":categories", strings.Join(categories, "/"), ":title", url.PathEscape(p.title), ":slug", p.slug,
		":year", p.date.Format("2006"), ":month", p.date.Format("01"), ":day", p.date.Format("02"),
		":i_month", p.date.Format("1"), ":i_day", p.date.Format("2"), ":short_year", p.date.Format("06"),
		":y_day", p.date.Format("002"), ":hour", p.date.Format("15"), ":minute", p.date.Format("04"), ":second", p.date.Format("05"),
	).Replace(permalink)
	// Without categories there may be two slashes, behind which a host stands.
	return "/" + strings.TrimLeft(filled, "/")
}

// foldersAround returns the folders that the folder _posts of a path is in.
func foldersAround(name string) []string {
	at := strings.Index("/"+name, "/_posts/")
	if at <= 0 {
		return nil
	}
	return strings.Split(name[:at-1], "/")
}

// within reports whether one of the folders of a path has that name.
func within(name, folder string) bool { return strings.Contains("/"+name, "/"+folder+"/") }
