package jekyll

import (
	"regexp"
	"strings"

	"github.com/volaweb/vola/site/blog/markup"
)

// This file knows what kramdown's Markdown has and CommonMark's has not, as far
// as it can be said in terms of the latter. Package markup knows the rest.

// extension begins {::comment}, {::nomarkdown} and {::options}.
var extension = regexp.MustCompile(`^\{::(comment|nomarkdown|options)(?:[ \t]+([^}\n]*?))?[ \t]*(/)?\}`)

// extensions handles what kramdown calls so: a comment and options show nothing,
// nomarkdown holds HTML.
func (l *liquid) extensions(rest string) bool {
	m := extension.FindStringSubmatch(rest[:min(len(rest), maxTag)])
	if m == nil {
		return false
	}
	name, options, n := m[1], m[2], len(m[0])
	body := ""
	if m[3] == "" {
		end, stop := endOfExtension(rest[n:], name, &l.noEnd.extension)
		if end < 0 {
			return name == "options" && l.replace(n, "")
		}
		body = rest[n : n+end]
		n += end + stop
	}
	tail := rest[n:]
	alone := strings.TrimSpace(l.before()) == "" && strings.TrimSpace(tail[:lineEnd(tail, 0)]) == ""
	if name != "nomarkdown" || strings.Contains(options, "type=") && !strings.Contains(options, "html") {
		if body = ""; !alone || strings.TrimSpace(strings.TrimSuffix(l.src[:l.bol], "\n")) != "" && !strings.HasSuffix(l.src[:l.bol], "\n\n") {
			return l.replace(n, "")
		}
		// A block that shows nothing keeps those around it apart.
	}
	l.codes = append(l.codes, markup.Code{Text: body, Raw: true})
	if last := len(l.codes) - 1; !alone {
		return l.replace(n, markup.PlaceholderInline(last))
	}
	return l.replace(n, markup.Placeholder(len(l.codes)-1))
}

// endOfExtension returns where {:/name} or {:/} stands, and its length.
func endOfExtension(rest, name string, none *bool) (at, length int) {
	for from := 0; !*none; {
		next := strings.Index(rest[from:], "{:/")
		if next < 0 {
			break
		}
		from += next
		for _, stop := range [...]string{"{:/" + name + "}", "{:/}"} {
			if strings.HasPrefix(rest[from:], stop) {
				return from, len(stop)
			}
		}
		from += len("{:/")
	}
	*none = true
	return -1, 0
}

// endOfBlock handles a line of one circumflex, the one after this line feed: it
// keeps what stands before it apart from what follows.
func (l *liquid) endOfBlock(rest string) bool {
	end := lineEnd(rest, 1)
	if strings.TrimRight(rest[1:end], " \t\n") != "^" {
		return false
	}
	if rest[end-1] == '\n' {
		end--
	}
	l.codes = append(l.codes, markup.Code{Raw: true})
	return l.replace(end, "\n"+markup.Placeholder(len(l.codes)-1))
}

// Addresses and the labels of links.
var (
	inParentheses = regexp.MustCompile(`^[ \t]*([^<\n]*?)((?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?[ \t]*)$`)
	definition    = regexp.MustCompile(`(?m)^ {0,3}\[([^\]\n^][^\]\n]{0,200})\]:`)
)

// bracket handles what follows the text of a link: an address with spaces in it,
// which CommonMark wants in angle brackets, and a label that is a space away.
func (l *liquid) bracket(rest string) bool {
	if len(rest) < 2 || l.at > 0 && l.src[l.at-1] == '\\' {
		return false
	}
	switch rest[1] {
	case '(':
		end := closingParenthesis(rest[:min(len(rest), maxTag)])
		if end < 0 {
			return false
		}
		m := inParentheses.FindStringSubmatch(rest[2:end])
		if m == nil || !strings.ContainsAny(m[1], " \t") || strings.ContainsAny(m[1], "{<>") {
			return false
		}
		return l.replace(end+1, "](<"+m[1]+">"+m[2]+")")
	case ' ', '\n':
		if len(rest) < 4 || rest[2] != '[' {
			return false
		}
		end := strings.IndexAny(rest[3:min(len(rest), 300)], "]\n")
		return end > 0 && rest[3+end] == ']' && l.defined(rest[3:3+end]) && l.replace(2, "]")
	}
	return false
}

// closingParenthesis returns where the parenthesis ends that begins at 1, on the
// same line; -1 if nowhere.
func closingParenthesis(s string) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\n':
			return -1
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// defined reports whether the text says where a label leads.
func (l *liquid) defined(label string) bool {
	if l.labels == nil {
		l.labels = map[string]bool{}
		for _, m := range definition.FindAllStringSubmatch(l.src, 10_000) {
			l.labels[foldLabel(m[1])] = true
		}
	}
	return l.labels[foldLabel(label)]
}

func foldLabel(label string) string {
	return strings.ToLower(strings.Join(strings.Fields(label), " "))
}

// Lines of lists.
var (
	numberedItem = regexp.MustCompile(`^[0-9]{1,9}[.)][ \t]+`)
	bulletItem   = regexp.MustCompile(`^ *[*+-][ \t]`)
)

// nested moves a list that stands in an item of a numbered list, but with fewer
// spaces before it than CommonMark wants, a little to the right.
func (l *liquid) nested(rest string) bool {
	line := rest[1:lineEnd(rest, 1)]
	indent := len(line) - len(strings.TrimLeft(line, " "))
	switch {
	case strings.TrimSpace(line) == "":
		return false
	case indent == 0:
		l.listWidth, l.listShift = min(len(numberedItem.FindString(line)), 5), 0
		return false
	case l.listShift == 0 && indent > 1 && indent < l.listWidth && bulletItem.MatchString(line):
		l.listShift = l.listWidth - indent
	case l.listShift == 0:
		return false
	}
	l.replace(1, "\n"+strings.Repeat(" ", l.listShift))
	return true
}

// inTable reports whether the current line is one of a table: bars in it part
// cells.
func (l *liquid) inTable() bool {
	if strings.HasPrefix(strings.TrimLeft(l.before(), " "), "|") {
		return true
	}
	if l.at < l.paragraph.end {
		return l.paragraph.table
	}
	from := max(strings.LastIndex(l.src[:l.at], "\n\n"), 0)
	to := len(l.src)
	if at := strings.Index(l.src[l.at:], "\n\n"); at >= 0 {
		to = l.at + at
	}
	l.paragraph.end, l.paragraph.table = to, false
	for line := range strings.Lines(l.src[from:to]) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "|") && isRule(line) {
			l.paragraph.table = true
		}
	}
	return l.paragraph.table
}

// escapeBars writes code for a cell of a table.
func escapeBars(code string) string {
	return strings.ReplaceAll(strings.ReplaceAll(code, `\|`, "|"), "|", `\|`)
}
