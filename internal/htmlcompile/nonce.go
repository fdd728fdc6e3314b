package htmlcompile

import (
	"bytes"
	"html/template"
	"reflect"
	"strconv"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// Place is an element of a page that is written in a template.
type Place struct {
	At   int // the offset after "<script" or "<style"
	Kind Kind
}

// Kind is what a Place is for a Content-Security-Policy.
type Kind uint8

// The kinds of elements.
const (
	InlineScript Kind = iota // also where the attributes do not say
	LinkedScript             // it has a src
	InlineStyle
	ImportMap
	dataBlock // not run by browsers, and no Place
)

// NonceFunction is the function that stands for a Place in trees. Its arguments are
// a number and a Kind.
const NonceFunction = "_nonce"

// noNonce is that function for html/template, which cannot tell places.
func noNonce(int, int) template.HTMLAttr { return "" }

// notePlace is that function in compiled pages.
func notePlace(kind Kind) step {
	return func(x *Execution, _ reflect.Value) error {
		x.Places = append(x.Places, Place{len(x.Out), kind})
		return nil
	}
}

// AppendWithNonce appends a page with a nonce in each of its places but import
// maps, which a policy has the hashes of. The places are in order.
func AppendWithNonce(to, page []byte, places []Place, nonce string) []byte {
	from := 0
	for _, place := range places {
		if place.Kind == ImportMap {
			continue
		}
		to = append(to, page[from:place.At]...)
		to = append(to, ` nonce="`...)
		to = append(to, nonce...)
		to = append(to, '"')
		from = place.At
	}
	return append(to, page[from:]...)
}

// addNonces puts an action after every "<script" and "<style" in the texts of
// trees. Whether it is the beginning of an element, and not part of an
// attribute or of a script, html/template says when it escapes the action; the
// wrong ones are then left out by their numbers.
func addNonces(trees map[string]*parse.Tree, order []string, without map[int]bool) (count int) {
	for _, name := range order {
		parsetree.Inspect(trees[name].Root, func(n parse.Node) bool {
			if list, ok := n.(*parse.ListNode); ok {
				list.Nodes = splitAtTags(list.Nodes, &count, without)
			}
			return true
		})
	}
	return count
}

func splitAtTags(nodes []parse.Node, count *int, without map[int]bool) []parse.Node {
	var split []parse.Node
	for i, n := range nodes {
		text, isText := n.(*parse.TextNode)
		if !isText || nextTag(text.Text) < 0 {
			if split != nil {
				split = append(split, n)
			}
			continue
		}
		if split == nil {
			split = append(make([]parse.Node, 0, len(nodes)+4), nodes[:i]...)
		}
		rest := text.Copy().(*parse.TextNode)
		for at := nextTag(rest.Text); at >= 0; at = nextTag(rest.Text) {
			before := rest.Copy().(*parse.TextNode)
			before.Text = rest.Text[:at]
			rest.Text, rest.Pos = rest.Text[at:], rest.Pos+parse.Pos(at)
			split = append(split, before)
			kind := kindOf(before.Text, rest.Text)
			if *count++; !without[*count] && kind != dataBlock {
				split = append(split, nonceAction(*count, kind, rest.Pos))
			}
		}
		split = append(split, rest)
	}
	if split == nil {
		return nodes
	}
	return split
}

// nextTag returns the offset after the first "<script" or "<style" that is
// the name of a whole tag and has no nonce of its own; -1 for none.
func nextTag(text []byte) int {
	for from := 0; ; {
		at := bytes.IndexByte(text[from:], '<')
		if at < 0 {
			return -1
		}
		from += at + 1
		for _, name := range []string{"script", "style"} {
			end := from + len(name)
			if end >= len(text) || !bytes.EqualFold(text[from:end], []byte(name)) || !bytes.ContainsRune([]byte(" \t\r\n\f>"), rune(text[end])) {
				continue
			}
			if !hasNonce(text[end:]) {
				return end
			}
		}
	}
}

// hasNonce reports whether the attributes of a tag have a nonce.
func hasNonce(attributes []byte) bool {
	for {
		name, _, rest, ok := NextAttribute(attributes)
		if !ok || name == "nonce" {
			return ok
		}
		attributes = rest
	}
}

func nonceAction(number int, kind Kind, pos parse.Pos) *parse.ActionNode {
	argument := func(n int) parse.Node {
		return &parse.NumberNode{NodeType: parse.NodeNumber, Pos: pos, IsInt: true, Int64: int64(n), Text: strconv.Itoa(n)}
	}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Pipe: parsetree.Pipe(
		parse.NewIdentifier(NonceFunction).SetPos(pos), argument(number), argument(int(kind)),
	)}
}

// kindOfNonce returns the kind that an action of addNonces has.
func kindOfNonce(n *parse.ActionNode) Kind {
	return Kind(n.Pipe.Cmds[0].Args[2].(*parse.NumberNode).Int64)
}

// isNonce reports whether an action is one of addNonces.
func isNonce(n *parse.ActionNode) bool {
	ident, ok := n.Pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
	return ok && ident.Ident == NonceFunction
}

// misplacedNonces returns the numbers of those actions of addNonces that do
// not stand after the name of an element.
func misplacedNonces(root parse.Node) []int {
	var numbers []int
	parsetree.Inspect(root, func(n parse.Node) bool {
		action, ok := n.(*parse.ActionNode)
		if !ok || !isNonce(action) {
			return true
		}
		cmds := action.Pipe.Cmds
		if len(cmds) != 2 || escaperOf(cmds[1]) != EscaperPrefix+"htmlnamefilter" {
			numbers = append(numbers, int(cmds[0].Args[1].(*parse.NumberNode).Int64))
		}
		return false
	})
	return numbers
}
