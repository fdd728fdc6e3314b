package templates

import (
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

// checkSwaps reports parts that a link or a form names (see docs/ajax.md) and that no element of the
// page has as its id. Where an element may have any id, only a name that is nearly one that is
// written is reported.
func (c *composition) checkSwaps() {
	var ids []string
	any := false
	for _, w := range c.texts {
		ids = append(ids, idsOf(w.node.Text)...)
		if m := openID.FindSubmatch(w.node.Text); m != nil {
			any = any || len(m[1]) == 0
		}
	}
	reported := map[*file]map[int]bool{}
	for _, w := range c.texts {
		for _, m := range swapAttribute.FindAllSubmatchIndex(w.node.Text, -1) {
			from, to := m[2], m[3]
			if from < 0 {
				from, to = m[4], m[5]
			}
			for _, word := range strings.Fields(string(w.node.Text[from:to])) {
				name, _, _ := strings.Cut(word, ":")
				name = strings.TrimSuffix(name, "?")
				hint := didYouMean(name, ids)
				if slices.Contains(ids, name) || any && hint == "" {
					continue
				}
				at := int(w.node.Pos) + from
				if reported[w.file] == nil {
					reported[w.file] = map[int]bool{}
				}
				if !reported[w.file][at] {
					reported[w.file][at] = true
					c.fail(reference{file: w.file, pos: parse.Pos(at)}, w.file.Name, "data-swap: no element of the page %s has the id %q%s", c.entry, name, hint)
				}
			}
		}
	}
}
