package markup

import (
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/volaweb/vola/site/htmltree"
)

// Code beyond these lengths, in bytes, is shown without colours: that of one
// block, and that of all of a document. In some languages the work grows with
// the square of a block, so the squares of all blocks have a bound too: a
// hundred blocks of 2 kB have colours, and two of the longest.
const (
	maxBlock   = 16 << 10
	maxCode    = 512 << 10
	maxSquares = 2 * maxBlock * maxBlock
)

// maxLanguages is how many languages are looked for in one document.
const maxLanguages = 30

// Code is a block of code that was taken out of a text before it is read as
// Markdown. Lang is as [Language] returns it, or "".
type Code struct {
	Lang, Text string
	// Raw says that Text is HTML that takes the place of the placeholder.
	Raw bool
}

const placeholderStart = `<pre data-code="`

// Placeholder returns the line that stands for the nth block of [Text.Codes],
// counted from 0.
func Placeholder(n int) string { return placeholderStart + strconv.Itoa(n) + `"></pre>` }

// PlaceholderInline is [Placeholder] within a line, for a block that is raw.
func PlaceholderInline(n int) string { return `<span data-code="` + strconv.Itoa(n) + `"></span>` }

// rawParts puts HTML in the place of its placeholders.
func (p *page) rawParts(codes []Code) error {
	for n := range htmltree.Elements(p.root, atom.Pre, atom.Span) {
		i, err := strconv.Atoi(htmltree.Attr(n, "data-code"))
		if err != nil || i < 0 || i >= len(codes) || !codes[i].Raw {
			continue
		}
		part, err := htmltree.Parse(closeAtOnce(codes[i].Text))
		if err != nil {
			return err
		}
		codes[i] = Code{} // one placeholder each: others are the writer's own
		for _, child := range slices.Collect(part.ChildNodes()) {
			part.RemoveChild(child)
			n.Parent.InsertBefore(child, n)
		}
		n.Parent.RemoveChild(n)
	}
	return nil
}

// LanguageOf returns the language that the attributes of pre or code name:
// lang="go", class="language-go", class="lang-go" or class="brush: go". It is ""
// if they name none.
func LanguageOf(n *html.Node) string {
	lang := htmltree.Attr(n, "lang")
	if lang == "" {
		lang = htmltree.Attr(n, "data-lang")
	}
	if lang == "" {
		class := strings.ReplaceAll(htmltree.Attr(n, "class"), "brush: ", "brush:")
		for word := range strings.FieldsSeq(class) {
			for _, prefix := range [...]string{"language-", "lang-", "brush:", "highlight-"} {
				if rest, ok := strings.CutPrefix(word, prefix); ok && lang == "" {
					lang = rest
				}
			}
		}
	}
	return Language(lang)
}

// Language returns lang in lower case, "" if no language is called so.
func Language(lang string) string {
	lang = strings.ToLower(strings.Trim(lang, ";, \t"))
	if len(lang) > 30 || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyz0123456789+#-_.") != "" {
		return ""
	}
	return lang
}

// codeBlocks fills the placeholders and colours the code.
func (p *page) codeBlocks(codes []Code) {
	for pre := range htmltree.Elements(p.root, atom.Pre) {
		if n, err := strconv.Atoi(htmltree.Attr(pre, "data-code")); err == nil && n >= 0 && n < len(codes) && codes[n] != (Code{}) {
			lang := Language(codes[n].Lang)
			htmltree.RemoveChildren(pre)
			pre.AppendChild(codeElement(lang, strings.TrimRight(strings.TrimLeft(codes[n].Text, "\n"), " \t\n")))
			codes[n] = Code{} // one placeholder each: others are the writer's own
			p.colour(pre.FirstChild, lang)
		} else if inner, lang := p.codeIn(pre); inner != nil && lang != "" {
			p.colour(inner, lang)
		}
		class := "chroma"
		if htmltree.HasClass(pre, mathClass) {
			class = mathClass
		}
		pre.Attr = []html.Attribute{{Key: "class", Val: class}, {Key: "tabindex", Val: "0"}}
	}
}

func codeElement(lang, text string) *html.Node {
	n := htmltree.Element(atom.Code)
	if lang != "" {
		htmltree.SetAttr(n, "class", "language-"+lang)
	}
	n.AppendChild(htmltree.Text(text))
	return n
}

// codeIn returns the code element in pre that can be coloured, and its
// language. One that has elements in it was coloured already.
func (p *page) codeIn(pre *html.Node) (*html.Node, string) {
	inner, lang := pre.FirstChild, LanguageOf(pre)
	if inner == nil || inner.NextSibling != nil || inner.DataAtom != atom.Code {
		return nil, ""
	}
	if own := LanguageOf(inner); own != "" {
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
	if lang == "" || len(text) > maxBlock || p.codeBytes > maxCode || p.colours+len(text)*len(text) > maxSquares {
		return
	}
	p.colours += len(text) * len(text)
	lexer := p.lexer(lang)
	if lexer == nil {
		return
	}
	tokens, err := chroma.Tokenise(chroma.Coalesce(lexer), nil, text)
	if err != nil || joined(tokens) != text && joined(tokens) != text+"\n" {
		return
	}
	const span = len(`<span class="xx"></span>`)
	if p.left < len(tokens)*span {
		return
	}
	p.left -= len(tokens) * span
	htmltree.RemoveChildren(n)
	for _, token := range tokens {
		child := htmltree.Text(token.Value)
		if class := chroma.StandardTypes[token.Type]; class != "" {
			span := htmltree.Element(atom.Span)
			htmltree.SetAttr(span, "class", class)
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
