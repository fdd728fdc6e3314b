package templates

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// safeText is the HTML for a value: that of template.HTML as it is, all else
// escaped.
func safeText(value any) string {
	if h, ok := value.(template.HTML); ok {
		return string(h)
	}
	text := htmlcompile.Stringify(value)
	return template.HTMLEscapeString(text)
}

// linebreaks makes paragraphs of a text: an empty line begins a new one, and
// other ends of lines become <br>. Text is escaped; template.HTML is not.
func linebreaks(value any) template.HTML {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(safeText(value))
	var out strings.Builder
	for _, paragraph := range emptyLines().Split(text, -1) {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n\n")
		}
		out.WriteString("<p>" + strings.ReplaceAll(paragraph, "\n", "<br>") + "</p>")
	}
	return template.HTML(out.String())
}

func emptyLines() *regexp.Regexp { return regexp.MustCompile(`\n[ \t]*(?:\n[ \t]*)+`) }

// urlize escapes a text and makes links of the addresses in it: those with
// http or https, and of mail. Robots are told not to count them.
func urlize(text string) template.HTML {
	var out strings.Builder
	for len(text) > 0 {
		end := strings.IndexFunc(text, unicode.IsSpace)
		if end == 0 {
			_, size := utf8.DecodeRuneInString(text)
			out.WriteString(text[:size])
			text = text[size:]
			continue
		}
		if end < 0 {
			end = len(text)
		}
		writeWord(&out, text[:end])
		text = text[end:]
	}
	return template.HTML(out.String())
}

// writeWord writes a word, as a link if it is an address. Punctuation around
// an address is not part of it.
func writeWord(out *strings.Builder, word string) {
	address := strings.TrimLeft(word, `([<"'`)
	before := word[:len(word)-len(address)]
	address = strings.TrimRight(address, `.,:;!?>"'`)
	for strings.HasSuffix(address, ")") && strings.Count(address, "(") < strings.Count(address, ")") {
		address = strings.TrimRight(address[:len(address)-1], `.,:;!?>"'`)
	}
	after := word[len(before)+len(address):]
	href := ""
	switch lower := strings.ToLower(address); {
	case strings.HasPrefix(lower, "http://") && len(address) > len("http://"), strings.HasPrefix(lower, "https://") && len(address) > len("https://"):
		href = address
	case isMailAddress(address):
		href = "mailto:" + address
	default:
		out.WriteString(template.HTMLEscapeString(word))
		return
	}
	fmt.Fprintf(out, `%s<a href="%s" rel="nofollow">%s</a>%s`, template.HTMLEscapeString(before),
		template.HTMLEscapeString(string(htmlcompile.AppendURL(nil, []byte(href), true))), template.HTMLEscapeString(address), template.HTMLEscapeString(after))
}

// isMailAddress recognises the plain form of addresses, as people write them
// in a text.
func isMailAddress(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	plain := func(r rune) bool {
		return !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._%+-", r))
	}
	return ok && name != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.ContainsFunc(name+host, plain)
}

// stripTags returns the text of HTML without its tags and comments. The result
// is plain text: what looks like a tag in it is escaped where it is used.
func stripTags(value any) string {
	source := fmt.Sprint(value)
	if _, ok := value.(template.HTML); !ok {
		source = htmlcompile.Stringify(value)
	}
	var out strings.Builder
	for rest := source; rest != ""; {
		tag := nextMarkup(rest)
		if tag == 0 {
			text, _, _ := strings.Cut(rest[1:], "<")
			out.WriteString(html.UnescapeString(rest[:1] + text))
			rest = rest[1+len(text):]
			continue
		}
		rest = rest[tag:]
	}
	return out.String()
}

// nextMarkup returns the length of the tag or comment that a text begins with;
// 0 for none. One that is not closed goes to the end.
func nextMarkup(s string) int {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end >= 0 {
			return end + len("-->")
		}
		return len(s)
	}
	if len(s) < 2 || s[0] != '<' || !(isLetter(s[1]) || s[1] == '/' || s[1] == '!' || s[1] == '?') {
		return 0
	}
	var quote byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && strings.HasSuffix(strings.TrimRight(s[:i], " \t\n\r\f"), "="):
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(s)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// truncateHTML returns HTML up to the first words of its text, followed by "…"
// when some were left out, with all tags closed. Text that is not
// template.HTML is escaped first.
func truncateHTML(count int, value any) (template.HTML, error) {
	if count < 0 {
		return "", fmt.Errorf("truncatehtml: %d words cannot be kept", count)
	}
	source := safeText(value)
	var open []string // elements
	inWord := false
	for i := 0; i < len(source); {
		if tag := nextMarkup(source[i:]); tag > 0 {
			open = openElements(open, source[i:i+tag])
			i += tag
			continue
		}
		r, size := utf8.DecodeRuneInString(source[i:])
		if !unicode.IsSpace(r) && !inWord {
			if count == 0 {
				return closed(strings.TrimRightFunc(source[:i], unicode.IsSpace)+"…", open), nil
			}
			count--
		}
		inWord = !unicode.IsSpace(r)
		i += size
	}
	return template.HTML(source), nil
}

// openElements returns which elements are open after a tag.
func openElements(open []string, tag string) []string {
	name := strings.TrimLeft(tag, "</")
	name = strings.ToLower(name[:strings.IndexFunc(name+">", func(r rune) bool { return unicode.IsSpace(r) || r == '>' || r == '/' })])
	switch {
	case name == "" || !isLetter(name[0]) || strings.HasSuffix(tag, "/>") || isVoid(name):
		return open
	case !strings.HasPrefix(tag, "</"):
		return append(open, name)
	}
	for i := len(open) - 1; i >= 0; i-- {
		if open[i] == name {
			return open[:i]
		}
	}
	return open
}

// isVoid reports whether an element has no end tag (HTML standard, 13.1.2).
func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

func closed(source string, open []string) template.HTML {
	for i := len(open) - 1; i >= 0; i-- {
		source += "</" + open[i] + ">"
	}
	return template.HTML(source)
}

// jsonScript writes a value as an element that scripts read by its id:
// JSON.parse(document.getElementById(id).textContent). Nothing in the value
// can end the element.
func jsonScript(id string, value any) (template.HTML, error) {
	data, err := json.Marshal(value) // escapes <, > and &
	if err != nil {
		return "", fmt.Errorf("jsonscript: %w", err)
	}
	return template.HTML(fmt.Sprintf(`<script id="%s" type="application/json">%s</script>`, template.HTMLEscapeString(id), data)), nil
}
