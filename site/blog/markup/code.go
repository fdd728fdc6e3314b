package markup

import (
	"strconv"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Code beyond these lengths, in bytes, is shown without colours: that of one
// block, and that of all of a document.
const (
	maxBlock = 64 << 10
	maxCode  = 512 << 10
)

// maxLanguages is how many languages are looked for in one document.
const maxLanguages = 30

// code is a block that was taken out of the text before Markdown.
type code struct{ lang, text string }

const placeholderStart = `<pre data-code="`

func placeholder(n int) string { return placeholderStart + strconv.Itoa(n) + `"></pre>` }

func unescape(s string) string { return html.UnescapeString(s) }

// languageOf finds the language in the opening tag of pre or code: lang="go",
// class="language-go", class="lang-go" or class="brush: go".
func languageOf(tag string) string {
	node, err := html.ParseFragment(strings.NewReader(tag[:min(len(tag), maxTag)]), body())
	if err != nil || len(node) == 0 {
		return ""
	}
	return language(node[0])
}

func language(n *html.Node) string {
	lang := attr(n, "lang")
	if lang == "" {
		lang = attr(n, "data-lang")
	}
	if lang == "" {
		class := strings.ReplaceAll(attr(n, "class"), "brush: ", "brush:")
		for word := range strings.FieldsSeq(class) {
			for _, prefix := range [...]string{"language-", "lang-", "brush:", "highlight-"} {
				if rest, ok := strings.CutPrefix(word, prefix); ok && lang == "" {
					lang = rest
				}
			}
		}
	}
	return plainLanguage(lang)
}

// plainLanguage returns lang in lower case, "" if no language is called so.
func plainLanguage(lang string) string {
	lang = strings.ToLower(strings.Trim(lang, ";, \t"))
	if len(lang) > 30 || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyz0123456789+#-_.") != "" {
		return ""
	}
	return lang
}

// codeBlocks fills the placeholders and colours the code.
func (p *page) codeBlocks(codes []code) {
	for pre := range p.elements(atom.Pre) {
		if n, err := strconv.Atoi(attr(pre, "data-code")); err == nil && n >= 0 && n < len(codes) && codes[n] != (code{}) {
			lang := plainLanguage(codes[n].lang)
			removeChildren(pre)
			pre.AppendChild(codeElement(lang, strings.TrimRight(strings.TrimLeft(codes[n].text, "\n"), " \t\n")))
			codes[n] = code{} // one placeholder each: others are the writer's own
			p.colour(pre.FirstChild, lang)
		} else if inner, lang := p.codeIn(pre); inner != nil && lang != "" {
			p.colour(inner, lang)
		}
		pre.Attr = []html.Attribute{{Key: "class", Val: "chroma"}, {Key: "tabindex", Val: "0"}}
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

func codeElement(lang, text string) *html.Node {
	n := element(atom.Code)
	if lang != "" {
		setAttr(n, "class", "language-"+lang)
	}
	n.AppendChild(textNode(text))
	return n
}

// codeIn returns the code element in pre that can be coloured, and its
// language. One that has elements in it was coloured already.
func (p *page) codeIn(pre *html.Node) (*html.Node, string) {
	inner, lang := pre.FirstChild, language(pre)
	if inner == nil || inner.NextSibling != nil || inner.DataAtom != atom.Code {
		return nil, ""
	}
	if own := language(inner); own != "" {
		lang = own
	}
	if inner.FirstChild == nil || inner.FirstChild.NextSibling != nil || inner.FirstChild.Type != html.TextNode {
		return nil, ""
	}
	return inner, lang
}

// colour replaces the text of n with spans of chroma's classes. Code in a
// language that is not known stays as it is.
func (p *page) colour(n *html.Node, lang string) {
	text := n.FirstChild.Data
	p.codeBytes += len(text)
	if lang == "" || len(text) > maxBlock || p.codeBytes > maxCode {
		return
	}
	lexer := p.lexer(lang)
	if lexer == nil {
		return
	}
	tokens, err := chroma.Tokenise(chroma.Coalesce(lexer), nil, text)
	if err != nil || joined(tokens) != text && joined(tokens) != text+"\n" {
		return
	}
	removeChildren(n)
	for _, token := range tokens {
		child := textNode(token.Value)
		if class := chroma.StandardTypes[token.Type]; class != "" {
			span := element(atom.Span)
			setAttr(span, "class", class)
			span.AppendChild(child)
			child = span
		}
		n.AppendChild(child)
	}
}

// lexer returns what knows a language, nil if nothing does. To find that out is
// slow, so it is done once for each and for few.
func (p *page) lexer(lang string) chroma.Lexer {
	lexer, known := p.lexers[lang]
	if !known && len(p.lexers) < maxLanguages {
		lexer = lexers.Get(lang)
		p.lexers[lang] = lexer
	}
	return lexer
}

// joined returns the text of tokens, to be sure that none was lost.
func joined(tokens []chroma.Token) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteString(token.Value)
	}
	return b.String()
}
