package jekyll

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

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

// permalinkSlug returns what of an old path names the post. Only the endings of
// pages are no part of the name: that of "1.2.3" is not.
func permalinkSlug(old string) string {
	folder := strings.HasSuffix(old, "/")
	if dir, file := path.Split(strings.TrimSuffix(old, "/")); strings.HasPrefix(file, "index.") {
		old, folder = dir, true
	}
	last := path.Base(old)
	if ext := path.Ext(last); !folder && isPageEnding(ext) {
		last = strings.TrimSuffix(last, ext)
	}
	return markup.Slug(strings.Join(strings.FieldsFunc(last, func(r rune) bool { return r == '.' }), "-"))
}

// isPageEnding reports whether addresses of pages end so.
func isPageEnding(ext string) bool {
	switch strings.ToLower(ext) {
	case ".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp", ".cgi", ".md", ".markdown", ".shtml":
		return true
	}
	return false
}

// place is what the placeholders of a permalink stand for.
type place struct {
	date        time.Time
	title, slug string // as the file has it, and as addresses here have it
	path        string // of the file, without its ending
	categories  []string
}

// styles are the patterns to which Jekyll gives a name.
func style(name string) string {
	switch name {
	case "date":
		return "/:categories/:year/:month/:day/:title:output_ext"
	case "pretty":
		return "/:categories/:year/:month/:day/:title/"
	case "ordinal":
		return "/:categories/:year/:y_day/:title:output_ext"
	case "weekdate":
		return "/:categories/:year/W:week/:short_day/:title:output_ext"
	case "none":
		return "/:categories/:title:output_ext"
	}
	return name
}

// placeholder is one that may stand in a permalink.
var placeholder = regexp.MustCompile(`:([a-z_]+)`)

// expand fills in the placeholders that Jekyll allows in permalinks, or the
// pattern that it knows by that name
// (https://jekyllrb.com/docs/permalinks/). The result is an address: what has
// another meaning there is escaped. A placeholder that Jekyll does not know
// stays as it is.
func (p place) expand(permalink string) string {
	permalink = style(permalink)
	if !strings.Contains(permalink, ":") || strings.Contains(permalink, "://") {
		return permalink
	}
	values := p.values()
	filled := placeholder.ReplaceAllStringFunc(permalink, func(found string) string {
		// The longest name that begins it: what follows is text.
		for n := len(found); n > 1; n-- {
			if value, ok := values[found[1:n]]; ok {
				return value + found[n:]
			}
		}
		return found
	})
	// Without categories there may be two slashes, after which a host stands.
	for strings.Contains(filled, "//") {
		filled = strings.ReplaceAll(filled, "//", "/")
	}
	return "/" + strings.TrimLeft(filled, "/")
}

func (p place) values() map[string]string {
	var categories, slugified []string
	for _, name := range p.categories {
		if lower := url.PathEscape(strings.ToLower(strings.TrimSpace(name))); lower != "" && !slices.Contains(categories, lower) {
			categories = append(categories, lower)
		}
		if slug := url.PathEscape(jekyllSlug(name, false)); slug != "" && !slices.Contains(slugified, slug) {
			slugified = append(slugified, slug)
		}
	}
	weekYear, week := p.date.ISOWeek()
	weekDay := (int(p.date.Weekday())+6)%7 + 1
	values := map[string]string{
		"categories": strings.Join(categories, "/"), "slugified_categories": strings.Join(slugified, "/"),
		"title": url.PathEscape(jekyllSlug(p.title, true)), "slug": p.slug, "name": p.slug, "basename": url.PathEscape(p.title),
		"path": (&url.URL{Path: p.path}).EscapedPath(), "collection": "posts", "output_ext": ".html",
		"week": fmt.Sprintf("%02d", week), "w_year": fmt.Sprintf("%d", weekYear), "w_day": fmt.Sprintf("%d", weekDay),
	}
	for name, layout := range map[string]string{
		"year": "2006", "short_year": "06", "month": "01", "i_month": "1", "short_month": "Jan", "long_month": "January",
		"day": "02", "i_day": "2", "short_day": "Mon", "long_day": "Monday", "y_day": "002", "hour": "15", "minute": "04", "second": "05",
	} {
		values[name] = p.date.Format(layout)
	}
	return values
}

// jekyllSlug returns a name as Jekyll writes it in addresses: pretty leaves
// capitals and some marks as they are.
func jekyllSlug(name string, pretty bool) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && !(pretty && strings.ContainsRune("._~!$&'()+,;=@", r))
	})
	slug := strings.Join(words, "-")
	if pretty {
		return slug
	}
	return strings.ToLower(slug)
}

// foldersAround returns the folders of the site that the folder _posts of a path
// is in.
func (s *Site) foldersAround(name string) []string {
	name = s.below(name)
	at := strings.Index("/"+name, "/_posts/")
	if at <= 0 {
		return nil
	}
	return strings.Split(name[:at-1], "/")
}

// below returns a path as it is below the folder where the site begins.
func (s *Site) below(name string) string {
	if s == nil || s.Root == "" {
		return name
	}
	return strings.TrimPrefix(name, s.Root+"/")
}

// within reports whether one of the folders of a path has that name.
func within(name, folder string) bool { return strings.Contains("/"+name, "/"+folder+"/") }
