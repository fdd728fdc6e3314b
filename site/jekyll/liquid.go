package jekyll

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/volaweb/vola/site/blog/markup"
)

// maxWarnings is how many warnings a document keeps.
const maxWarnings = 100

// maxTag is how long a Liquid tag or the opening tag of an element may be to be
// looked at; it bounds the search for the end.
const maxTag = 2000

// liquid resolves the Liquid in a text and takes the blocks of code out of it
// that Markdown would not understand as such. It goes over the text once.
type liquid struct {
	file     *source
	opts     Options
	title    string
	markdown bool // code fences and spans mean something

	src       string
	at        int // src[:at] is done
	line      int // in the file, of src[at]
	bol       int // where that line begins in src
	outLine   int // where in the result the work is; counts as line does
	shifts    []markup.Shift
	out       strings.Builder
	codes     []markup.Code
	warnings  []string
	variables map[string]string // that have been assigned
	noted     bool              // that there is Liquid that is not known
	included  *included         // by the post, in all
	depth     int               // of includes in each other
	grown     *growth

	// Which ends were looked for in vain: there is none further on either,
	// and looking again would make the work grow with the square of the text.
	noEnd struct{ raw, comment, highlight, codeblock, blockquote, pre, extension bool }

	labels    map[string]bool // of links, folded; see defined
	listWidth int             // how far the text of the numbered item is from the left; 0: none
	listShift int             // by how much the lines in it are moved to the right
	paragraph struct {
		end   int // in src
		table bool
	}

	quoted []string // who said what stands in the blockquotes that are open
}

// growth counts by how many bytes Liquid and includes have made a text longer.
type growth struct{ bytes, limit, line int }

// maxGrowth returns by how many bytes a text may become longer.
func maxGrowth(text int) int { return 4*text + allIncludeBytes }

// run returns the text with all done that is to be done before Markdown.
func (l *liquid) run(p part) string {
	l.src, l.line, l.at, l.bol = p.text, p.line, 0, 0
	stops := "{<"
	if l.opts.Site != nil && l.opts.Site.Emoji {
		stops += ":"
	}
	if l.markdown {
		stops += "`~\n]"
		l.src, l.line = "\n"+p.text, p.line-1 // every line has one before it
	}
	l.outLine = l.line
	for l.at < len(l.src) {
		n := strings.IndexAny(l.src[l.at:], stops)
		if n < 0 {
			break
		}
		l.copy(n)
		if !l.step(l.src[l.at:]) {
			l.copy(1)
		}
	}
	l.copy(len(l.src) - l.at)
	return strings.TrimPrefix(l.out.String(), "\n")
}

// step handles what begins rest, if it is something; then it advances.
func (l *liquid) step(rest string) bool {
	switch rest[0] {
	case '<':
		return l.pre(rest)
	case '`', '~':
		return l.fence(rest) || rest[0] == '`' && l.span(rest)
	case '\n':
		return l.kramdown(rest) || l.endOfBlock(rest) || l.table(rest) || l.nested(rest)
	case ']':
		return l.bracket(rest)
	case ':':
		return l.emoji(rest)
	}
	switch {
	case strings.HasPrefix(rest, "{{"):
		return l.output(rest) || l.unknown(rest, "}}")
	case strings.HasPrefix(rest, "{%"):
		return l.tag(rest) || l.unknown(rest, "%}")
	case strings.HasPrefix(rest, "{::") && l.markdown:
		return l.extensions(rest)
	}
	return false
}

// copy takes the next n bytes over as they are.
func (l *liquid) copy(n int) { l.replace(n, l.src[l.at:l.at+n]) }

// copyCode takes the next n bytes over, which are code, without the markers of
// raw text.
func (l *liquid) copyCode(n int) {
	text := withoutRaw(l.src[l.at : l.at+n])
	if l.listShift > 0 {
		text = strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", l.listShift))
	}
	l.replace(n, text)
}

// replace writes text in place of the next n bytes. It returns true.
func (l *liquid) replace(n int, text string) bool {
	if more := len(text) - n; more > 0 {
		if l.grown.bytes += more; l.grown.bytes > l.grown.limit {
			// The text will be refused: what takes its place does not matter.
			l.grown.line, text = cmp.Or(l.grown.line, l.line), ""
		}
	}
	l.out.WriteString(text)
	done := l.src[l.at : l.at+n]
	if last := strings.LastIndexByte(done, '\n'); last >= 0 {
		l.bol = l.at + last + 1
	}
	read, written := strings.Count(done, "\n"), strings.Count(text, "\n")
	l.line += read
	l.outLine += written
	if read != written {
		l.shifts = append(l.shifts, markup.Shift{From: l.outLine, By: written - read})
	}
	l.at += n
	return true
}

// before returns what stands before the current place in its line.
func (l *liquid) before() string { return l.src[l.bol:l.at] }

func (l *liquid) warnf(format string, args ...any) {
	if len(l.warnings) < maxWarnings {
		l.warnings = append(l.warnings, fmt.Sprintf("%s:%d: %s", l.file.name, l.line, fmt.Sprintf(format, args...)))
	}
}

// tag handles {% name args %}.
func (l *liquid) tag(rest string) bool {
	name, args, n := parseTag(rest)
	switch name {
	case "raw":
		body, end := l.until(rest[n:], "endraw", &l.noEnd.raw)
		if end < 0 {
			return false
		}
		return l.replace(n+end, body)
	case "assign":
		return l.assign(args, n)
	case "comment":
		if l.indented() && l.depth == 0 {
			return false
		}
		_, end := l.until(rest[n:], "endcomment", &l.noEnd.comment)
		if end < 0 {
			return false
		}
		return l.replace(n+end, "")
	case "highlight":
		body, end := l.until(rest[n:], "endhighlight", &l.noEnd.highlight)
		if end < 0 {
			return false
		}
		lang, _, _ := strings.Cut(args, " ")
		return l.code(n+end, markup.Code{Lang: lang, Text: dedent(withoutRaw(body))})
	case "codeblock", "blockquote", "endblockquote", "img", "youtube", "vimeo":
		return l.octopress(rest, name, args, n)
	case "post_url":
		return l.link(n, args, l.opts.postURL(strings.Trim(args, `"'`)))
	case "link":
		return l.link(n, args, l.linkURL(strings.Trim(args, `"'`)))
	case "gist":
		id, _, _ := strings.Cut(args, " ")
		if strings.Trim(strings.ToLower(id), "abcdefghijklmnopqrstuvwxyz0123456789-_/") != "" || id == "" {
			return false
		}
		return l.replace(n, "<https://gist.github.com/"+id+">")
	case "include", "include_relative":
		return !l.indented() && l.include(n, args)
	}
	return false
}

// assignment is "name = value".
var assignment = regexp.MustCompile(`^([A-Za-z_][\w-]*)\s*=\s*(.+)$`)

// maxVariables is how many names a post may give to values.
const maxVariables = 200

// assign handles {% assign name = value %} of a value that is known.
func (l *liquid) assign(args string, n int) bool {
	m := assignment.FindStringSubmatch(args)
	if m == nil || l.indented() && l.depth == 0 || len(l.variables) >= maxVariables {
		return false
	}
	value, ok := l.evaluate(m[2])
	if !ok && literal.MatchString(m[2]) {
		value, ok = m[2], true
	}
	if !ok {
		return false
	}
	l.variables[m[1]] = value
	return l.replace(n, "")
}

// literal is a number, or yes or no.
var literal = regexp.MustCompile(`^(?:-?[0-9]{1,18}(?:\.[0-9]{1,18})?|true|false|nil|empty)$`)

// unknown notes Liquid that is not known, once in a post: it stays as text. It
// returns false.
func (l *liquid) unknown(rest, end string) bool {
	at := strings.Index(rest[:min(len(rest), maxTag)], end)
	if at < 2 || l.noted || l.indented() || strings.Contains(rest[:at], "\n") || l.depth > 0 {
		return false
	}
	what := strings.Trim(rest[2:at], "- \t")
	if end == "%}" {
		what, _, _ = strings.Cut(what, " ")
		switch what {
		case "include", "include_relative", "post_url", "link":
			return false // it was told why
		}
	}
	if what == "" || !liquidName.MatchString(what) {
		return false
	}
	l.noted = true
	l.warnf("%s: Liquid that is not known; it stays as text", markup.Clip(what, 60))
	return false
}

// liquidName begins a tag or a value.
var liquidName = regexp.MustCompile(`^[A-Za-z_"'\[]`)

// link writes an address in place of a tag of n bytes.
func (l *liquid) link(n int, name, address string) bool {
	if address == "" {
		l.warnf("the link to %q leads nowhere; it stays as text", markup.Clip(name, 80))
		return false
	}
	if base := l.opts.BaseURL; base != "" && strings.HasSuffix(l.out.String(), base) {
		address = strings.TrimPrefix(address, base) // {{ site.baseurl }}{% post_url x %}
	}
	return l.replace(n, address)
}

// linkURL returns the address of a file of the site. Pages are at /slug/.
func (l *liquid) linkURL(name string) string {
	name = strings.TrimPrefix(name, "/")
	if rest, ok := strings.CutPrefix(name, "_posts/"); ok {
		if at := strings.LastIndexByte(rest, '.'); at > 0 {
			rest = rest[:at]
		}
		return l.opts.postURL(rest)
	}
	if name == "" || name[0] == '_' || strings.ContainsAny(name, " {}") {
		return ""
	}
	switch ext := path.Ext(name); strings.ToLower(ext) {
	case ".md", ".markdown", ".html":
		if name = markup.Slug(strings.TrimSuffix(path.Base(name), ext)) + "/"; name == "index/" {
			name = ""
		}
	}
	return l.opts.BaseURL + "/" + name
}

// until returns what stands before the tag named end, and the index after it.
func (l *liquid) until(rest, end string, none *bool) (body string, after int) {
	for from := 0; !*none; {
		at := strings.Index(rest[from:], "{%")
		if at < 0 {
			break
		}
		from += at
		if name, _, n := parseTag(rest[from:]); name == end {
			return rest[:from], from + n
		}
		from += 2
	}
	*none = true
	return "", -1
}

// indented reports whether the current line is indented as code is.
func (l *liquid) indented() bool {
	return strings.HasPrefix(l.before(), "    ") || strings.HasPrefix(l.before(), "\t")
}

// output handles {{ expression }}.
func (l *liquid) output(rest string) bool {
	end := strings.Index(rest[:min(len(rest), maxTag)], "}}")
	if end < 0 {
		return false
	}
	value, ok := l.evaluate(strings.Trim(rest[2:end], "- \t"))
	return ok && l.replace(end+2, value)
}

// evaluate knows a few names and filters.
func (l *liquid) evaluate(expression string) (string, bool) {
	first, filters, _ := strings.Cut(expression, "|")
	value, ok := l.value(strings.TrimSpace(first))
	for filter := range strings.SplitSeq(filters, "|") {
		name, arg, _ := strings.Cut(strings.TrimSpace(filter), ":")
		switch strings.TrimSpace(name) {
		case "":
		case "relative_url":
			value = l.opts.BaseURL + rooted(value)
		case "absolute_url":
			value = l.opts.SiteURL + l.opts.BaseURL + rooted(value)
		case "prepend":
			before, known := l.value(strings.TrimSpace(arg))
			value, ok = before+value, ok && known
		default:
			return "", false
		}
	}
	return value, ok
}

func (l *liquid) value(name string) (string, bool) {
	switch name {
	case "site.baseurl":
		return l.opts.BaseURL, true
	case "site.url":
		return l.opts.SiteURL, true
	case "page.title":
		return l.title, l.title != ""
	}
	if value, ok := l.variables[name]; ok {
		return value, true
	}
	if key, ok := strings.CutPrefix(name, "site."); ok && l.opts.Site != nil {
		value, known := l.opts.Site.Values[strings.ToLower(key)]
		return value, known
	}
	if n := len(name); n >= 2 && (name[0] == '"' || name[0] == '\'') && name[n-1] == name[0] {
		return name[1 : n-1], !strings.ContainsAny(name[1:n-1], "\"'")
	}
	return "", false
}

func rooted(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}

// parseTag reads the tag that begins s, which begins with "{%". Its length n is
// 0 if it has no end on this line.
func parseTag(s string) (name, args string, n int) {
	s = s[:min(len(s), maxTag)]
	end := strings.Index(s, "%}")
	if end < 2 || strings.Contains(s[:end], "\n") {
		return "", "", 0
	}
	name, args, _ = strings.Cut(strings.Trim(strings.Trim(s[2:end], "-"), " \t"), " ")
	return name, strings.TrimSpace(args), end + 2
}

// withoutRaw removes the markers of raw text.
func withoutRaw(text string) string {
	if !strings.Contains(text, "raw") {
		return text
	}
	var out strings.Builder
	for {
		at := strings.Index(text, "{%")
		if at < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:at])
		text = text[at:]
		name, args, n := parseTag(text)
		if name != "raw" && name != "endraw" || args != "" {
			out.WriteString(text[:2])
			n = 2
		}
		text = text[n:]
	}
}
