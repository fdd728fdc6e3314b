package jekyll

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/site/blog/markup"
)

// Bounds on what is read of _config.yml: the number of values, how deep they may
// be in each other, and the number of defaults.
const (
	maxSiteValues = 1000
	maxSiteDepth  = 4
	maxDefaults   = 100
)

// defaultPermalink is where Jekyll shows posts when nothing else is said.
const defaultPermalink = "date"

// Site is what the files other than the posts say of all of them. [ReadSite] makes
// one.
type Site struct {
	// Root is the folder where the site begins, below the one that was read: ""
	// for that one, "source" with Octopress, "docs" where the site is in there.
	Root string
	// Permalink is the pattern of the addresses that posts had, such as
	// /:year/:month/:title.html, or the name of one, such as pretty.
	Permalink string
	// BaseURL begins the path of every address that the site had: "/blog", or
	// "" for a site that had a host to itself.
	BaseURL string
	// Zone is that of dates which name none; nil when the site does not say.
	Zone *time.Location
	// Author wrote the posts that name no author; "" when the site names none.
	Author string
	// Authors has the names of authors by what posts call them.
	Authors map[string]string
	// Separator is the mark in a text after which lists do not show it; "" for
	// <!--more--> only.
	Separator string
	// Emoji says that :name: stands for a picture character.
	Emoji bool
	// Defaults are in the order in which they are taken: the last that has a
	// value counts.
	Defaults []Defaults
	// Warnings are sentences about what was understood only in part, each with
	// file and line.
	Warnings []string
	// Values has the texts, numbers and yes or no of _config.yml: that of
	// "repository" is what {{ site.repository }} stands for, and that of
	// "social.name" what {{ site.social.name }} does.
	Values map[string]string

	fingerprint string
}

// Defaults are values of front matter that posts have which do not say
// otherwise.
type Defaults struct {
	Path, Type string // of the posts: a folder or a file, and "posts" or the like; "" for any
	values     map[string]*yaml.Node
}

// ReadSite reads _config.yml and _data/authors.yml, as Jekyll has them. Where the
// first is not in the folder itself, but in one of the folders in it, the site
// begins there. Without it, ReadSite returns nil: then nothing is known of the
// site. The error is about files that are there and cannot be used, each with
// name and line; what could be read is returned all the same.
func ReadSite(files fs.FS) (*Site, error) {
	const name = "_config.yml"
	root := ""
	config, err := readYAML(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		if root = onlyFolderWith(files, name); root == "" {
			return nil, nil
		}
		config, err = readYAML(files, root+"/"+name)
	}
	if err != nil {
		return nil, err
	}
	s := &Site{Root: root, Permalink: defaultPermalink, Authors: map[string]string{}, Values: map[string]string{}}
	if source, _ := config.scalar("source"); source != "" && fs.ValidPath(path.Clean(source)) && path.Clean(source) != "." {
		s.Root = path.Join(root, source)
	}
	s.addresses(config)
	base, _ := config.scalar("baseurl")
	s.BaseURL = strings.TrimSuffix(cleanPath(base), "/")
	s.Author = config.author()
	s.Emoji = slices.Contains(slices.Concat(config.list("plugins"), config.list("gems"), config.list("whitelist")), "jemoji")
	s.Separator, _ = config.scalar("excerpt_separator")
	visits := maxSiteValues
	s.gather("", config.values, maxSiteDepth, &visits)
	s.zone(config)
	s.fingerprint = config.file.text
	// These are not what they were: the posts have moved.
	delete(s.Values, "url")
	delete(s.Values, "baseurl")
	authors, err := readYAML(files, path.Join(s.Root, "_data/authors.yml"))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	for key, node := range authors.values {
		if name := nameOf(node); name != "" {
			s.Authors[key] = markup.Clip(name, maxAuthor)
		}
	}
	if authors.file != nil {
		s.fingerprint += "\x00" + authors.file.text
	}
	return s, err
}

// onlyFolderWith returns the one folder that has a file of that name; "" if
// none has, or several.
func onlyFolderWith(files fs.FS, name string) string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return ""
	}
	found := ""
	for _, entry := range entries {
		if !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_") {
			continue
		}
		if _, err := fs.Stat(files, entry.Name()+"/"+name); err == nil {
			if found != "" {
				return ""
			}
			found = entry.Name()
		}
	}
	return found
}

// addresses reads what decides on the addresses of posts, and the values that
// stand in for missing ones.
func (s *Site) addresses(config frontMatter) {
	if permalink, _ := config.scalar("permalink"); permalink != "" {
		s.Permalink = permalink
	}
	if node := config.values["collections"]; node != nil {
		if posts := pairs(node)["posts"]; posts != nil {
			if permalink := pairs(posts)["permalink"]; permalink != nil && permalink.Kind == yaml.ScalarNode && permalink.Value != "" {
				s.Permalink = permalink.Value
			}
		}
	}
	list := config.values["defaults"]
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, node := range list.Content[:min(len(list.Content), maxDefaults)] {
		entry := pairs(resolve(node))
		d := Defaults{}
		if scope := entry["scope"]; scope != nil {
			of := frontMatter{file: config.file, values: pairs(scope)}
			d.Path, _ = of.scalar("path")
			d.Type, _ = of.scalar("type")
		}
		if d.Path = strings.Trim(path.Clean("/"+d.Path), "/"); entry["values"] != nil {
			d.values = pairs(entry["values"])
			s.Defaults = append(s.Defaults, d)
		}
	}
	// Of two that set the same, that of the longer path counts, else the later.
	slices.SortStableFunc(s.Defaults, func(a, b Defaults) int { return len(a.Path) - len(b.Path) })
}

// zone reads the time zone.
func (s *Site) zone(config frontMatter) {
	name, line := config.scalar("timezone")
	if name == "" || strings.EqualFold(name, "nil") || strings.EqualFold(name, "null") || strings.EqualFold(name, "none") {
		return
	}
	var err error
	if _, s.Zone, err = parseZone(name, time.UTC); err != nil {
		s.Zone = nil
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s:%d: %v; dates that name no zone are in UTC", config.file.name, line, err))
	}
}

// Fingerprint returns what was read of the site: as long as it is the same, the
// same texts become the same pages.
func (s *Site) Fingerprint() string {
	if s == nil {
		return ""
	}
	return s.Root + "\x00" + s.fingerprint
}

// defaults fills in the values that the front matter of a file does not have.
func (s *Site) defaults(fm frontMatter) {
	if s == nil {
		return
	}
	kind := "pages"
	switch name := "/" + s.below(fm.file.name); {
	case strings.Contains(name, "/_drafts/"):
		kind = "drafts"
	case strings.Contains(name, "/_posts/"), !strings.Contains(name, "/_pages/"):
		kind = "posts"
	}
	own := maps.Clone(fm.values)
	for _, d := range s.Defaults {
		if d.Type != "" && d.Type != kind || !d.covers(s.below(fm.file.name)) {
			continue
		}
		for key, node := range d.values {
			if _, ok := own[key]; !ok {
				fm.values[key] = node
			}
		}
	}
}

// covers reports whether a file is in the folder, or is the file, of the path,
// in which * stands for any name.
func (d Defaults) covers(name string) bool {
	if d.Path == "" {
		return true
	}
	parts, pattern := strings.Split(name, "/"), strings.Split(d.Path, "/")
	if len(parts) < len(pattern) {
		return false
	}
	for i, p := range pattern {
		if ok, err := path.Match(p, parts[i]); !ok || err != nil {
			return false
		}
	}
	return true
}

// value returns what _config.yml says of a key, "" for nothing.
func (s *Site) value(key string) string {
	if s == nil {
		return ""
	}
	return s.Values[key]
}

// gather takes the values of a map over, with the names of those around it. As
// maps may stand in for each other, what it visits is bounded, not what it finds.
func (s *Site) gather(prefix string, values map[string]*yaml.Node, depth int, visits *int) {
	for key, node := range values {
		if *visits--; *visits < 0 || depth == 0 {
			return
		}
		switch {
		case node.Kind == yaml.MappingNode && depth > 1:
			s.gather(prefix+key+".", pairs(node), depth-1, visits)
		case node.Kind == yaml.ScalarNode && node.Tag != "!!null" && len(node.Value) <= maxTag:
			s.Values[prefix+key] = strings.TrimSpace(node.Value)
		}
	}
}

// author returns the user name and the name of whom posts call so, and of the
// default for none. Who is listed may be called by either.
func (s *Site) author(called string) (username, name string) {
	if s == nil {
		return markup.Slug(called), called
	}
	if called == "" {
		called = s.Author
	}
	if name := s.Authors[strings.ToLower(called)]; name != "" {
		return markup.Slug(called), name
	}
	for key, name := range s.Authors {
		if strings.EqualFold(name, called) && (username == "" || key < username) {
			username = key
		}
	}
	return cmp.Or(markup.Slug(username), markup.Slug(called)), called
}

// nameOf returns the name in what a list of authors says of one.
func nameOf(node *yaml.Node) string {
	if node.Kind == yaml.ScalarNode {
		return textOfScalar(node)
	}
	of := pairs(node)
	for _, key := range [...]string{"name", "full_name", "fullname", "display_name", "login"} {
		if n := of[key]; n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" && textOfScalar(n) != "" {
			return textOfScalar(n)
		}
	}
	return ""
}

// readYAML reads a file of keys and values.
func readYAML(files fs.FS, name string) (frontMatter, error) {
	data, err := readRegular(files, name, maxFrontMatter)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return frontMatter{}, err
	case errors.Is(err, errNotRegular):
		return frontMatter{}, fault.Newf(fault.Invalid, "%s:1: %v", name, errNotRegular)
	case err != nil:
		return frontMatter{}, fault.Newf(fault.Invalid, "%s:1: it cannot be read", name)
	}
	s, err := readSource(name, data, maxFrontMatter)
	if s == nil || err != nil && s.text == "" {
		return frontMatter{}, err
	}
	// The whole file is YAML, whether it begins with three hyphens or not.
	s.front, s.body = part{text: s.text, line: 1}, part{}
	return s.frontMatter()
}
