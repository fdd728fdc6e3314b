package messages

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/parsetree"
	"github.com/volaweb/vola/internal/placeholder"
	"github.com/volaweb/vola/internal/po"
)

// templateFile finds the texts of a template.
type templateFile struct {
	name string
	text string
	source
	comment string // for translators, of the next text
	errs    []error
}

// readTemplate finds the calls of t, tc and tn. Their texts are written in the template.
func readTemplate(name string, data []byte) (source, error) {
	if !utf8.Valid(data) {
		return source{}, fmt.Errorf("%s:%d: the file is not UTF-8", name, 1+bytes.Count(data[:validLength(data)], []byte("\n")))
	}
	f := &templateFile{name: name, text: string(data)}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck | parse.ParseComments
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(f.text, "", "", trees); err != nil {
		return source{}, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	trees[name] = tree
	for _, of := range slices.Sorted(maps.Keys(trees)) {
		parsetree.Inspect(trees[of].Root, f.node)
	}
	return f.source, joined(f.errs)
}

// validLength returns how many bytes at the beginning are UTF-8.
func validLength(data []byte) int {
	n := 0
	for n < len(data) {
		r, size := utf8.DecodeRune(data[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

func (f *templateFile) node(n parse.Node) bool {
	switch n := n.(type) {
	case *parse.CommentNode:
		text := strings.TrimSuffix(strings.TrimPrefix(n.Text, "/*"), "*/")
		if text, ok := forTranslators(text); ok {
			f.comment = text
		}
	case *parse.PipeNode:
		for i, c := range n.Cmds {
			args := c.Args
			if i > 0 { // the value of the command before is the last argument
				args = slices.Clone(args)
				if before := n.Cmds[i-1].Args; i == 1 && len(before) == 1 {
					args = append(args, before[0])
				} else {
					args = append(args, n)
				}
			}
			f.call(args)
		}
	}
	return true
}

// call adds the text of a call of t, tc or tn: the function, then its arguments.
func (f *templateFile) call(args []parse.Node) {
	function, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return
	}
	args = args[1:]
	given := make([]placeholder.Argument, len(args))
	for i, arg := range args {
		if text, ok := arg.(*parse.StringNode); ok {
			given[i] = placeholder.Argument{Text: text.Text, Literal: true}
		}
	}
	from, count := 0, 1
	switch function.Ident {
	case "t":
	case "tc":
		count = 2
	case "tn":
		from, count = 1, 2
	default:
		return
	}
	place := Place{f.name, 1 + strings.Count(f.text[:function.Pos], "\n")}
	fail := func(err error) { f.errs = append(f.errs, fmt.Errorf("%s: %s: %w", place, function.Ident, err)) }
	if len(args) < from+count {
		fail(errors.New("a text is missing"))
		return
	}
	use := found{place: place, comment: f.comment}
	f.comment = ""
	written := given[from : from+count]
	for _, text := range written {
		if !text.Literal {
			fail(placeholder.ErrNotWritten)
			return
		}
	}
	var texts string
	switch function.Ident {
	case "t":
		use.key, texts = po.Key{ID: written[0].Text}, written[0].Text
	case "tc":
		use.key, texts = po.Key{Context: written[0].Text, HasContext: true, ID: written[1].Text}, written[1].Text
	case "tn":
		use.key, use.plural, texts = po.Key{ID: written[0].Text}, written[1].Text, written[0].Text+" "+written[1].Text
	}
	if use.key.ID != "" {
		f.texts = append(f.texts, use)
	}
	if err := placeholder.Check(texts, given[from+count:], from == 1); err != nil {
		fail(err)
	}
}

// joined returns the errors as one, nil if there are none.
func joined(errs []error) error { return errors.Join(errs...) }
