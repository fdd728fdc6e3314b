package markup

import (
	"errors"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// The limits on what a text may ask of the program. Nobody writes so much; but
// the work and the memory grow faster than the text without them.
const (
	maxNesting = 60      // quotations and lists in each other
	maxMarks   = 20_000  // marks such as * and [ in a paragraph
	allMarks   = 400_000 // such marks in a text
	maxLines   = 200_000 // lines of a text, without blank ones and those of code
	maxCells   = 100_000 // cells of all tables of a text
	maxNotes   = 4_000   // references to footnotes, and footnotes
)

// A page has at most growth times as many bytes as its text, and room more.
const (
	growth = 32
	room   = 64 << 10
)

// MaxHTML returns the number of bytes that the HTML of a text of so many bytes
// has at most: 32 times as many, and 64 kB. A text that would have more is
// refused.
func MaxHTML(text int) int { return growth*text + room }

// size returns the length of a text together with that of its code.
func (t Text) size() int {
	n := len(t.Source)
	for _, code := range t.Codes {
		n += len(code.Text)
	}
	return n
}

var errTooLong = errors.New("the page would be far longer than the text")

// repeated is a limit on what is written down once and shown often: addresses
// and titles of links, and attributes that have a name. It looks at the whole
// document before any of it is written.
type repeated struct{}

var (
	repeatedLimit   = parser.NewContextKey() // how many bytes these may have in all
	repeatedTooMuch = parser.NewContextKey()
)

func (repeated) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	left, _ := pc.Get(repeatedLimit).(int)
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			left -= len(n.Destination) + len(n.Title)
		case *ast.Image:
			left -= len(n.Destination) + len(n.Title)
		}
		for _, a := range n.Attributes() {
			if value, ok := a.Value.([]byte); ok {
				left -= len(value)
			}
		}
		if left < 0 {
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	if left < 0 {
		doc.RemoveChildren(doc)
		pc.Set(repeatedTooMuch, true)
	}
}

// bounded is a buffer that takes so many bytes and no more.
type bounded struct {
	strings.Builder
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLong
	}
	return b.Builder.Write(p)
}

func (b *bounded) WriteString(s string) (int, error) {
	if b.left -= len(s); b.left < 0 {
		return 0, errTooLong
	}
	return b.Builder.WriteString(s)
}

func (b *bounded) WriteByte(c byte) error {
	if b.left--; b.left < 0 {
		return errTooLong
	}
	return b.Builder.WriteByte(c)
}

// checkTree refuses HTML of which the tree would be far longer than the text.
// Elements for the look of text that are not closed, such as <b>, are opened
// again in every block that follows.
func checkTree(text string, limit int) error {
	z := html.NewTokenizer(strings.NewReader(text))
	var open []string        // tags of such elements
	seen := map[string]int{} // how often each is among them
	bytes, total := 0, 0     // of those in open, and of all that are opened again
	pending := false         // they are opened again before the next text
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return nil
		}
		raw := string(z.Raw())
		if kind == html.TextToken {
			if pending && strings.TrimSpace(raw) != "" {
				total, pending = total+bytes, false
			}
		} else if kind == html.StartTagToken || kind == html.EndTagToken {
			name, _ := z.TagName()
			switch looks := isLook(string(name)); {
			case !looks && !isInline(string(name)):
				pending = true
			case pending && kind == html.StartTagToken:
				total, pending = total+bytes, false
			}
			if isLook(string(name)) {
				if kind == html.StartTagToken && seen[raw] < 3 {
					open, bytes = append(open, raw), bytes+len(raw)+len(name)+3
					seen[raw]++
				} else if kind == html.EndTagToken && len(open) > 0 {
					last := open[len(open)-1]
					open, bytes = open[:len(open)-1], bytes-len(last)-len(name)-3
					seen[last]--
				}
			}
		}
		if total > limit {
			return errTooLong
		}
	}
}

// isLook reports whether a browser opens an element again that was not closed.
func isLook(name string) bool {
	switch name {
	case "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u":
		return true
	}
	return false
}
