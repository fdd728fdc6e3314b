package jekyll

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/htmltree"
)

// maxSpan is how far the end of inline code is looked for.
const maxSpan = 10_000

// fence copies a fenced block of code, if one begins here.
func (l *liquid) fence(rest string) bool {
	mark := rest[:len(rest)-len(strings.TrimLeft(rest, rest[:1]))]
	if len(mark) < 3 || !onlyMarks(l.before(), " \t>-*+.)0123456789") {
		return false
	}
	end := lineEnd(rest, 0)
	if mark[0] == '`' && strings.Contains(rest[len(mark):end], "`") {
		return false
	}
	for end < len(rest) {
		begin := end
		end = lineEnd(rest, begin)
		line := strings.TrimSpace(strings.TrimLeft(rest[begin:end], " \t>"))
		if strings.HasPrefix(line, mark) && strings.Trim(line, mark[:1]) == "" {
			break
		}
	}
	if info := strings.TrimSpace(rest[len(mark):lineEnd(rest, 0)]); strings.HasPrefix(info, "{") {
		skip := lineEnd(rest, 0)
		l.replace(skip, mark+fenceLanguage(info)+"\n")
		rest, end = rest[skip:], end-skip
	}
	if end == 0 {
		return true
	}
	// The line feed stays for the next line, which may be a note.
	if rest[end-1] == '\n' {
		end--
	}
	l.copyCode(end)
	return true
}

// onlyMarks reports whether all of s is among marks. It is quick to say no.
func onlyMarks(s, marks string) bool { return strings.TrimLeft(s, marks) == "" }

// fenceLanguage finds the language in braces as kramdown and pandoc have them:
// {.ruby .numberLines}, {:.ruby}.
func fenceLanguage(info string) string {
	for word := range strings.FieldsSeq(strings.Trim(info, "{:}")) {
		if lang, ok := strings.CutPrefix(word, "."); ok {
			return markup.Language(lang)
		}
	}
	return ""
}

// span copies inline code, if it begins here. If the end is not found, the
// marks are text.
func (l *liquid) span(rest string) bool {
	mark := len(rest) - len(strings.TrimLeft(rest, "`"))
	within := rest[:min(len(rest), maxSpan)]
	if at := strings.Index(within, "\n\n"); at >= 0 {
		within = within[:at]
	}
	for at := mark; at < len(within); {
		next := strings.IndexByte(within[at:], '`')
		if next < 0 {
			break
		}
		at += next
		run := len(within[at:]) - len(strings.TrimLeft(within[at:], "`"))
		at += run
		if code := rest[:at]; run == mark {
			if strings.Contains(code, "|") && !strings.Contains(code, "\n") && l.inTable() {
				return l.replace(at, escapeBars(withoutRaw(code)))
			}
			l.copyCode(at)
			return true
		}
	}
	l.copy(mark)
	return true
}

// kramdown leaves out the list item that holds the place of a table of contents,
// which the line after it tells kramdown to make.
func (l *liquid) kramdown(rest string) bool {
	end := lineEnd(rest, 1)
	line := rest[1:end]
	if next := rest[end:]; len(line) < 100 && strings.ContainsAny(line[:min(len(line), 1)], "*-+0123456789") && strings.HasPrefix(next, "{:toc}") {
		return l.replace(end+len("{:toc}"), "\n")
	}
	return false
}

// pre handles a <pre> element. With a language its text is code; without, it is
// HTML, in which no Liquid is known either.
func (l *liquid) pre(rest string) bool {
	if len(rest) < 5 || !strings.EqualFold(rest[:4], "<pre") || !strings.ContainsRune(" \t\n>", rune(rest[4])) || l.noEnd.pre {
		return false
	}
	open := strings.IndexByte(rest[:min(len(rest), maxTag)], '>')
	if open < 0 {
		return false
	}
	body, after := untilPre(rest[open+1:])
	if after < 0 {
		l.noEnd.pre = true
		return false
	}
	after += open + 1
	lang := languageOf(rest[:open+1])
	if inner, ok := unwrapCode(body); ok {
		if lang == "" {
			lang = languageOf(body)
		}
		body = inner
	}
	if lang == "" || strings.Contains(body, "<span") {
		l.copyCode(after)
		return true
	}
	return l.code(after, markup.Code{Lang: lang, Text: html.UnescapeString(withoutRaw(body))})
}

// untilPre returns what stands before </pre> and the index after it.
func untilPre(rest string) (body string, after int) {
	for from := 0; ; from += 2 {
		at := strings.Index(rest[from:], "</")
		if at < 0 {
			return "", -1
		}
		from += at
		if tag := rest[from:]; len(tag) >= 6 && strings.EqualFold(tag[2:5], "pre") {
			if end := strings.IndexByte(tag[:min(len(tag), 20)], '>'); end > 0 {
				return rest[:from], from + end + 1
			}
		}
	}
}

// dedent takes off the white space that all lines of text begin with, as in a
// block that stands in a list.
func dedent(text string) string {
	common, some := "", false
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if !some {
			common, some = indent, true
		}
		for !strings.HasPrefix(indent, common) {
			common = common[:len(common)-1]
		}
	}
	if common == "" {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimPrefix(line, common))
	}
	return b.String()
}

// languageOf returns the language that the opening tag of pre or code names.
func languageOf(tag string) string {
	node, err := html.ParseFragment(strings.NewReader(tag[:min(len(tag), maxTag)]), htmltree.Body())
	if err != nil || len(node) == 0 {
		return ""
	}
	return markup.LanguageOf(node[0])
}

// unwrapCode takes <code> from around all of body.
func unwrapCode(body string) (string, bool) {
	inner := strings.TrimSpace(body)
	end := strings.IndexByte(inner, '>')
	if !strings.HasPrefix(inner, "<code") || !strings.HasSuffix(inner, "</code>") || end+1 > len(inner)-len("</code>") {
		return body, false
	}
	return inner[end+1 : len(inner)-len("</code>")], true
}

// code notes a block of code and leaves a placeholder for it, on a line of its
// own, in place of the next n bytes.
func (l *liquid) code(n int, c markup.Code) bool {
	if !onlyMarks(l.before(), " \t>") {
		l.replace(0, "\n\n")
	}
	l.codes = append(l.codes, c)
	l.replace(n, markup.Placeholder(len(l.codes)-1))
	if tail := l.src[l.at:]; strings.TrimSpace(tail[:lineEnd(tail, 0)]) != "" {
		l.replace(0, "\n")
	}
	return true
}

// lineEnd returns the index after the line feed that ends the line at from.
func lineEnd(s string, from int) int {
	if at := strings.IndexByte(s[from:], '\n'); at >= 0 {
		return from + at + 1
	}
	return len(s)
}
