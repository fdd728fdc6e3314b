package jekyll_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/jekyll"
)

// counting counts how often a file is opened.
type counting struct {
	fs.FS
	opened *atomic.Int64
}

func (c counting) Open(name string) (fs.File, error) {
	c.opened.Add(1)
	return c.FS.Open(name)
}

func (c counting) Stat(name string) (fs.FileInfo, error) { return fs.Stat(c.FS, name) }

// greedy are texts of about n bytes that would become far more than they are,
// or take work that grows faster than they do.
func greedy() map[string]func(n int) string {
	half := func(a, b string) func(int) string {
		return func(n int) string {
			return strings.Repeat(a, max(n/2/len(a), 1)) + "\n\n" + strings.Repeat(b, max(n/2/len(b), 1))
		}
	}
	all := func(piece string) func(int) string {
		return func(n int) string { return strings.Repeat(piece, max(n/len(piece), 1)) }
	}
	texts := map[string]func(int) string{
		"definitions of links": func(n int) string {
			return "[r]: " + strings.Repeat("x", n/2) + "\n\n" + strings.Repeat("[r] ", n/8)
		},
		"titles of links": func(n int) string {
			return "[r]: x \"" + strings.Repeat("y", n/2) + "\"\n\n" + strings.Repeat("![r]\n\n", n/12)
		},
		"wide tables": func(n int) string {
			return strings.Repeat("|a", n/4) + "|\n" + strings.Repeat("|-", n/4) + "|\n" + strings.Repeat("a\n", n/4)
		},
		"wide tables in quotations": func(n int) string {
			return "> " + strings.Repeat("a|", n/4) + "\n> " + strings.Repeat("-|", n/4) + "\n" + strings.Repeat("> a\n", n/8)
		},
		"tables of kramdown": func(n int) string {
			return "|" + strings.Repeat("a|", n/4) + "\n|" + strings.Repeat("b|", n/4) + "\n" + strings.Repeat("|a|\n", n/8)
		},
		"many looks": func(n int) string {
			var b strings.Builder
			for i := range 200 {
				fmt.Fprintf(&b, "<font color=%d%s>", i, strings.Repeat("x", n/600))
			}
			return b.String() + strings.Repeat("<p>x", n/8)
		},
		"abbreviations": func(n int) string {
			return "*[A]: " + strings.Repeat("x", 190) + "\n\n" + strings.Repeat("A ", n/2)
		},
		"attributes": func(n int) string {
			return "{:r: title=\"" + strings.Repeat("x", 1900) + "\"}\n\n" + strings.Repeat("*a*{:r}\n\n", n/9)
		},
		"long permalinks": func(n int) string {
			return "---\npermalink: /" + strings.Repeat("x", n/2) + "/\n---\n" + strings.Repeat("[a](b)", n/12)
		},
		"footnotes": half("[^1] ", "\n\n[^1]: x"),
		"many footnotes": func(n int) string {
			var b strings.Builder
			for i := range n / 20 {
				fmt.Fprintf(&b, "[^%d]\n\n[^%d]: x\n\n", i, i)
			}
			return b.String()
		},
	}
	for _, piece := range []string{
		`"`, `'`, `"'`, `" `, "$$", "$$ x", "{:.a}", "*a*{:.b}", "<b>", "<i a=1><p>", "<a/>", "[", "](", "](a b)", "] [x]", "![", "~~", "**", "*a_", "- ", "> ", "a\n: b\n", "a\n\n", "|a", "|a|\n",
		"{::comment}", "{::nomarkdown}", "{:/}", "^\n", "\\\\\n", "1. a\n  - b\n", "<div>", "<div>\n</div>\n", "<br>\n", "`|` ", "a|`b|`\n-|-\n", "{{ site.big }}", "{% include a.html %}", "{% include p.html x=\"0123456789\" %}",
		"```lua\n[[\n```\n\n", "&", "<", "#\n", "- [ ] a\n", "*[a]: b\n", "&amp;", "http://a.b ", "<details>", "\t", "{% raw %}", "<!--", "{#a}",
	} {
		texts[fmt.Sprintf("%q", piece)] = all(piece)
	}
	for _, lang := range []string{"lua", "dart", "go", "html", "markdown"} {
		for _, piece := range []string{"[[", `"${`, "((", "<a "} {
			texts["code in "+lang+" "+piece] = func(n int) string { return "```" + lang + "\n" + strings.Repeat(piece, n/len(piece)) + "\n```\n" }
		}
	}
	return texts
}

// greedyOptions has values and includes that are as large as they may be.
func greedyOptions(opened *atomic.Int64) jekyll.Options {
	again := strings.Repeat("{% include a.html %}", 20)
	return jekyll.Options{
		Site: &jekyll.Site{Permalink: "date", Values: map[string]string{"big": strings.Repeat("v", 2000)}},
		Includes: counting{fstest.MapFS{
			"a.html": {Data: []byte(again)},
			"p.html": {Data: []byte(strings.Repeat("{{ include.x }}", 1000))},
		}, opened},
	}
}

// checkBounds parses a text and checks what came of it.
func checkBounds(t *testing.T, what, text string) {
	t.Helper()
	var opened atomic.Int64
	doc, err := jekyll.Parse("2013-10-17-x.md", []byte(text), greedyOptions(&opened))
	if n := opened.Load(); n > 100 {
		t.Errorf("%s: %d files were opened for includes", what, n)
	}
	if err != nil {
		return
	}
	// Includes and values may add four times the text and 2 MB.
	if limit := markup.MaxHTML(5*len(text) + 2<<20); len(doc.HTML) > limit {
		t.Errorf("%s: %d bytes became %d, more than %d", what, len(text), len(doc.HTML), limit)
	}
	if !strings.Contains(text, "{%") && !strings.Contains(text, "{{") && len(doc.HTML) > markup.MaxHTML(2*len(text)) {
		t.Errorf("%s: %d bytes became %d", what, len(text), len(doc.HTML))
	}
	if len(doc.Excerpt) > 25_000 {
		t.Errorf("%s: the excerpt has %d bytes", what, len(doc.Excerpt))
	}
	if len(doc.Text) > len(doc.HTML) {
		t.Errorf("%s: the text has %d bytes, the page %d", what, len(doc.Text), len(doc.HTML))
	}
}

func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	for what, text := range greedy() {
		large := 8 << 10
		if strings.HasPrefix(what, "code in") {
			large = 30 << 10 // more than is coloured
		}
		for _, n := range []int{1 << 10, large} {
			checkBounds(t, what, text(n))
		}
	}
}

// TestMemoryGrowsWithTheText counts what is allocated, so it cannot be parallel.
func TestMemoryGrowsWithTheText(t *testing.T) {
	allocated := func(text string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = jekyll.Parse("2013-10-17-x.md", []byte(text), greedyOptions(new(atomic.Int64)))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(strings.Repeat("warm up ", 100))
	for what, text := range greedy() {
		if strings.HasPrefix(what, "code in") {
			continue // bounded by the squares of the blocks
		}
		few, many := allocated(text(3<<10)), allocated(text(24<<10))
		const fixed = 24 << 20 // for includes, and compiled expressions
		if many > 12*few+fixed {
			t.Errorf("%s: %d bytes are allocated for 3 kB, %d for 24 kB", what, few, many)
		}
	}
}

// FuzzBounds builds texts of pieces of the greedy ones: each byte of the recipe
// names one, and how often it is repeated.
func FuzzBounds(f *testing.F) {
	f.Add([]byte{0, 200, 1, 100}, "{:.a}")
	f.Add([]byte{7, 255, 3, 9, 4, 30}, "*a*")
	f.Add([]byte{20, 10, 21, 10, 22, 10}, "|-")
	texts := greedy()
	var names []string
	for name := range texts {
		if !strings.HasPrefix(name, "code in") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	f.Fuzz(func(t *testing.T, recipe []byte, piece string) {
		var b strings.Builder
		for i := 0; i+1 < len(recipe) && i < 12; i += 2 {
			n := 1 + int(recipe[i+1])*32
			if int(recipe[i]) < len(names) {
				b.WriteString(texts[names[recipe[i]]](n))
			} else if piece != "" {
				b.WriteString(strings.Repeat(piece, 1+n/len(piece)))
			}
			b.WriteString("\n\n"[:recipe[i]%3])
		}
		checkBounds(t, "fuzz", b.String())
	})
}
