package jekyll

import (
	"cmp"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/volaweb/vola/site/blog/markup"
)

// SummaryStart begins the excerpt of a document whose front matter has a
// summary.
const SummaryStart = `<p class="summary">`

// Document is a text that was read: what its front matter said, and its HTML.
type Document struct {
	// Title is plain text: that of the front matter, else the first heading,
	// which is then left out of HTML if nothing stands before it, else the
	// slug as words.
	Title string
	// Slug is that of the front matter, else the last segment of the
	// permalink, else that of the file name, else one made of the title.
	Slug string
	// Date has the location it was written in. It is zero where there is none,
	// which is an error for published posts.
	Date time.Time
	// Zone is the name of that location: "Asia/Kolkata", "+05:30" or "UTC".
	Zone string
	// Author is the name as written, without surrounding space, or the one
	// that the site lists for it; Username is the slug of what was written,
	// by which "Ann" and "ann " are one.
	Author, Username string
	// Topics are the categories and the tags, in this order, one per slug.
	Topics []Topic
	// OldPaths are those of permalink, redirect_from and aliases: from them
	// readers should be sent on. Each begins with a slash.
	OldPaths []string
	// Published is false for drafts.
	Published bool
	// Page says that the document stands outside the stream of posts.
	Page bool
	// Demo is what the text asks to be shown below it: a name of letters,
	// digits and hyphens, which may be anyone's idea.
	Demo string
	// Interview says that HTML has at least one list of questions and answers.
	Interview bool

	// HTML is the text, clean.
	HTML string
	// Excerpt is the summary of the front matter, which is text, in a paragraph
	// that begins with SummaryStart; else the first markup.ExcerptWords words of
	// HTML. It is clean.
	Excerpt string
	// Whole says that Excerpt is all of HTML.
	Whole bool
	// TranslationOf is the slug of the post that this one is a translation of, which
	// the front matter names as translation_of; "" for none.
	TranslationOf string
	// Lang is the language that the front matter or the site names, such as
	// "he" or "pt-BR"; "" for none.
	Lang string
	// Text is what HTML says without markup, for search and for descriptions.
	Text string
	// Images are the local files that the text refers to; see [markup.Images]. They
	// are as written, before Options.Rewrite.
	Images []string
	// Warnings are sentences about what was understood only in part, each with
	// file and line. There are at most 100.
	Warnings []string

	was string // the path at which the text was shown, "" if unknown
}

// Topic is what a document is about.
type Topic struct {
	Name string // as people write it
	Slug string
}

// Parse reads a file in the form that Jekyll reads: front matter in YAML between
// two lines of three hyphens, then the text, which is Markdown, or HTML if the
// name ends in .html or .htm. The name is the path of the file, slash-separated:
// errors begin with it, and its base may be YYYY-MM-DD-slug.md, which gives what
// the front matter does not say.
//
// An error is one sentence that begins with name and line. Its kind is
// fault.TooLarge or fault.Invalid, and its text may be shown to the writer.
func Parse(name string, text []byte, opts Options) (Document, error) {
	file, err := readSource(name, text, opts.maxBytes())
	if err != nil {
		return Document{}, err
	}
	fm, err := file.frontMatter()
	if err != nil {
		return Document{}, err
	}
	opts.Site.defaults(fm)
	doc, err := fm.document(file, opts)
	if err != nil {
		return Document{}, err
	}
	page, err := file.render(file.body, fm, doc, opts)
	if err != nil {
		return Document{}, err
	}
	doc.Title = cmp.Or(doc.Title, page.Heading, titleOf(doc.Slug), titleOf(file.base()))
	doc.Title = markup.Clip(doc.Title, maxTitle)
	doc.Slug = cmp.Or(doc.Slug, markup.Slug(doc.Title))
	if doc.Slug == "" {
		return Document{}, file.errorf(1, "the post has neither a title nor a file name to make an address from; give it a slug of letters and digits")
	}
	doc.HTML, doc.Interview = page.HTML, page.interview
	doc.Images, doc.Warnings = page.Images, append(doc.Warnings, page.warnings...)
	if n, line := fm.coauthors(); n > 0 {
		doc.warnf(name, line, "there are %d authors; the post is that of the first", n+1)
	}
	doc.Text = markup.PlainText(doc.HTML)
	var cut bool
	if doc.Excerpt, cut = page.Before, true; doc.Excerpt == "" {
		doc.Excerpt, cut = markup.Excerpt(doc.HTML, markup.ExcerptWords)
	}
	doc.Whole = !cut
	doc.losses(name, file.body, page)
	if summary, line := fm.summary(); summary != "" {
		if short := markup.Clip(summary, maxSummary); short != summary {
			doc.warnf(name, line, "the summary has more than %d characters; the rest of it is left out", maxSummary)
			summary = short + " ..."
		}
		doc.Whole = false
		doc.Excerpt = SummaryStart + html.EscapeString(strings.Join(strings.Fields(summary), " ")) + "</p>"
	}
	return doc, nil
}

// more is the comment after which lists do not show the text.
const more = "<!--more-->"

// losses notes what of the text is not on the page.
func (d *Document) losses(name string, body part, page rendered) {
	if len(page.Dropped) > 0 {
		d.warnf(name, body.line, "left out: <%s>", strings.Join(page.Dropped, ">, <"))
	}
	if strings.TrimSpace(body.text) != "" && d.Text == "" && !strings.Contains(d.HTML, " src=") {
		d.warnf(name, body.line, "nothing is left of the text")
	}
}

// warnf notes what was understood only in part.
func (d *Document) warnf(name string, line int, format string, args ...any) {
	if len(d.Warnings) < maxWarnings {
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s:%d: %s", name, line, fmt.Sprintf(format, args...)))
	}
}

// rendered is a page, and what was found out on the way to it.
type rendered struct {
	markup.Page
	interview bool
	warnings  []string
}

// render takes the text of a file through all steps.
func (s *source) render(p part, fm frontMatter, doc Document, opts Options) (rendered, error) {
	// Some exporters wrote every slash as an entity, those of tags as well.
	p.text = strings.ReplaceAll(p.text, "<&#47;", "</")
	p.text = strings.Replace(p.text, cmp.Or(fm.separator(opts.Site), more), more, 1)
	l := liquid{
		file: s, opts: opts, title: doc.Title, markdown: !s.isHTML(),
		variables: map[string]string{}, included: &included{}, grown: &growth{limit: maxGrowth(len(p.text))},
	}
	out := rendered{}
	source := l.run(p)
	text := markup.Text{Name: s.name, Line: p.line, Source: source, HTML: s.isHTML(), Codes: l.codes, Shifts: l.shifts}
	if l.grown.line > 0 {
		return out, s.errorf(l.grown.line, "what is put in the place of Liquid makes the text longer by more than %d bytes", l.grown.limit)
	}
	page, err := markup.Convert(text, markup.Options{
		IDPrefix: opts.IDPrefix, NotePrefix: doc.Slug, Untrusted: opts.Untrusted,
		TakeTitle: doc.Title == "", BelowTitle: true, Base: doc.was, Rewrite: opts.Rewrite,
		Rework: func(root *html.Node) { out.interview = interviews(root, fm.interview()) },
	})
	out.Page, out.warnings = page, l.warnings
	return out, err
}

// titleOf makes words of a slug: "two-queues" says "Two queues".
func titleOf(slug string) string {
	words := strings.Join(strings.FieldsFunc(slug, func(r rune) bool { return r == '-' || r == '_' }), " ")
	if words == "" {
		return ""
	}
	first := []rune(words)
	return strings.ToUpper(string(first[0])) + string(first[1:])
}

// base returns the name of the file without directory, date and extension.
func (s *source) base() string {
	base := path.Base(s.name)
	base = strings.TrimSuffix(base, path.Ext(base))
	if _, slug, ok := splitName(base); ok {
		return slug
	}
	return base
}

func (s *source) isHTML() bool {
	ext := strings.ToLower(path.Ext(s.name))
	return ext == ".html" || ext == ".htm"
}
