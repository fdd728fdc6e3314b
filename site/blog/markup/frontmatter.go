package markup

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// The lengths, in characters, to which what a front matter says is cut.
const (
	maxTitle  = 200
	maxAuthor = 100
	maxTopic  = 60
)

// maxOldPaths is how many old addresses of one post are kept.
const maxOldPaths = 50

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
		return fm, s.errorf(s.front.line, "the front matter is not a list of keys and values such as title: Two queues")
	}
	pairs := root.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i].Kind == yaml.ScalarNode {
			fm.values[strings.ToLower(pairs[i].Value)] = resolve(pairs[i+1])
		}
	}
	return fm, nil
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
	return s.errorf(line, "the front matter is not YAML: %s", text)
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
		if value := strings.TrimSpace(node.Value); value != "" {
			return value, fm.line(node)
		}
	}
	return "", fm.file.front.line
}

// line returns the line of the file a node is in. That of an alias is the line
// of its anchor, which is where there is something to mend.
func (fm frontMatter) line(node *yaml.Node) int { return fm.file.front.line + max(node.Line, 1) - 1 }

// words is scalar for a value of one line.
func (fm frontMatter) words(limit int, keys ...string) string {
	value, _ := fm.scalar(keys...)
	return clip(strings.Join(strings.Fields(value), " "), limit)
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

func (fm frontMatter) interview() bool {
	return strings.EqualFold(fm.words(maxTopic, "kind", "type"), "interview")
}

// summary returns what is shown in lists, and its line.
func (fm frontMatter) summary() (string, int) { return fm.scalar("summary", "excerpt", "description") }

// topics reads categories and tags.
func (fm frontMatter) topics(limit int) ([]Topic, error) {
	var topics []Topic
	seen := map[string]bool{}
	for _, key := range [...]string{"categories", "category", "tags", "tag"} {
		for _, name := range fm.names(key) {
			name = clip(strings.Join(strings.Fields(name), " "), maxTopic)
			slug := strings.TrimRight(clip(Slug(name), maxTopic), "-")
			if slug == "" || seen[slug] {
				continue
			}
			seen[slug] = true
			topics = append(topics, Topic{Name: name, Slug: slug})
		}
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
		Title:     fm.words(maxTitle, "title"),
		Author:    fm.words(maxAuthor, "author"),
		Published: !fm.is("published", false) && !fm.is("draft", true),
		Page:      layout == "page",
	}
	doc.Username = Slug(doc.Author)
	var err error
	if doc.Topics, err = fm.topics(opts.maxTopics()); err != nil {
		return doc, err
	}
	if err := fm.date(&doc, opts.zone()); err != nil {
		return doc, err
	}
	if doc.Date.IsZero() && doc.Published && !doc.Page {
		return doc, file.errorf(1, "the post has no date; write one into the front matter, or name the file YYYY-MM-DD-%s", path.Base(file.name))
	}
	fm.addresses(&doc)
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
		return fm.file.errorf(line, "date %q: %v", clip(value, 40), err)
	}
	doc.Date, doc.Zone = date, zone
	return nil
}

// addresses decides on the slug and gathers the paths that led to the post.
func (fm frontMatter) addresses(doc *Document) {
	name := Slug(fm.file.base())
	slug, _ := fm.scalar("slug")
	permalink, _ := fm.scalar("permalink")
	old := cleanPath(expand(permalink, doc.Date, cmp.Or(Slug(slug), name), doc.Topics))
	doc.Slug = cmp.Or(Slug(slug), permalinkSlug(old), name)

	for _, ref := range append([]string{old}, append(fm.list("redirect_from"), fm.list("aliases")...)...) {
		if ref = cleanPath(ref); ref != "" && len(doc.OldPaths) < maxOldPaths && !slices.Contains(doc.OldPaths, ref) {
			doc.OldPaths = append(doc.OldPaths, ref)
		}
	}
}
