package jekyll

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"html"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/volaweb/vola/site/blog/markup"
)

// The lengths, in characters, to which what a front matter says is cut.
const (
	maxTitle   = 200
	maxAuthor  = 100
	maxTopic   = 60
	maxDemo    = 40
	maxSlug    = 200
	maxSummary = 1000
)

// How many old addresses of one post are kept, and how long each may be in bytes.
const (
	maxOldPaths = 50
	maxPath     = 500
)

// frontMatter is what stands between the fences, by key. Of a key that is
// there twice the last counts, as in Jekyll.
type frontMatter struct {
	file   *source
	values map[string]*yaml.Node
}

func (s *source) frontMatter() (frontMatter, error) {
	fm := frontMatter{file: s, values: map[string]*yaml.Node{}}
	if onlyComments(s.front.text) {
		return fm, nil
	}
	var root yaml.Node
	if err := yaml.Load([]byte(s.front.text), &root); err != nil {
		return fm, s.yamlError(err)
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return fm, s.errorf(s.front.line, "%s is not a list of keys and values such as title: Two queues", s.yamlPart())
	}
	fm.values = pairs(root.Content[0])
	return fm, nil
}

// pairs returns the values of a map by their keys, in lower case.
func pairs(node *yaml.Node) map[string]*yaml.Node {
	values := map[string]*yaml.Node{}
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if key := node.Content[i]; key.Kind == yaml.ScalarNode {
			values[strings.ToLower(key.Value)] = resolve(node.Content[i+1])
		}
	}
	return values
}

func onlyComments(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// yamlError says what is wrong with the front matter in the place where the
// writer has to look: where a bracket or quote opens, not where it is missed.
func (s *source) yamlError(err error) error {
	line, text := s.front.line, strings.TrimPrefix(err.Error(), "yaml: ")
	var load *yaml.LoadError
	if errors.As(err, &load) {
		text = load.Message
		mark := load.Mark
		for _, word := range [...]string{"simple key", "quoted", "flow"} {
			if strings.Contains(load.ContextMsg, word) {
				mark = load.ContextMark
			}
		}
		line += max(mark.Line, 1) - 1
	}
	text, _, _ = strings.Cut(text, "\n")
	if strings.HasPrefix(text, "mapping values") || strings.Contains(text, "cannot start any token") {
		text += "; put the value in quotes"
	}
	return s.errorf(line, "%s is not YAML: %s", s.yamlPart(), text)
}

// yamlPart names what of the file is YAML: all of it where no text follows.
func (s *source) yamlPart() string {
	if s.body.line == 0 {
		return "the file"
	}
	return "the front matter"
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

// scalar returns the value of the first of the keys that has one, with its
// line. A list, a map and null are no values.
func (fm frontMatter) scalar(keys ...string) (string, int) {
	for _, key := range keys {
		node := fm.values[key]
		if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
			continue
		}
		if value := textOfScalar(node); value != "" {
			return value, fm.line(node)
		}
	}
	return "", fm.file.front.line
}

// textOfScalar returns a value without space around it. Exporters wrote text of
// which they did not know the encoding as !binary, in base 64.
func textOfScalar(node *yaml.Node) string {
	if strings.HasSuffix(node.Tag, "binary") {
		text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(node.Value), ""))
		if err == nil && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
			return strings.TrimSpace(string(text))
		}
	}
	return strings.TrimSpace(node.Value)
}

// line returns the line of the file a node is in. That of an alias is the line
// of its anchor, which is where there is something to fix.
func (fm frontMatter) line(node *yaml.Node) int { return fm.file.front.line + max(node.Line, 1) - 1 }

// words is scalar for a value of one line.
func (fm frontMatter) words(limit int, keys ...string) string {
	value, _ := fm.scalar(keys...)
	return markup.Clip(strings.Join(strings.Fields(value), " "), limit)
}

// is reports whether a key says yes, or no, in one of YAML's ways.
func (fm frontMatter) is(key string, answer bool) bool {
	value, _ := fm.scalar(key)
	switch strings.ToLower(value) {
	case "true", "yes", "on", "y", "1":
		return answer
	case "false", "no", "off", "n", "0":
		return !answer
	}
	return false
}

// list returns the items of a key: those of a list, or the value itself.
func (fm frontMatter) list(key string) []string {
	node := fm.values[key]
	if node == nil || node.Kind != yaml.SequenceNode {
		if value, _ := fm.scalar(key); value != "" {
			return []string{value}
		}
		return nil
	}
	var items []string
	for _, item := range node.Content {
		if item = resolve(item); item.Kind == yaml.ScalarNode && item.Tag != "!!null" {
			items = append(items, item.Value)
		}
	}
	return items
}

// author returns who wrote the text: of several the first, and of one who is
// described at length the name.
func (fm frontMatter) author() string {
	for _, key := range [...]string{"author", "authors"} {
		node := fm.values[key]
		if node != nil && node.Kind == yaml.SequenceNode && len(node.Content) > 0 {
			node = resolve(node.Content[0])
		}
		if node == nil || node.Tag == "!!null" {
			continue
		}
		if name := strings.Join(strings.Fields(nameOf(node)), " "); name != "" {
			return markup.Clip(name, maxAuthor)
		}
	}
	return ""
}

// coauthors returns how many authors there are beside the one that is kept,
// and the line that names them.
func (fm frontMatter) coauthors() (n, line int) {
	for _, key := range [...]string{"author", "authors"} {
		if node := fm.values[key]; node != nil && node.Kind == yaml.SequenceNode && len(node.Content) > 1 {
			return len(node.Content) - 1, fm.line(node)
		}
	}
	return 0, 0
}

// What exporters of other programs left in titles and names of topics.
var (
	entityInName  = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});`)
	elementInName = regexp.MustCompile(`(?is)<(a|abbr|b|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var)(?:\s[^<>]*)?>([^<>]*)</(\w+)\s*>`)
	voidInName    = regexp.MustCompile(`(?i)<(?:br|wbr|img|hr)(?:\s[^<>]*)?/?>`)
)

// separator returns the mark after which lists do not show the text, where the
// file or its site sets one.
func (fm frontMatter) separator(site *Site) string {
	separator, _ := fm.scalar("excerpt_separator")
	if separator == "" && site != nil {
		separator = site.Separator
	}
	return separator
}

// plainName returns a name without the HTML in it: elements that are closed are
// dropped, and entities resolved. A name that only speaks of an element, such as
// "The <em> element", stays as it is.
func plainName(name string) string {
	for range 5 { // elements in each other
		before := name
		name = elementInName.ReplaceAllStringFunc(name, func(found string) string {
			m := elementInName.FindStringSubmatch(found)
			if !strings.EqualFold(m[1], m[3]) {
				return found
			}
			return m[2]
		})
		if name == before {
			break
		}
	}
	name = voidInName.ReplaceAllString(name, " ")
	name = entityInName.ReplaceAllStringFunc(name, func(found string) string {
		if plain := html.UnescapeString(found); !strings.HasSuffix(plain, ";") {
			return plain
		}
		return found
	})
	return strings.Join(strings.Fields(name), " ")
}

// languageTag is a language as BCP 47 writes them, or with an underscore.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}$`)

// language returns the language of the text: that which the front matter names,
// else that of the site.
func (fm frontMatter) language(site *Site) string {
	for _, lang := range []string{fm.words(maxTopic, "lang", "language", "locale"), site.value("lang"), site.value("locale"), site.value("language")} {
		if lang, _, _ = strings.Cut(lang, "."); languageTag.MatchString(lang) {
			return strings.ReplaceAll(lang, "_", "-")
		}
	}
	return ""
}

func (fm frontMatter) interview() bool {
	return strings.EqualFold(fm.words(maxTopic, "kind", "type"), "interview")
}

// summary returns what is shown in lists, and its line.
func (fm frontMatter) summary() (string, int) { return fm.scalar("summary", "excerpt", "description") }

// topics reads categories and tags. In a Jekyll site the folders around _posts
// are categories too.
func (fm frontMatter) topics(limit int, site *Site) ([]Topic, error) {
	var topics []Topic
	seen := map[string]bool{}
	add := func(names []string) {
		for _, name := range names {
			name = markup.Clip(strings.Join(strings.Fields(plainName(name)), " "), maxTopic)
			slug := strings.TrimRight(markup.Clip(markup.Slug(name), maxTopic), "-")
			if slug == "" || seen[slug] {
				continue
			}
			seen[slug] = true
			topics = append(topics, Topic{Name: name, Slug: slug})
		}
	}
	if site != nil {
		add(site.foldersAround(fm.file.name))
	}
	for _, key := range [...]string{"categories", "category", "tags", "tag"} {
		add(fm.names(key))
		if len(topics) > limit {
			return nil, fm.file.errorf(fm.line(fm.values[key]), "the post has %d topics, more than the %d that are allowed", len(topics), limit)
		}
	}
	return topics, nil
}

// names returns the names of topics: a list has one an item, a string has words
// or, with a comma in it, phrases. The singular keys hold one name, as in Jekyll.
func (fm frontMatter) names(key string) []string {
	node := fm.values[key]
	if node == nil || node.Kind == yaml.SequenceNode {
		return fm.list(key)
	}
	value, _ := fm.scalar(key)
	switch {
	case strings.Contains(value, ","):
		return strings.Split(value, ",")
	case key == "category" || key == "tag":
		return []string{value}
	}
	return strings.Fields(value)
}

// document fills in all that does not need the text.
func (fm frontMatter) document(file *source, opts Options) (Document, error) {
	layout := strings.ToLower(fm.words(maxTopic, "layout"))
	doc := Document{
		Title:     markup.Clip(plainName(fm.words(4*maxTitle, "title")), maxTitle),
		Published: !fm.is("published", false) && !fm.is("draft", true) && !within(file.name, "_drafts"),
		Page:      layout == "page" || within(file.name, "_pages"),
		Demo:      markup.Clip(markup.Slug(fm.words(maxTopic, "demo")), maxDemo),
	}
	doc.Username, doc.Author = opts.Site.author(fm.author())
	doc.Lang = fm.language(opts.Site)
	doc.TranslationOf = markup.Clip(markup.Slug(fm.words(maxSlug, "translation_of")), maxSlug)
	var err error
	if doc.Topics, err = fm.topics(opts.maxTopics(), opts.Site); err != nil {
		return doc, err
	}
	if err := fm.date(&doc, opts.zone()); err != nil {
		return doc, err
	}
	if doc.Date.IsZero() && doc.Published && !doc.Page {
		return doc, file.errorf(1, "the post has no date; write one into the front matter, or name the file YYYY-MM-DD-%s", path.Base(file.name))
	}
	fm.addresses(&doc, opts.Site, opts.zone())
	return doc, nil
}

// date reads the date of the front matter, else that of the file's name.
func (fm frontMatter) date(doc *Document, missing *time.Location) error {
	value, line := fm.scalar("date")
	if value == "" {
		line = 1
		if value, _, _ = splitName(fm.file.name); value == "" {
			return nil
		}
	}
	date, zone, err := parseDate(value, missing)
	if err != nil {
		return fm.file.errorf(line, "date %q: %v", markup.Clip(value, 40), err)
	}
	doc.Date, doc.Zone = date, zone
	return nil
}

// addresses decides on the slug and gathers the paths that led to the post. The
// first of them is where it was.
func (fm frontMatter) addresses(doc *Document, site *Site, missing *time.Location) {
	base, name := "", markup.Slug(fm.file.base())
	slug, _ := fm.scalar("slug")
	if strings.HasPrefix(slug, "/") { // others than Jekyll have the path here
		slug = permalinkSlug(slug)
	}
	permalink, _ := fm.scalar("permalink")
	if url, _ := fm.scalar("url"); permalink == "" && strings.HasPrefix(url, "/") {
		permalink = url // Hugo's name for it
	}
	at := place{
		date: doc.Date, title: cmp.Or(slug, fm.file.base()), slug: cmp.Or(markup.Slug(slug), name),
		path: strings.TrimSuffix(site.below(fm.file.name), path.Ext(fm.file.name)), categories: fm.categories(site),
	}
	doc.Slug = cmp.Or(markup.Slug(slug), permalinkSlug(cleanPath(at.expand(permalink))), name)
	dates := []time.Time{doc.Date}
	if site != nil {
		base = site.BaseURL
		if permalink == "" && doc.Published && !doc.Page {
			permalink = site.Permalink
		}
		switch explicit := doc.Zone != missing.String(); {
		case explicit && site.Zone != nil:
			dates[0] = doc.Date.In(site.Zone)
		case explicit:
			dates = append(dates, doc.Date.UTC()) // where the site was made, the clocks had UTC
		}
	}
	var refs []string
	for i, date := range dates {
		at.date = date
		was := at.expand(permalink)
		refs = append(refs, was)
		if was = cleanPath(was); i == 0 && was != "" && len(base+was) <= maxPath {
			doc.was = base + was
		}
	}
	for _, ref := range append(refs, append(fm.list("redirect_from"), fm.list("aliases")...)...) {
		ref = cleanPath(ref)
		if ref == "" || len(doc.OldPaths) == maxOldPaths || slices.Contains(doc.OldPaths, base+ref) {
			continue
		}
		if len(base+ref) > maxPath {
			doc.warnf(fm.file.name, fm.file.front.line, "the old address %s has more than %d bytes; it is not kept", markup.Clip(ref, 60), maxPath)
			continue
		}
		doc.OldPaths = append(doc.OldPaths, base+ref)
	}
}

// categories returns the names that Jekyll puts in the place of :categories:
// those of the folders around _posts and those of the front matter.
func (fm frontMatter) categories(site *Site) []string {
	var names []string
	if site != nil {
		names = site.foldersAround(fm.file.name)
	}
	for _, key := range [...]string{"category", "categories"} {
		names = append(names, fm.names(key)...)
	}
	return names
}
