package markup

import (
	"net/url"
	"path"
	"strings"
	"time"
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
	return Slug(strings.TrimSuffix(last, path.Ext(last)))
}

// expand fills in the placeholders that Jekyll allows in permalinks.
func expand(permalink string, date time.Time, slug string, topics []Topic) string {
	if !strings.Contains(permalink, ":") || strings.Contains(permalink, "://") {
		return permalink
	}
	category := ""
	if len(topics) > 0 {
		category = topics[0].Slug
	}
	return strings.NewReplacer(
		":categories", category, ":title", slug, ":slug", slug,
		":year", date.Format("2006"), ":month", date.Format("01"), ":day", date.Format("02"),
		":i_month", date.Format("1"), ":i_day", date.Format("2"), ":short_year", date.Format("06"),
	).Replace(permalink)
}
