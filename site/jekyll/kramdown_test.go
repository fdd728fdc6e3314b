package jekyll_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/volaweb/vola/site/htmltree"
	"github.com/volaweb/vola/site/jekyll"
)

// kramdown is a running kramdown, with the parser that GitHub Pages uses.
type kramdown struct {
	in  io.Writer
	out *bufio.Reader
}

// startKramdown starts a kramdown, or skips the test if there is none.
func startKramdown(t *testing.T) *kramdown {
	t.Helper()
	ruby := os.Getenv("VOLA_TEST_KRAMDOWN")
	if ruby == "" {
		t.Skip("needs kramdown: set VOLA_TEST_KRAMDOWN to the path of a Ruby that has kramdown and kramdown-parser-gfm")
	}
	cmd := exec.CommandContext(t.Context(), ruby, "testdata/kramdown/server.rb")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &kramdown{in: in, out: bufio.NewReader(out)}
}

func (k *kramdown) render(t *testing.T, text string) string {
	t.Helper()
	if _, err := fmt.Fprintf(k.in, "%d\n%s", len(text), text); err != nil {
		t.Fatal(err)
	}
	line, err := k.out.ReadString('\n')
	if err != nil {
		t.Fatal("kramdown ended:", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, n)
	if _, err := io.ReadFull(k.out, out); err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// onPurpose are the differences from kramdown that are meant, and how the
// comparison looks past them; see [outline] and the comments there.
var onPurpose = []string{
	"A text between two guillemets of less-than signs is no quotation: 1 << 2.",
	"A bare address is a link.",
	"What is between braces and percent signs stays as it was written, with straight quotes.",
	"Formulas are in <code class=\"math\">, as there is no script to show them.",
	"Boxes of to-do lists are characters, not elements of forms.",
	"Tables have a box to scroll in, pre can be reached by keyboard, headings have ids made of their words.",
	"Comments and scripts leave nothing; what is not allowed leaves what is in it.",
	"Whether the text of a list item is in a paragraph is decided by CommonMark's rule for blank lines.",
	"Marks that touch each other, as in ~~a~~~~b~~, are one longer mark, and none.",
	"[1] [text](/a) is two links: kramdown takes the text for a label that is not known.",
	"*** marks strong text in emphasised text, not the other way round.",
	"White space at the borders of elements, and between blocks.",
}

// outline returns the elements and the text of HTML, without what differs on
// purpose.
func outline(t *testing.T, text string) string {
	t.Helper()
	root, err := htmltree.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	writeOutline(&b, root)
	return strings.Join(strings.Fields(b.String()), " ")
}

func writeOutline(b *strings.Builder, root *html.Node) {
	for n := range root.ChildNodes() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(strings.NewReplacer("\u00a0", " ", "☐ ", "", "☑ ", "").Replace(n.Data))
		case n.Type != html.ElementNode || n.Data == "script":
		case n.Data == "span" && root.Data == "code":
			writeOutline(b, n)
		case n.Data == "input", n.Data == "div" && htmltree.HasClass(n, "scroll"), n.Data == "p" && root.Data == "li", n.Data == "p" && root.Data == "dd",
			n.Data == "tbody", n.Data == "thead":
			b.WriteString(" ")
			writeOutline(b, n)
			b.WriteString(" ")
		case htmltree.HasClass(n, "kdmath"), htmltree.HasClass(n, "math"):
			fmt.Fprintf(b, " «%s» ", strings.Trim(htmltree.TextOf(n), "$ "))
		default:
			name := n.Data
			for _, key := range [...]string{"href", "src", "alt", "title"} {
				if value := htmltree.Attr(n, key); value != "" {
					name += " " + key + "=" + strings.ReplaceAll(value, " ", "%20")
				}
			}
			border := " "
			if inlineNames[n.Data] {
				border = ""
			}
			fmt.Fprintf(b, "%s<%s>%s", border, name, border)
			writeOutline(b, n)
			fmt.Fprintf(b, "%s</%s>%s", border, n.Data, border)
		}
	}
}

var inlineNames = map[string]bool{"em": true, "strong": true, "a": true, "code": true, "del": true, "b": true, "i": true, "span": true, "img": true, "abbr": true, "sub": true}

// writer makes texts up.
type writer struct{ *rand.Rand }

func (w writer) one(of ...string) string { return of[w.IntN(len(of))] }

func (w writer) word() string {
	return w.one("word", "Über", "日本語", "「強調」", "제목(title)", "слово", "(a)", "x.", "it's", "3~5", "snake_case", "5 * 3", "A&B", "1 < 2", "don't", "a, b", "end.", "שלום", "\\*", "50%", "a--b", "so...", "#1", "x^2", "C++", "$5")
}

func (w writer) words() string {
	var words []string
	for range 1 + w.IntN(4) {
		words = append(words, w.word())
	}
	return strings.Join(words, w.one(" ", " ", ", "))
}

// inline returns a piece of a line.
func (w writer) inline(depth int) string {
	inner := func() string {
		if depth > 0 && w.IntN(3) == 0 {
			return w.one("`code`", "[text](/a)", "a \"quote\"", "~~gone~~", "<b>raw</b>")
		}
		return w.one("word", "日本語", "「強調」", "(a)", "Note:", "two words", "x.", "слово")
	}
	switch w.IntN(20) {
	case 0, 1:
		return "**" + inner() + "**" + w.one("text", "です", " ", ".", ")", "은")
	case 2:
		return "*" + inner() + "*" + w.one("text", " ", ",", "です")
	case 3:
		return " _" + inner() + "_ "
	case 4:
		return "~~" + w.one("gone", "two words") + "~~" + w.one("text", " ", ".")
	case 5:
		return "`" + w.one("code", "a|b", "x < y", "**no**", "a") + "`" + w.one("text", " ", ".")
	case 6:
		return "[" + w.one("text", "two words", "*em*") + "](" + w.one("/a", "http://x.example/b", "/a b.png", "/c \"title\"", "/d_(e)") + ")"
	case 7:
		return "![" + w.one("alt", "") + "](" + w.one("/a.png", "/a b.png", "/c.png \"t\"") + ")"
	case 8:
		return w.one("[label][1]", "[label] [1]", "[1],", "[none][2]", "[x]")
	case 9:
		return w.one("\"quoted\"", "'single'", "\"'both' marks\"", "('x')", "the '80s", "日本\"引用\"です", " \"(a)\" ")
	case 10:
		return " $$ " + w.one("a*b*c", "f'(x) -- y", "\\frac{a}{b}", "x_1 + y_2") + " $$ "
	case 11:
		return w.one("<b>raw</b>", "<i class=\"icon\"/>", "<span>*em*</span>", "&amp;", "&copy;", "<br>", "<sub>2</sub>")
	case 12:
		return "**b**{: .c} "
	case 13:
		return "\\\\\n"
	case 14:
		return "<http://x.example/>"
	case 15:
		return "\n"
	}
	return " " + w.words() + " "
}

func (w writer) line() string {
	var b strings.Builder
	b.WriteString(w.one("Word", "日本語", "A b", "слово") + " ")
	for range 1 + w.IntN(4) {
		b.WriteString(w.inline(1))
	}
	return strings.TrimRight(b.String(), "\\\n ") + w.one(".", "", "!")
}

// oneLine is a line without a line feed in it.
func (w writer) oneLine() string {
	return strings.Join(strings.Fields(strings.ReplaceAll(w.line(), "\\\\\n", " ")), " ")
}

// block returns a block, which ends with a line feed.
func (w writer) block() string {
	switch w.IntN(17) {
	case 0:
		return w.one("##", "###", "####") + " " + w.words() + w.one("", " {#id}", " ##") + "\n"
	case 1:
		return w.words() + "\n" + w.one("------", "------", "-------") + "\n"
	case 2:
		return "* " + w.oneLine() + "\n* " + w.oneLine() + "\n"
	case 3:
		return "1. " + w.oneLine() + "\n2. " + w.oneLine() + "\n"
	case 4:
		return "1. one\n" + w.one("  - sub", "   - sub", "   * sub") + "\n2. two\n"
	case 5:
		return "> " + w.oneLine() + "\n> " + w.words() + "\n"
	case 6:
		return "```" + w.one("", "go", "ruby") + "\nx := *p < 1 -- \"q\"\n\n" + w.one("$$ y $$", "{: .x}", "^") + "\n```\n"
	case 7:
		return "    code *here* -- \"q\"\n"
	case 8:
		return w.one("---", "* * *", "***") + "\n"
	case 9:
		return "| a | " + w.one("b", "`x|y`", "*e*") + " |\n|---|---|\n| " + w.one("1", "`p|q`", "**b**") + " | 2 |\n"
	case 10:
		return w.one("<div class=\"x\">\n*raw*\n</div>\n", "<br>\n**bold** text\n", "<img src=\"/a.png\">\n\n", "<hr>\n**b**\n", "<p>raw *x*</p>\n", "<div>\nraw\n</div>\n## After\n")
	case 11:
		return w.one("$$\nx = a \\\\\n- b\n$$\n", "$$ E = mc^2 $$\n")
	case 12:
		return w.line() + "\n" + w.one("{: .lead}", "{: #x .y title=\"z\"}") + "\n"
	case 13:
		return w.one("{::comment}\nnot *this*\n{:/comment}\n", "{::nomarkdown}\n<b>*raw*</b>\n{:/nomarkdown}\n", "{::options toc_levels=\"2..3\" /}\n")
	case 14:
		return "* a\n* b\n^\n* c\n"
	}
	return w.line() + "\n"
}

func (w writer) text() string {
	var b strings.Builder
	for range 1 + w.IntN(3) {
		b.WriteString(w.block() + "\n")
	}
	return b.String() + "\n[1]: /one \"One\"\n"
}

// compareWithKramdown returns what both make of a text.
func compareWithKramdown(t *testing.T, k *kramdown, text string) (ours, theirs string) {
	t.Helper()
	doc, err := jekyll.Parse("2020-01-02-x.md", []byte("---\ntitle: x\n---\n"+text), jekyll.Options{})
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return outline(t, doc.HTML), outline(t, k.render(t, text))
}

// texts is how many texts an ordinary run compares: some seconds of work.
const texts = 700

// TestKramdownSoak makes texts up and compares what becomes of them with what
// kramdown makes of them, for a moment or as long as VOLA_SOAK says. The first
// seed is the one after VOLA_SEED.
func TestKramdownSoak(t *testing.T) {
	k := startKramdown(t)
	if len(onPurpose) == 0 {
		t.Fatal("no difference is listed")
	}
	seed := uint64(1)
	if s := os.Getenv("VOLA_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	span, _ := time.ParseDuration(os.Getenv("VOLA_SOAK"))
	end, found := time.Now().Add(span), 0
	for n := 0; (n < texts || time.Now().Before(end)) && found < 5; n++ {
		seed++
		text := writer{rand.New(rand.NewPCG(seed, 0))}.text()
		if ours, theirs := compareWithKramdown(t, k, text); ours != theirs {
			found++
			t.Errorf("seed %d: %q\nours   %s\ntheirs %s", seed, text, ours, theirs)
		}
	}
	t.Logf("the seeds up to %d were compared", seed)
}

// TestOutlinesDiffer makes sure that the comparison sees what it is for.
func TestOutlinesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range []string{
		"<p>a</p>", "<p>b</p>", "<p><em>a</em></p>", "<p><strong>a</strong></p>", "<h2>a</h2>", "<ul><li>a</li></ul>", "<ul><li>a</li><li></li></ul>", "<pre><code>a</code></pre>",
		`<p><a href="/x">a</a></p>`, `<p><a href="/y">a</a></p>`, `<p><img src="/x" alt="a"></p>`, `<p><code class="math">a</code></p>`, "<p>a</p><p>a</p>", "<p>a<br>a</p>",
	} {
		got := outline(t, text)
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s are the same", text, other)
		}
		seen[got] = text
	}
}
