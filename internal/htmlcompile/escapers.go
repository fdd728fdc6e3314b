package htmlcompile

import (
	"encoding/json"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"unicode/utf8"
)

// html/template decides which escapers a value goes through; these are those
// that most values meet, written so that they append to the page instead of
// making strings. Each gives the bytes that html/template's own gives. The
// others are called by way of html/template, see standard.

// content is what a value says of itself by its type. Values of the types of
// html/template, such as template.HTML, are of a kind and not plain.
type content uint8

const (
	plain content = iota
	contentCSS
	contentHTML
	contentAttr
	contentJS
	contentJSStr
	contentURL
	contentSrcset
)

// escapeFunc appends a text in escaped form.
type escapeFunc func(dst, text []byte, kind content) []byte

// escaper is one step of escaping.
type escaper struct {
	name string
	// escape is nil where only html/template knows how.
	escape escapeFunc
	// delegated are the kinds of content that only html/template knows how to
	// escape.
	delegated func(content) bool
	// verbatim reports whether a character stays as it is, wherever it stands
	// in a plain text that is not empty.
	verbatim func(byte) bool
}

// escaperNamed returns the escaper that html/template calls by a name.
func escaperNamed(name string) escaper {
	e := escaper{name: name, delegated: isHTMLContent}
	switch strings.TrimPrefix(name, EscaperPrefix) {
	case "htmlescaper":
		e.escape, e.verbatim, e.delegated = escapeHTML, verbatimInHTML, noContent
	case "rcdataescaper":
		e.escape, e.verbatim = escapeAttr, verbatimInHTML
	case "attrescaper":
		e.escape, e.verbatim = escapeAttr, verbatimInHTML
	case "nospaceescaper":
		e.escape, e.verbatim = escapeNospace, verbatimInNospace
	case "urlfilter":
		e.escape, e.verbatim, e.delegated = filterURL, func(c byte) bool { return c != ':' }, noContent
	case "urlnormalizer":
		e.escape, e.verbatim, e.delegated = normalizeURL, verbatimInURL, noContent
	case "urlescaper":
		e.escape, e.verbatim, e.delegated = escapeURL, isUnreserved, noContent
	case "jsstrescaper":
		e.escape, e.verbatim, e.delegated = escapeJSString, verbatimInJSString, func(k content) bool { return k == contentJSStr }
	case "commentescaper":
		e.escape = func(dst, _ []byte, _ content) []byte { return dst }
		e.verbatim, e.delegated = func(byte) bool { return false }, noContent
	}
	return e
}

func isHTMLContent(k content) bool { return k == contentHTML }
func noContent(content) bool       { return false }

func verbatimInHTML(c byte) bool { return htmlReplacement(c) == "" }

func verbatimInNospace(c byte) bool {
	return c < utf8.RuneSelf && nospaceReplacement(c) == ""
}

func htmlReplacement(c byte) string {
	switch c {
	case 0:
		return "\uFFFD"
	case '"':
		return "&#34;"
	case '&':
		return "&amp;"
	case '\'':
		return "&#39;"
	case '+':
		return "&#43;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return ""
}

func nospaceReplacement(c byte) string {
	switch c {
	case 0:
		return "&#xfffd;"
	case '\t':
		return "&#9;"
	case '\n':
		return "&#10;"
	case '\v':
		return "&#11;"
	case '\f':
		return "&#12;"
	case '\r':
		return "&#13;"
	case ' ':
		return "&#32;"
	case '=':
		return "&#61;"
	case '`':
		return "&#96;"
	}
	return htmlReplacement(c)
}

func escapeHTML(dst, text []byte, kind content) []byte {
	if kind == contentHTML {
		return append(dst, text...)
	}
	return appendHTML(dst, text)
}

func escapeAttr(dst, text []byte, _ content) []byte { return appendHTML(dst, text) }

// appendHTML escapes for text, title and textarea, and quoted attributes.
func appendHTML[T string | []byte](dst []byte, text T) []byte {
	written := 0
	for i := range len(text) {
		if c := text[i]; c <= '>' {
			if replacement := htmlReplacement(c); replacement != "" {
				dst = append(dst, text[written:i]...)
				dst = append(dst, replacement...)
				written = i + 1
			}
		}
	}
	return append(dst, text[written:]...)
}

// escapeNospace escapes for attributes without quotes. An empty one would make
// the browser take what follows for the value.
func escapeNospace(dst, text []byte, _ content) []byte {
	if len(text) == 0 {
		return append(dst, "ZgotmplZ"...)
	}
	written := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		replacement := ""
		switch {
		case r < utf8.RuneSelf:
			replacement = nospaceReplacement(byte(r))
		case 0xfdd0 <= r && r <= 0xfdef || 0xfff0 <= r && r <= 0xffff:
			replacement = fmt.Sprintf("&#x%x;", r)
		}
		if replacement != "" {
			dst = append(append(dst, text[written:i]...), replacement...)
			written = i + size
		}
		i += size
	}
	return append(dst, text[written:]...)
}

// filterURL replaces URLs that could run a script.
func filterURL(dst, text []byte, kind content) []byte {
	if kind == contentURL || isSafeURL(string(text)) {
		return append(dst, text...)
	}
	return append(dst, "#ZgotmplZ"...)
}

func isSafeURL(url string) bool {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok || strings.Contains(scheme, "/") {
		return true
	}
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func verbatimInURL(c byte) bool {
	return isUnreserved(c) || strings.IndexByte("!#$&*+,/:;=?@[]", c) >= 0
}

func normalizeURL(dst, text []byte, _ content) []byte { return AppendURL(dst, text, true) }

func escapeURL(dst, text []byte, kind content) []byte {
	return AppendURL(dst, text, kind == contentURL)
}

// AppendURL writes what may not stand in a URL as %xx; to normalize is to
// leave alone what has a meaning in URLs.
func AppendURL(dst, text []byte, normalize bool) []byte {
	const hex = "0123456789abcdef"
	for i, c := range text {
		switch {
		case isUnreserved(c) || normalize && verbatimInURL(c):
		case c == '%' && normalize && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
		default:
			dst = append(dst, '%', hex[c>>4], hex[c&15])
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func verbatimInJSString(c byte) bool {
	return c < utf8.RuneSelf && jsReplacement(rune(c)) == ""
}

func jsReplacement(r rune) string {
	switch r {
	case '\t':
		return `\t`
	case '\n':
		return `\n`
	case '\f':
		return `\f`
	case '\r':
		return `\r`
	case '/':
		return `\/`
	case '\\':
		return `\\`
	case '"', '`', '&', '\'', '+', '<', '>', '\u2028', '\u2029':
		return fmt.Sprintf(`\u%04x`, r)
	}
	if r < ' ' {
		return fmt.Sprintf(`\u%04x`, r)
	}
	return ""
}

// escapeJSString escapes for a string of a script.
func escapeJSString(dst, text []byte, _ content) []byte {
	written := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if replacement := jsReplacement(r); replacement != "" {
			dst = append(append(dst, text[written:i]...), replacement...)
			written = i + size
		}
		i += size
	}
	return append(dst, text[written:]...)
}

// appendJSValue writes a string, a whole number or a bool as a value of a
// script. It reports false for other values.
func appendJSValue(dst []byte, value any) ([]byte, bool) {
	switch v := value.(type) {
	case string:
		text, err := json.Marshal(v)
		return append(dst, text...), err == nil
	case bool:
		// The spaces keep the value apart from a keyword before or after it.
		return fmt.Appendf(dst, " %t ", v), true
	case int, int64, int32:
		return fmt.Appendf(dst, " %d ", v), true
	}
	return dst, false
}

// Stringify turns a value into text as html/template does.
func Stringify(value any) string {
	text, _ := stringify(value)
	return text
}

// stringify is Stringify with the kind of content: pointers are followed, and of
// other values than strings, fmt knows how.
func stringify(value any) (string, content) {
	switch v := follow(value).(type) {
	case nil:
	case string:
		return v, plain
	case template.CSS:
		return string(v), contentCSS
	case template.HTML:
		return string(v), contentHTML
	case template.HTMLAttr:
		return string(v), contentAttr
	case template.JS:
		return string(v), contentJS
	case template.JSStr:
		return string(v), contentJSStr
	case template.URL:
		return string(v), contentURL
	case template.Srcset:
		return string(v), contentSrcset
	}
	if value == nil {
		return "", plain
	}
	return fmt.Sprint(followToText(value)), plain
}

// follow returns what pointers lead to, or the last of them that is nil.
func follow(value any) any {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Pointer {
		return value
	}
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return v.Interface()
}

// followToText is follow, but stops at what has a text of its own.
func followToText(value any) any {
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer && !v.IsNil() && !hasText(v.Type()) {
		v = v.Elem()
	}
	return v.Interface()
}

func hasText(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[fmt.Stringer]()) || t.Implements(reflect.TypeFor[error]())
}

// typed is the value that stringify would make a text of.
func typed(text string, kind content) any {
	switch kind {
	case contentCSS:
		return template.CSS(text)
	case contentHTML:
		return template.HTML(text)
	case contentAttr:
		return template.HTMLAttr(text)
	case contentJS:
		return template.JS(text)
	case contentJSStr:
		return template.JSStr(text)
	case contentURL:
		return template.URL(text)
	case contentSrcset:
		return template.Srcset(text)
	}
	return text
}
