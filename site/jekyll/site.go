package jekyll

import (
	"cmp"
	"errors"
	"io/fs"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/site/blog/markup"
)

// Bounds on what is read of _config.yml: the number of values, and how deep
// they may be in each other.
const (
	maxSiteValues = 1000
	maxSiteDepth  = 4
)

// defaultPermalink is where Jekyll shows posts when nothing else is said.
const defaultPermalink = "date"

// Site is what the files beside the posts say of all of them. [ReadSite] makes
// one.
type Site struct {
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
	// Values has the texts, numbers and yes or no of _config.yml: that of
	// "repository" is what {{ site.repository }} stands for, and that of
	// "social.name" what {{ site.social.name }} does.
	Values map[string]string
}

// ReadSite reads _config.yml and _data/authors.yml, as Jekyll has them. Without
// the first it returns nil: then nothing is known of the site. The error is
// about files that are there and cannot be used, each with name and line; what
// could be read is returned all the same.
func ReadSite(files fs.FS) (*Site, error) {
	config, err := readYAML(files, "_config.yml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := &Site{Permalink: defaultPermalink, Authors: map[string]string{}, Values: map[string]string{}}
	if permalink, _ := config.scalar("permalink"); permalink != "" {
		s.Permalink = permalink
	}
	base, _ := config.scalar("baseurl")
	s.BaseURL = strings.TrimSuffix(cleanPath(base), "/")
	s.Author = config.author()
	visits := maxSiteValues
	s.gather("", config.values, maxSiteDepth, &visits)
	var zoneErr error
	if name, line := config.scalar("timezone"); name != "" {
		if _, s.Zone, err = parseZone(name, time.UTC); err != nil {
			s.Zone, zoneErr = nil, config.file.errorf(line, "%v", err)
		}
	}
	// These are not what they were: the posts have moved.
	delete(s.Values, "url")
	delete(s.Values, "baseurl")
	authors, err := readYAML(files, "_data/authors.yml")
	if errors.Is(err, fs.ErrNotExist) {
		return s, zoneErr
	}
	for key, node := range authors.values {
		if name := nameOf(node); name != "" {
			s.Authors[key] = markup.Clip(name, maxAuthor)
		}
	}
	return s, errors.Join(zoneErr, err)
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
