package templates

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
)

// written is a text of a page and the file that it stands in.
type written struct {
	file *file
	node *parse.TextNode
}

var (
	// swapAttribute is an attribute data-swap that is written in a template, of a link, form or button.
	swapAttribute = regexp.MustCompile(`\sdata-swap=(?:"([^"{}<>]*)"|'([^'{}<>]*)')`)
	// openID is the beginning of an id that is not only written in a template.
	openID = regexp.MustCompile(`\sid=["']?([^\s"'<>]*)$`)
)

// place is where something stands.
type place struct {
	file *file
	pos  parse.Pos
}

// ways are those to change a part, after a colon.
func ways() []string { return []string{"morph", "append", "prepend", "replace"} }

// checkSwaps reports parts that a link or a form names (see docs/ajax.md) and that no element of the
// page has as its id, but for those with a question mark. Where an element may have any id, only a
// name that is nearly one that is written is reported.
func (c *composition) checkSwaps() {
	var ids []string
	any := false
	for _, w := range c.texts {
		ids = append(ids, idsOf(w.node.Text)...)
		if m := openID.FindSubmatch(w.node.Text); m != nil {
			any = any || len(m[1]) == 0
		}
	}
	reported := map[place]bool{}
	for _, w := range c.texts {
		for _, m := range swapAttribute.FindAllSubmatchIndex(w.node.Text, -1) {
			from, to := max(m[2], m[4]), max(m[3], m[5])
			for _, word := range strings.Fields(string(w.node.Text[from:to])) {
				wrong := c.wrongSwap(word, ids, any)
				at := place{w.file, w.node.Pos + parse.Pos(from)}
				if wrong != "" && !reported[at] {
					reported[at] = true
					c.fail(reference{file: w.file, pos: at.pos}, w.file.Name, "data-swap: %s", wrong)
				}
			}
		}
	}
}

// wrongSwap says what is wrong with a word of data-swap, "" for nothing.
func (c *composition) wrongSwap(word string, ids []string, any bool) string {
	name, way, has := strings.Cut(word, ":")
	if has && !slices.Contains(ways(), way) {
		return fmt.Sprintf("%q is no way to change a part%s", way, didYouMean(way, ways()))
	}
	hint := didYouMean(name, ids)
	if strings.HasSuffix(name, "?") || slices.Contains(ids, name) || any && hint == "" {
		return ""
	}
	return fmt.Sprintf("no element of the page %s has the id %q%s", c.entry, name, hint)
}
